"""Addresses of classification."""

from django.urls import path

from governance.classification import (
    compare_views,
    first_views,
    preview_views,
    reader_views,
    trace_views,
    views,
    wizard_views,
)

app_name = "classification"
urlpatterns = [
    path("classification/", views.queue, name="queue"),
    path("classification/preview/", preview_views.previews, name="previews"),
    path("classification/preview/<int:pk>/", preview_views.preview, name="preview"),
    path(
        "classification/preview/<int:pk>/export.csv", preview_views.preview_csv, name="preview_csv"
    ),
    path("classification/law/", reader_views.law, name="law"),
    path("classification/first/", first_views.where_to_look, name="first"),
    path("systems/<str:ref>/classify/", views.review, name="review"),
    path("systems/<str:ref>/classify/trace/", trace_views.trace, name="trace"),
    path("systems/<str:ref>/classify/trace.json", trace_views.trace_json, name="trace_json"),
    path("systems/<str:ref>/classify/next/", wizard_views.following, name="next"),
    path("systems/<str:ref>/classify/<str:step>/", wizard_views.page, name="page"),
    path("systems/<str:ref>/classify/<str:step>/so-far/", wizard_views.so_far, name="so_far"),
    path("systems/<str:ref>/classifications/", compare_views.history, name="history"),
    path("systems/<str:ref>/classifications/compare/", compare_views.compare, name="compare"),
    path("systems/<str:ref>/classifications/<int:number>/", views.signed, name="signed"),
    path(
        "systems/<str:ref>/classifications/<int:number>/trace/",
        trace_views.signed_trace,
        name="signed_trace",
    ),
    path(
        "systems/<str:ref>/classifications/<int:number>/trace.json",
        trace_views.signed_trace_json,
        name="signed_trace_json",
    ),
]
