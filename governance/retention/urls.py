"""Retention and erasure, below the settings."""

from django.urls import path

from governance.retention import views

app_name = "retention"
urlpatterns = [
    path("retention/", views.retention, name="retention"),
    path("erasure/", views.erasure, name="erasure"),
    path("erasure/look/", views.look, name="look"),
    path("erasure/name/", views.take_name_off, name="name"),
]
