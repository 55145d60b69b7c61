"""Every way into an account (AUT-1, docs/ways-in.md).

The names are allauth's, because allauth looks its own pages up by them; a page of allauth that is
not listed here does not exist.
"""

from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from portal.accounts import views

urlpatterns = [
    path("", views.overview, name="account"),
    path("log-ind/", views.LoginView.as_view(), name="account_login"),
    path("log-af/", views.LogoutView.as_view(), name="account_logout"),
    path("spaerret/", views.inactive, name="account_inactive"),
    path("bekraeft/", views.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("skrevet/<uuid:pk>/", views.kept_form, name="account_kept_form"),
    path("sessioner/", views.list_sessions, name="usersessions_list"),
    # password
    path("adgangskode/", views.PasswordChangeView.as_view(), name="account_change_password"),
    path("glemt-kode/", views.PasswordResetView.as_view(), name="account_reset_password"),
    path(
        "glemt-kode/sendt/",
        views.PasswordResetDoneView.as_view(),
        name="account_reset_password_done",
    ),
    re_path(
        r"^glemt-kode/ny/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.PasswordResetFromKeyView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "glemt-kode/faerdig/",
        views.PasswordResetFromKeyDoneView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    # second factor
    path("to-faktor/", views.second_factor, name="mfa_index"),
    path("to-faktor/kode/", views.AuthenticateView.as_view(), name="mfa_authenticate"),
    path("to-faktor/bekraeft/", views.ReauthenticateCodeView.as_view(), name="mfa_reauthenticate"),
    path("to-faktor/app/", views.ActivateTOTPView.as_view(), name="mfa_activate_totp"),
    path("to-faktor/app/fjern/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("to-faktor/noedkoder/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "to-faktor/noedkoder/nye/",
        views.GenerateRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("to-faktor/noegle/", views.AddWebAuthnView.as_view(), name="mfa_add_webauthn"),
    path(
        "to-faktor/noegle/bekraeft/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "to-faktor/noegle/<int:pk>/navn/",
        views.EditWebAuthnView.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        "to-faktor/noegle/<int:pk>/fjern/",
        views.RemoveWebAuthnView.as_view(),
        name="mfa_remove_webauthn",
    ),
]
