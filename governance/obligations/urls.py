"""Addresses of duties and of personal calendars."""

from django.urls import path

from governance.obligations import calendar_views, views

app_name = "obligations"
urlpatterns = [
    path("obligations/", views.obligations, name="list"),
    path("obligations/take-over/", views.take_over, name="take_over"),
    path("settings/calendar/", calendar_views.calendar, name="calendar"),
    path("settings/calendar/revoke/", calendar_views.revoke_calendar, name="revoke_calendar"),
    path("calendar/<str:token>.ics", calendar_views.calendar_feed, name="feed"),
    path("obligations/<int:pk>/", views.duty, name="duty"),
    path("obligations/<int:pk>/<slug:verb>/", views.say, name="say"),
]
