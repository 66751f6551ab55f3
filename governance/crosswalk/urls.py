"""Addresses of frameworks and controls."""

from django.urls import path

from governance.crosswalk import views

app_name = "crosswalk"
urlpatterns = [
    path("", views.frameworks, name="frameworks"),
    path("mapping/", views.mapping, name="mapping"),
    path("controls/<slug:control>/", views.control, name="control"),
    path("set-aside/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:framework>/", views.framework, name="framework"),
]
