"""Addresses of evidence."""

from django.urls import path

from governance.evidence import views

app_name = "evidence"
urlpatterns = [
    path("systems/<slug:ref>/evidence/", views.on_system, name="on_system"),
    path("evidence/<slug:ref>/file/", views.file, name="file"),
    path("evidence/<slug:ref>/withdraw/", views.withdraw, name="withdraw"),
]
