"""Settings: the person's own profile, people with their roles, units."""

from django.urls import path

from governance.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("people/", views.people, name="people"),
    path("people/new/", views.add_person, name="add_person"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("people/<int:pk>/invite/", views.invite, name="invite"),
    path("roles/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("units/", views.units, name="units"),
    path("units/<int:pk>/", views.rename_unit, name="rename_unit"),
]
