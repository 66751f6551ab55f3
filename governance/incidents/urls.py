"""Addresses of incidents."""

from django.urls import path

from governance.incidents import views

app_name = "incidents"
urlpatterns = [
    path("incidents/", views.incidents, name="list"),
    path("systems/<slug:ref>/incidents/new/", views.new, name="new"),
    path("incidents/<slug:ref>/", views.incident, name="incident"),
    path("incidents/<slug:ref>/correct/", views.correct, name="correct"),
    path("incidents/<slug:ref>/steps/<slug:kind>/", views.step, name="step"),
    path("incidents/<slug:ref>/not-serious/", views.doubt, name="doubt"),
    path("incidents/<slug:ref>/not-serious/agree/", views.agree, name="agree"),
    path("incidents/<slug:ref>/not-serious/refuse/", views.keep, name="keep"),
    path("incidents/<slug:ref>/close/", views.close, name="close"),
]
