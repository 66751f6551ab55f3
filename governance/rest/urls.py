"""The token page of the settings."""

from django.urls import path

from governance.rest import views

app_name = "rest"
urlpatterns = [
    path("", views.tokens, name="tokens"),
    path("<int:pk>/revoke/", views.revoke, name="revoke"),
]
