"""Two addresses for load balancers and monitors; they need no sign-in and tell no secret."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance.health.queries import OK, readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process serves requests."""
    return JsonResponse({"status": OK, "version": settings.VERSION})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations, broker and a worker are there, else 503 and why."""
    checks = readiness()
    ready = set(checks.values()) == {OK}
    body = {"status": OK if ready else "not ready", "version": settings.VERSION, "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)
