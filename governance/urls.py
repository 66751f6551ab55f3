"""The site's map: every include, one API router."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("settings/", include("governance.accounts.urls")),
    path("", include("governance.overview.urls")),
]
