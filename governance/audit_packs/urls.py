"""Paths of the pages of evidence packs."""

from django.urls import path

from governance.audit_packs import seal_views, views

app_name = "audit_packs"
urlpatterns = [
    path("", views.packs, name="list"),
    path("new/", views.new, name="new"),
    path("<slug:ref>/", views.pack, name="pack"),
    path("<slug:ref>/download/", views.download, name="download"),
    path("<slug:ref>/time-stamp/", seal_views.time_stamp, name="time_stamp"),
]
