"""Addresses of the on-call schedules."""

from django.urls import path

from raci.oncall import calendar_views, cover_views, layer_views, views

app_name = "oncall"
HOME = "raci/on-call/"
ONE = f"{HOME}<int:schedule>/"
urlpatterns = [
    path(HOME, views.schedules, name="schedules"),
    path(f"{HOME}new/", views.make, name="make"),
    path(f"{HOME}calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/on-call/<str:token>.ics", calendar_views.calendar_feed, name="feed"),
    path(ONE, views.schedule, name="schedule"),
    path(f"{ONE}edit/", views.edit, name="edit"),
    path(f"{ONE}close/", views.close, name="close"),
    path(f"{ONE}layers/new/", layer_views.add_layer, name="add_layer"),
    path(f"{ONE}layers/<int:layer>/", layer_views.edit_layer, name="edit_layer"),
    path(f"{ONE}layers/<int:layer>/end/", layer_views.end_layer, name="end_layer"),
    path(f"{ONE}overrides/new/", cover_views.override, name="override"),
    path(
        f"{ONE}overrides/<int:override>/withdraw/",
        cover_views.withdraw_override,
        name="withdraw_override",
    ),
    path(f"{ONE}swaps/new/", cover_views.swap, name="swap"),
    path(f"{ONE}swaps/<int:swap>/<str:answer>/", cover_views.answer_swap, name="answer_swap"),
    path(f"{ONE}calendar/", calendar_views.schedule_calendar, name="schedule_calendar"),
    path(f"{ONE}import/", calendar_views.import_calendar, name="import"),
    path(f"{ONE}import/apply/", calendar_views.apply_import, name="apply_import"),
    path(f"{ONE}confirm/", cover_views.confirm, name="confirm"),
]
