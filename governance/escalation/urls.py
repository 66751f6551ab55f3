"""Addresses of items, of policies, and of the links in mails."""

from django.urls import path, register_converter

from governance.escalation import ack_views, policy_views, views


class RefConverter:
    """An item by its number: ESC-000123 in the address, its id in the code."""

    regex = "ESC-[0-9]{6,18}"

    def to_python(self, value: str) -> int:
        """Return the id."""
        return int(value.removeprefix("ESC-"))

    def to_url(self, value: int | str) -> str:
        """Return the number that people name the item by."""
        return f"ESC-{int(value):06d}"


register_converter(RefConverter, "escalation")

app_name = "escalation"
urlpatterns = [
    path("escalations/", views.items, name="list"),
    path("escalations/export.csv", views.export_csv, name="export_csv"),
    path("escalations/<escalation:pk>/", views.item, name="item"),
    path("escalations/<escalation:pk>/<slug:verb>/", views.act, name="act"),
    path("acknowledge/<str:token>/", ack_views.acknowledge_link, name="acknowledge"),
    path("settings/escalation/", policy_views.policies, name="policies"),
    path("settings/escalation/new/", policy_views.new, name="policy_new"),
    path("settings/escalation/<int:pk>/", policy_views.policy, name="policy"),
    path("settings/escalation/<int:pk>/edit/", policy_views.edit, name="policy_edit"),
    path("settings/escalation/<int:pk>/retire/", policy_views.retire, name="policy_retire"),
]
