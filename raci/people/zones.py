"""The zone in which a person reads times: the one they chose for notices, else the house's."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from governance.accounts.models import User
from governance.notices.models import Preferences


def zone_of(person: User | AnonymousUser) -> ZoneInfo:
    """Return the zone a person chose, or the one of the installation."""
    chosen = Preferences.objects.filter(person=person.pk).values_list("zone", flat=True).first()
    return ZoneInfo(chosen or timezone.get_default_timezone_name())


def in_own_zone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page of somebody signed in speak of times in the reader's zone."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(zone_of(request.user)):
            return view(request, *args, **kwargs)

    return shown
