"""Addresses of classification."""

from django.urls import path

from governance.classification import views

app_name = "classification"
urlpatterns = [
    path("classification/", views.queue, name="queue"),
    path("systems/<str:ref>/classify/", views.review, name="review"),
    path("systems/<str:ref>/classify/<slug:step>/", views.answer, name="answer"),
    path("systems/<str:ref>/classify/<slug:step>/so-far/", views.so_far, name="so_far"),
    path("systems/<str:ref>/classifications/<int:number>/", views.signed, name="signed"),
]
