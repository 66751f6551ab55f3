"""Addresses of evaluations."""

from django.urls import path

from governance.evaluations import suite_views, views

app_name = "evaluations"
urlpatterns = [
    path("systems/<slug:ref>/evaluations/", views.on_system, name="on_system"),
    path("systems/<slug:ref>/evaluations/new/", views.add, name="add"),
    path("systems/<slug:ref>/evaluations/new-suite/", suite_views.make, name="make_suite"),
    path("systems/<slug:ref>/evaluations/suites/<slug:key>/", suite_views.suite, name="suite"),
    path(
        "systems/<slug:ref>/evaluations/suites/<slug:key>/revise/",
        suite_views.revise,
        name="revise",
    ),
    path("evaluations/<slug:ref>/", views.run, name="run"),
    path("evaluations/<slug:ref>/file/", views.file, name="file"),
    path("evaluations/<slug:ref>/withdraw/", views.withdraw, name="withdraw"),
]
