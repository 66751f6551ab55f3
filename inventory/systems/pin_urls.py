"""Addresses of the patterns of model ids, below the settings."""

from django.urls import path

from inventory.systems import pin_views

app_name = "pins"
urlpatterns = [
    path("", pin_views.patterns, name="patterns"),
    path("new/", pin_views.add, name="add"),
    path("<int:pattern>/withdraw/", pin_views.withdraw, name="withdraw"),
]
