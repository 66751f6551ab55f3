"""Addresses that register, change, retire and share systems."""

from django.urls import path

from inventory.systems import version_views, views

app_name = "systems"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<int:pk>/forget/", views.forget_view, name="forget_view"),
    path("<slug:ref>/edit/", views.edit, name="edit"),
    path("<slug:ref>/retire/", views.retire, name="retire"),
    path("<slug:ref>/share/", views.share, name="share"),
    path("<slug:ref>/share/<slug:handle>/end/", views.unshare, name="unshare"),
    path("<slug:ref>/agreements/", views.link_agreement, name="link_agreement"),
    path(
        "<slug:ref>/agreements/<slug:agreement>/unlink/",
        views.unlink_agreement,
        name="unlink_agreement",
    ),
    path("<slug:ref>/versions/new/", version_views.add, name="add_version"),
    path("<slug:ref>/versions/<int:pk>/", version_views.show, name="version"),
    path("<slug:ref>/versions/<int:pk>/edit/", version_views.edit, name="edit_version"),
    path("<slug:ref>/versions/<int:pk>/bundle.json", version_views.download, name="version_bundle"),
]
