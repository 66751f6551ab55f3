"""The public key of the record's head, and the recovery of the record."""

from django.urls import path

from governance.checkpoints import recovery_views, views

app_name = "checkpoints"
urlpatterns = [
    path(".well-known/muster-log.vkey", views.key, name="key"),
    path("ledger/recovery/", recovery_views.recovery, name="recovery"),
    path("ledger/recovery/key/", recovery_views.key_lost, name="key_lost"),
]
