"""The address at which a classification is signed; it comes before the one of classification."""

from django.urls import path

from raci.matrices import signing_views

urlpatterns = [path("systems/<str:ref>/classify/", signing_views.review, name="sign_and_say")]
