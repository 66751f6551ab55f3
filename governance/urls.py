"""The site's map: every include, one API router."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from governance.rest.api import UnitViewSet

router = SimpleRouter()
router.register("units", UnitViewSet, "units")

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include((router.urls, "api"))),
    path("api/v1/openapi.json", SpectacularAPIView.as_view(), name="openapi"),
    path("api/v1/docs/", SpectacularSwaggerView.as_view(url_name="openapi"), name="api_docs"),
    path("settings/", include("governance.accounts.urls")),
    path("", include("governance.overview.urls")),
]
