from django.urls import path

from partnerships import views

app_name = "partnerships"

urlpatterns = [
    path("aftaler/", views.agreement_list, name="list"),
    path("aftaler/<uuid:pk>/", views.agreement_detail, name="detail"),
]
