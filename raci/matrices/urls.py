"""Addresses of the matrices."""

from django.urls import path

from raci.matrices import (
    copy_views,
    cover_views,
    default_views,
    edit_views,
    leaver_views,
    now_views,
    review_views,
    sheet_views,
    statement_views,
    views,
)

app_name = "raci"
urlpatterns = [
    path("raci/", views.matrices, name="matrices"),
    path("cover/", cover_views.cover, name="cover"),
    path("cover/people/<int:person>/", leaver_views.leaver, name="leaver"),
    path("cover/absences/new/", cover_views.absent, name="absent"),
    path("cover/absences/<int:absence>/cancel/", cover_views.cancel, name="cancel"),
    path("cover/delegations/new/", cover_views.delegate, name="delegate"),
    path("cover/delegations/<int:delegation>/<str:verb>/", cover_views.decide, name="decide"),
    path("cover/deputies/new/", cover_views.deputy, name="deputy"),
    path("cover/seats/<int:seat>/end/", cover_views.end_seat, name="end_seat"),
    path("raci/<int:pk>/confirm/", statement_views.confirm, name="confirm"),
    path("raci/<int:pk>/record/", statement_views.declare, name="declare"),
    path(
        "raci/<int:pk>/record/<int:declaration>/end/",
        statement_views.end_declaration,
        name="end_declaration",
    ),
    path("raci/now/", now_views.now, name="now"),
    path("raci/default/", default_views.default, name="default"),
    path("raci/default/make/", default_views.make_default, name="make_default"),
    path("raci/default/holders/", default_views.name_holder, name="name_holder"),
    path("raci/default/authorities/", default_views.empower, name="empower"),
    path("raci/<int:pk>/", views.matrix, name="matrix"),
    path("raci/<int:pk>/check/", edit_views.check, name="check"),
    path("raci/<int:pk>/save/", edit_views.save, name="save"),
    path("raci/<int:pk>/copy/", copy_views.copy, name="copy"),
    path("raci/<int:pk>/paste/", sheet_views.paste, name="paste"),
    path("raci/<int:pk>/export/<str:kind>/", sheet_views.export, name="export"),
    path("raci/<int:pk>/submit/", review_views.submit, name="submit"),
    path("raci/<int:pk>/activate/", review_views.activate, name="activate"),
    path("raci/<int:pk>/send-back/", review_views.send_back, name="send_back"),
    path("raci/<int:pk>/stand/", review_views.stand, name="stand"),
    path("raci/<int:pk>/rows/<str:code>/", review_views.row, name="row"),
    path("raci/<int:pk>/columns/", views.add_column, name="add_column"),
    path("raci/<int:pk>/rows/", views.set_rows, name="set_rows"),
    path("systems/<str:ref>/raci/", views.system, name="system"),
    path("systems/<str:ref>/raci/make/", views.make, name="make"),
]
