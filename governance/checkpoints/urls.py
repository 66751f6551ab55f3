"""The public key of the record's head."""

from django.urls import path

from governance.checkpoints import views

app_name = "checkpoints"
urlpatterns = [path(".well-known/muster-log.vkey", views.key, name="key")]
