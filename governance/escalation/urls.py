"""Addresses of items that climb."""

from django.urls import path

from governance.escalation import ack_views

app_name = "escalation"
urlpatterns = [
    path("acknowledge/<str:token>/", ack_views.acknowledge_link, name="acknowledge"),
]
