"""Paths of the pages of evidence packs."""

from django.urls import path

from governance.audit_packs import (
    builder_views,
    check_views,
    question_views,
    seal_views,
    sharing_views,
    viewing_views,
    views,
)

app_name = "audit_packs"
urlpatterns = [
    path("", views.packs, name="list"),
    path("check/", check_views.check, name="check"),
    path("check/verify_pack.py", check_views.program, name="check_program"),
    path("check/check-packs.html", check_views.offline, name="check_offline"),
    path("new/", builder_views.new, name="new"),
    path("questions/", question_views.questions, name="questions"),
    path("questions/<int:question>/", question_views.question, name="question"),
    path("view-as/", viewing_views.begin, name="view_as"),
    path("as/<int:viewing>/", viewing_views.packs, name="viewing"),
    path("as/<int:viewing>/<slug:ref>/", viewing_views.pack, name="viewing_pack"),
    path("<slug:ref>/", views.pack, name="pack"),
    path("<slug:ref>/download/", views.download, name="download"),
    path("<slug:ref>/time-stamp/", seal_views.time_stamp, name="time_stamp"),
    path("<slug:ref>/share/", sharing_views.share, name="share"),
    path("<slug:ref>/recipients/<int:recipient>/end/", sharing_views.unshare, name="unshare"),
    path("<slug:ref>/last-day/", sharing_views.last_day, name="last_day"),
    path("<slug:ref>/withdraw/", sharing_views.withdraw, name="withdraw"),
    path("<slug:ref>/ask/", question_views.ask, name="ask"),
    path("<slug:ref>/pdf/", views.download_pdf, name="pdf"),
]
