"""Pages that span stages: Today, search, the kit of parts."""

from django.urls import path

from governance.overview import ledger_views, views

app_name = "overview"
urlpatterns = [
    path("", views.today, name="today"),
    path("find/", views.find, name="find"),
    path("kit/", views.kit, name="kit"),
    path("ledger/", ledger_views.ledger, name="ledger"),
    path("ledger/verify/", ledger_views.ledger_verify, name="ledger_verify"),
    path("ledger/<int:number>/", ledger_views.ledger_entry, name="ledger_entry"),
    path("ledger/<int:number>/entry.json", ledger_views.ledger_body, name="ledger_body"),
]
