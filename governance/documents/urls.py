"""Addresses of documents."""

from django.urls import path

from governance.documents import views

app_name = "documents"
HERE = "systems/<str:ref>/documents/"
urlpatterns = [
    path(HERE, views.listed, name="on_system"),
    path(f"{HERE}signed/<int:number>/", views.signed, name="signed"),
    path(f"{HERE}signed/<int:number>/<slug:form>/", views.signed_file, name="signed_file"),
    path(f"{HERE}<slug:kind>/", views.document, name="document"),
    path(f"{HERE}<slug:kind>/items/<str:item>/", views.write, name="write"),
    path(f"{HERE}<slug:kind>/file/<slug:form>/", views.draft_file, name="file"),
]
