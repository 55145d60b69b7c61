"""Addresses of referrals. Danish words, a state change is a POST to a verb below the object."""

from django.urls import path

from referrals.views import (
    answering,
    audit,
    detail,
    inbox,
    oversight,
    patient,
    public,
    reply,
    sending,
    sent,
)

app_name = "referrals"

ONE = "henvisninger/<uuid:pk>/"

urlpatterns = [
    # sending
    path("henvisninger/ny/", sending.create, name="create"),
    path("henvisninger/ny/kladde/", sending.save_draft, name="save-draft"),
    path("henvisninger/ny/slet-kladde/", sending.discard_draft, name="discard-draft"),
    path("henvisninger/anvis/", sending.signpost, name="signpost"),
    path(f"{ONE}folder.pdf", sending.leaflet, name="leaflet"),
    path(f"{ONE}ny-kode/", sending.reissue, name="reissue"),
    # one referral
    path("henvisninger/", sent.sent_list, name="sent"),
    path(ONE, detail.detail, name="detail"),
    path(f"{ONE}modtag/", answering.accept, name="accept"),
    path(f"{ONE}afvis/", answering.decline, name="decline"),
    path(f"{ONE}venteliste/", answering.waitlist, name="waitlist"),
    path(f"{ONE}venter-stadig/", answering.keep_waiting, name="keep-waiting"),
    path(f"{ONE}start/", answering.start, name="start"),
    path(f"{ONE}afslut/", answering.complete, name="complete"),
    path(f"{ONE}opgiv/", answering.give_up, name="give-up"),
    path(f"{ONE}fortryd/", answering.undo, name="undo"),
    path(f"{ONE}traek-tilbage/", answering.withdraw, name="withdraw"),
    path(f"{ONE}fejl/", answering.mark_error, name="mark-error"),
    path(f"{ONE}tildel/", answering.assign, name="assign"),
    path(f"{ONE}overdrag/", answering.reassign, name="reassign"),
    path(f"{ONE}besked/", answering.message, name="message"),
    path(f"{ONE}uden-tilbagemelding/", answering.withdraw_feedback, name="withdraw-feedback"),
    path(f"{ONE}godkend/", oversight.approve, name="approve"),
    path(f"{ONE}afslaa/", oversight.refuse, name="refuse"),
    # lists of work
    path("indbakke/", inbox.inbox, name="inbox"),
    path("indbakke/kode/", inbox.redeem, name="redeem"),
    path("overblik/", oversight.oversight, name="oversight"),
    path("overblik/godkendelse/", oversight.moderation, name="moderation"),
    path("bekymringer/", oversight.concerns, name="concerns"),
    path("bekymringer/<uuid:pk>/tag/", oversight.concern_take, name="concern-take"),
    path("bekymringer/<uuid:pk>/afslut/", oversight.concern_close, name="concern-close"),
    path("adgangslog/", audit.audit_log, name="audit"),
    # without an account
    path("tilbud/<slug:slug>/skriv/", public.self_referral, name="self"),
    path("tilbud/<slug:slug>/bekymring/", public.concern, name="concern"),
    path("svar/", reply.reply, name="reply"),
    path("svar/send/", reply.answer, name="reply-answer"),
    path("svar/fortryd/", reply.undo, name="reply-undo"),
    path("svar/kode/", reply.ask_code, name="reply-ask-code"),
    path("svar/bekraeft-kode/", reply.give_code, name="reply-give-code"),
    path("svar/nyt-link/", reply.renew, name="reply-renew"),
    path("svar/<str:token>/", reply.open_link, name="reply-open"),
    path("min-henvisning/", patient.page, name="patient"),
    path("min-henvisning/traek-tilbage/", patient.withdraw, name="patient-withdraw"),
    path("min-henvisning/kopi/", patient.copy, name="patient-copy"),
    path("min-henvisning/<str:token>/", patient.open_link, name="patient-open"),
]
