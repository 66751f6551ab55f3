"""Answering the wizard's pages without a browser."""

from django.test import Client
from django.urls import reverse

from governance.classification.models import FactSheet
from inventory.systems.models import AISystem


def at(system: AISystem, step: str) -> str:
    """Return the address of a page."""
    return reverse("classification:page", args=[system.ref, step])


def send(client: Client, system: AISystem, step: str, status: int = 302, **data):
    """Answer a page, read as it stands unless `seen` says otherwise, and return the response."""
    sheet = FactSheet.objects.filter(system=system).first()
    said = {"seen": sheet.row_version if sheet else 0} | data
    response = client.post(at(system, step), said)
    assert response.status_code == status, response.content.decode()
    return response


def seen_on(client: Client, system: AISystem, step: str) -> str:
    """Return the text of a page."""
    response = client.get(at(system, step))
    assert response.status_code == 200
    return response.content.decode()
