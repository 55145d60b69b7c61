from django.urls import path

from portal.succession import views

app_name = "succession"
urlpatterns = [
    path("", views.succession_list, name="list"),
    path("ny/", views.create, name="create"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/ret/", views.edit, name="edit"),
    path("<uuid:pk>/valg/", views.choose, name="choose"),
    path("<uuid:pk>/proevekoersel/", views.ask_for_report, name="ask-for-report"),
    path("<uuid:pk>/proevekoersel.csv", views.report_csv, name="report-csv"),
    path("<uuid:pk>/proevekoersel.pdf", views.report_pdf, name="report-pdf"),
    path("<uuid:pk>/godkend/", views.approve, name="approve"),
    path("<uuid:pk>/annuller/", views.cancel, name="cancel"),
]
