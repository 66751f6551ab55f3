"""Pages that span stages: Today, search, the kit of parts."""

from django.urls import path

from governance.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.today, name="today"),
    path("find/", views.find, name="find"),
    path("kit/", views.kit, name="kit"),
]
