"""Paths of the import pages."""

from django.urls import path

from inventory.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.run_list, name="list"),
    path("new/", views.upload, name="new"),
    path("<slug:ref>/", views.run_page, name="run"),
    path("<slug:ref>/columns/", views.columns, name="columns"),
    path("<slug:ref>/confirm/", views.confirm, name="confirm"),
    path("<slug:ref>/resume/", views.resume, name="resume"),
    path("<slug:ref>/cancel/", views.cancel, name="cancel"),
    path("<slug:ref>/rejected.csv", views.corrected, name="corrected"),
    path("<slug:ref>/report.json", views.report, name="report"),
    path("<slug:ref>/mapping.yaml", views.mapping, name="mapping"),
]
