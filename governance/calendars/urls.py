"""Addresses of working hours, below the settings."""

from django.urls import path

from governance.calendars import views

app_name = "calendars"
urlpatterns = [
    path("", views.calendars, name="calendars"),
    path("new/", views.make, name="make"),
    path("<int:calendar>/", views.calendar, name="calendar"),
    path("<int:calendar>/edit/", views.edit, name="edit"),
    path("<int:calendar>/drop/", views.drop, name="drop"),
]
