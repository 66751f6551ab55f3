"""Addresses of model updates."""

from django.urls import path

from governance.approvals import views

app_name = "approvals"
urlpatterns = [
    path("updates/", views.updates, name="updates"),
    path("updates/propose/<int:pk>/", views.propose, name="propose"),
    path("updates/waive/<int:pk>/", views.waive, name="waive"),
    path("updates/<str:ref>/", views.update, name="update"),
    path("updates/<str:ref>/decide/", views.decide, name="decide"),
    path("updates/<str:ref>/withdraw/", views.withdraw, name="withdraw"),
    path("systems/<str:ref>/updates/", views.history, name="history"),
]
