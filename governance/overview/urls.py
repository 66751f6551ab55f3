"""Pages that span stages: Today, search, the kit of parts."""

from django.urls import path

from governance.overview import ledger_views, register_views, system_views, views

app_name = "overview"
urlpatterns = [
    path("", views.today, name="today"),
    path("systems/", register_views.register, name="register"),
    path("systems/filter/", register_views.register_filter, name="register_filter"),
    path("systems/export.csv", register_views.export_csv, name="export_csv"),
    path("systems/export.xlsx", register_views.export_xlsx, name="export_xlsx"),
    path("systems/<slug:ref>/", system_views.system, name="system"),
    path("find/", views.find, name="find"),
    path("kit/", views.kit, name="kit"),
    path("ledger/", ledger_views.ledger, name="ledger"),
    path("ledger/verify/", ledger_views.ledger_verify, name="ledger_verify"),
    path("ledger/checkpoint.txt", ledger_views.ledger_checkpoint, name="ledger_checkpoint"),
    path("ledger/<int:number>/", ledger_views.ledger_entry, name="ledger_entry"),
    path("ledger/<int:number>/entry.json", ledger_views.ledger_body, name="ledger_body"),
    path("ledger/<int:number>/entry.tlog-proof", ledger_views.ledger_proof, name="ledger_proof"),
]
