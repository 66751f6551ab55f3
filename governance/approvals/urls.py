"""Addresses of model updates."""

from django.urls import path

from governance.approvals import (
    finding_views,
    history_views,
    oversight_views,
    proof_views,
    propose_views,
    verb_views,
    views,
)

app_name = "approvals"
urlpatterns = [
    path("updates/", views.updates, name="updates"),
    path("updates/oversight/", oversight_views.oversight, name="oversight"),
    path("updates/oversight/export/", oversight_views.export, name="oversight_csv"),
    path("updates/freezes/", finding_views.freezes, name="freezes"),
    path("updates/freezes/<int:pk>/lift/", finding_views.lift, name="lift"),
    path("updates/findings/<int:pk>/", finding_views.finding, name="finding"),
    path("updates/propose/<int:pk>/", propose_views.propose, name="propose"),
    path("updates/waive/<int:pk>/", propose_views.waive, name="waive"),
    path("updates/evidence/<int:pk>/", proof_views.proofs_of, name="proofs"),
    path("updates/evidence/<int:pk>/<slug:kind>/", proof_views.add, name="add_proof"),
    path("updates/proofs/<int:pk>/withdraw/", proof_views.withdraw, name="withdraw_proof"),
    path("updates/<str:ref>/", views.update, name="update"),
    path("updates/<str:ref>/decide/", views.decide, name="decide"),
    path("updates/<str:ref>/viewed/", views.viewed, name="viewed"),
    path("updates/<str:ref>/remark/", views.remark, name="remark"),
    path("updates/<str:ref>/class/", verb_views.set_class, name="set_class"),
    path("updates/<str:ref>/target/", verb_views.target, name="target"),
    path("updates/<str:ref>/canary/", verb_views.canary_report, name="canary_report"),
    path("updates/<str:ref>/conditions/<int:pk>/met/", views.met, name="met"),
    path("updates/<str:ref>/steps/<slug:verb>/", verb_views.act, name="act"),
    path("systems/<str:ref>/updates/", history_views.history, name="history"),
    path("systems/<str:ref>/updates/compare/", history_views.compare, name="compare"),
    path("systems/<str:ref>/findings/", finding_views.findings, name="findings"),
    path("systems/<str:ref>/materiality/", finding_views.materiality, name="materiality"),
]
