"""Addresses of vendors and agreements."""

from django.urls import path

from inventory.vendors import agreement_views, views

app_name = "vendors"
urlpatterns = [
    path("vendors/", views.vendors, name="vendors"),
    path("vendors/new/", views.add_vendor, name="add_vendor"),
    path("vendors/<slug:ref>/", views.vendor, name="vendor"),
    path("vendors/<slug:ref>/edit/", views.edit_vendor, name="edit_vendor"),
    path("agreements/", agreement_views.agreements, name="agreements"),
    path("agreements/new/", agreement_views.add_agreement, name="add_agreement"),
    path("agreements/<slug:ref>/", agreement_views.agreement, name="agreement"),
    path("agreements/<slug:ref>/edit/", agreement_views.edit_agreement, name="edit_agreement"),
    path("agreements/<slug:ref>/sign/", agreement_views.sign, name="sign"),
    path("agreements/<slug:ref>/end/", agreement_views.end, name="end"),
    path("agreements/<slug:ref>/attach/", agreement_views.attach, name="attach"),
    path("agreements/<slug:ref>/document/", agreement_views.document, name="document"),
]
