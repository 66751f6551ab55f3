"""Addresses of the matrices."""

from django.urls import path

from raci.matrices import default_views, now_views, views

app_name = "raci"
urlpatterns = [
    path("raci/", views.matrices, name="matrices"),
    path("raci/now/", now_views.now, name="now"),
    path("raci/default/", default_views.default, name="default"),
    path("raci/default/make/", default_views.make_default, name="make_default"),
    path("raci/default/holders/", default_views.name_holder, name="name_holder"),
    path("raci/default/authorities/", default_views.empower, name="empower"),
    path("raci/<int:pk>/", views.matrix, name="matrix"),
    path("raci/<int:pk>/check/", views.check, name="check"),
    path("raci/<int:pk>/save/", views.save, name="save"),
    path("raci/<int:pk>/columns/", views.add_column, name="add_column"),
    path("raci/<int:pk>/rows/", views.set_rows, name="set_rows"),
    path("systems/<str:ref>/raci/", views.system, name="system"),
    path("systems/<str:ref>/raci/make/", views.make, name="make"),
]
