"""The site's map: every include, one API router."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from governance.rest.api import UnitViewSet
from governance.rest.views import NoSuchResource
from inventory.systems.api import SystemViewSet, VersionViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, "units")
router.register("systems", SystemViewSet, "systems")
router.register("versions", VersionViewSet, "versions")

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include((router.urls, "api"))),
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/v1/docs/", SpectacularSwaggerView.as_view(url_name="openapi"), name="api_docs"),
    re_path(r"^api/", NoSuchResource.as_view(), name="api_nothing"),
    path("settings/", include("governance.accounts.urls")),
    path("", include("governance.overview.urls")),
]
