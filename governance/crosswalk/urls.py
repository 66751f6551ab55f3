"""Addresses of frameworks and controls."""

from django.urls import path

from governance.crosswalk import statement_views, system_views, views

app_name = "crosswalk"
urlpatterns = [
    path("systems/<slug:ref>/frameworks/", system_views.on_system, name="on_system"),
    path("frameworks/", views.frameworks, name="frameworks"),
    path("frameworks/mapping/", views.mapping, name="mapping"),
    path("frameworks/controls/<slug:control>/", views.control, name="control"),
    path("frameworks/controls/<slug:control>/statements/new/", statement_views.new, name="state"),
    path(
        "frameworks/statements/<int:statement>/file/", statement_views.file, name="statement_file"
    ),
    path(
        "frameworks/statements/<int:statement>/withdraw/",
        statement_views.withdraw,
        name="withdraw_statement",
    ),
    path("frameworks/set-aside/<int:pk>/agree/", views.agree, name="agree"),
    path("frameworks/set-aside/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("frameworks/<slug:framework>/", views.framework, name="framework"),
]
