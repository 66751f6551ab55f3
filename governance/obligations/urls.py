"""Addresses of duties and of personal calendars."""

from django.urls import path

from governance.obligations import views

app_name = "obligations"
urlpatterns = [
    path("obligations/", views.obligations, name="list"),
    path("obligations/take-over/", views.take_over, name="take_over"),
    path("obligations/<int:pk>/", views.duty, name="duty"),
    path("obligations/<int:pk>/<slug:verb>/", views.say, name="say"),
]
