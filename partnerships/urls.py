from django.urls import path

from partnerships import views
from partnerships.views import figures, reports

app_name = "partnerships"

urlpatterns = [
    path("aftaler/", views.agreement_list, name="list"),
    path("aftaler/<uuid:pk>/", views.agreement_detail, name="detail"),
    # status reports
    path("aftaler/<uuid:pk>/rapporter/", reports.report_list, name="report-list"),
    path("aftaler/<uuid:pk>/rapporter/begynd/", reports.report_begin, name="report-begin"),
    path("aftaler/rapporter/<uuid:pk>/", reports.report_detail, name="report-detail"),
    path("aftaler/rapporter/<uuid:pk>/ret/", reports.report_edit, name="report-edit"),
    path("aftaler/rapporter/<uuid:pk>/godkend/", reports.report_sign, name="report-sign"),
    path("aftaler/rapporter/<uuid:pk>/rapport.pdf", reports.report_pdf, name="report-pdf"),
    path("aftaler/rapporter/<uuid:pk>/rapport.docx", reports.report_docx, name="report-docx"),
    path("aftaler/rapporter/<uuid:pk>/tal.csv", reports.report_csv, name="report-csv"),
    # figures
    path("aftaler/<uuid:pk>/tal/", figures.figure_list, name="figure-list"),
    path("aftaler/tal/<uuid:pk>/", figures.figure_edit, name="figure-edit"),
]
