"""Addresses of this stage."""

from django.urls import path

from governance.pipelines import views

app_name = "pipelines"
urlpatterns = [
    path(".well-known/muster-decisions.json", views.keys, name="keys"),
    path("rollbacks/<int:pk>/", views.breach, name="breach"),
]
