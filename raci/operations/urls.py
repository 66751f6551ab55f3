"""Addresses of the AI Ops function."""

from django.urls import path

from raci.operations import views

app_name = "operations"
urlpatterns = [
    path("raci/operations/", views.function, name="function"),
    path("raci/operations/new/", views.make, name="make"),
    path("raci/operations/<int:function>/edit/", views.edit, name="edit"),
]
