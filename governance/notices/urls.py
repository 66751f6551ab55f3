"""Notices of a person, how the person is told, and the endpoints of webhooks."""

from django.urls import path

from governance.notices import endpoint_views, proof_views, views

app_name = "notices"
HOOK = "settings/webhooks/<int:pk>/"
urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/read/", views.read_all, name="read_all"),
    path("notices/<int:pk>/read/", views.read, name="read"),
    path("settings/notices/", views.preferences, name="preferences"),
    path("settings/addresses/", proof_views.addresses, name="addresses"),
    path("verify-address/<str:token>/", proof_views.prove_by_link, name="prove"),
    path("settings/webhooks/", endpoint_views.endpoints, name="endpoints"),
    path(HOOK, endpoint_views.endpoint, name="endpoint"),
    path(f"{HOOK}edit/", endpoint_views.change, name="change_endpoint"),
    path(f"{HOOK}rotate/", endpoint_views.rotate, name="rotate"),
    path(f"{HOOK}ping/", endpoint_views.ping, name="ping"),
    path(f"{HOOK}disable/", endpoint_views.disable, name="disable"),
    path(f"{HOOK}enable/", endpoint_views.enable, name="enable"),
    path(f"{HOOK}replay/", endpoint_views.replay, name="replay"),
]
