"""Addresses of agreements. Danish words, a state change is a POST to a verb below the object."""

from django.urls import path, register_converter

from partnerships.converters import SectionConverter
from partnerships.views import (
    actions,
    amending,
    calendar,
    clauses,
    enquiries,
    entrance,
    figures,
    files,
    forum,
    guide,
    joining,
    living,
    meetings,
    page,
    public,
    public_reports,
    register,
    reports,
    reviewing,
    signing,
    starting,
    worklist,
    writing,
)

app_name = "partnerships"

register_converter(SectionConverter, "section")

ONE = "aftaler/<uuid:pk>/"
SECTION = f"{ONE}afsnit/<section:key>/"

urlpatterns = [
    # one agreement
    # the register
    path("aftaler/", register.agreement_list, name="list"),
    path("aftaler/aftaler.csv", register.export_csv, name="export-csv"),
    path("aftaler/aftaler.xlsx", register.export_xlsx, name="export-xlsx"),
    path("aftaler/visninger/", register.save_view, name="save-view"),
    path("aftaler/visninger/<uuid:pk>/slet/", register.delete_view, name="delete-view"),
    # lists of work
    path("aftaler/arbejdsliste/", worklist.waiting_list, name="worklist"),
    path("aftaler/gennemsyn/", worklist.review_list, name="reviews"),
    # the calendar
    path("aftaler/kalender/", calendar.calendar, name="calendar"),
    path("aftaler/kalender.ics", calendar.calendar_file, name="calendar-file"),
    path("aftaler/kalender/adresse/", calendar.open_feed, name="feed-open"),
    path("aftaler/kalender/adresse/luk/", calendar.close_feed, name="feed-close"),
    path("kalender/<str:token>.ics", calendar.feed, name="feed"),
    # the public register
    path("samarbejder/", public.register, name="public-list"),
    path("samarbejder/feed/", public.feed, name="public-feed"),
    path("samarbejder/<uuid:pk>/", public.agreement, name="public-detail"),
    path("samarbejder/rapporter/<uuid:pk>/", public_reports.public_report, name="public-report"),
    path(
        "samarbejder/rapporter/<uuid:pk>/rapport.pdf",
        public_reports.public_pdf,
        name="public-report-pdf",
    ),
    path(
        "samarbejder/rapporter/<uuid:pk>/rapport.docx",
        public_reports.public_docx,
        name="public-report-docx",
    ),
    path(
        "samarbejder/rapporter/<uuid:pk>/tal.csv",
        public_reports.public_csv,
        name="public-report-csv",
    ),
    path("aftaler/<uuid:pk>/offentlig/", public.publish, name="publish"),
    path("aftaler/<uuid:pk>/offentlig/ja/", public.public_yes, name="public-yes"),
    path("aftaler/<uuid:pk>/offentlig/nej/", public.public_no, name="public-no"),
    path("aftaler/<uuid:pk>/offentlig/tekst/", public.public_summary, name="public-summary"),
    # status reports
    path("aftaler/<uuid:pk>/rapporter/", reports.report_list, name="report-list"),
    path("aftaler/<uuid:pk>/rapporter/begynd/", reports.report_begin, name="report-begin"),
    path("aftaler/rapporter/<uuid:pk>/", reports.report_detail, name="report-detail"),
    path("aftaler/rapporter/<uuid:pk>/ret/", reports.report_edit, name="report-edit"),
    path("aftaler/rapporter/<uuid:pk>/kladde/", reports.report_draft, name="report-draft"),
    path(
        "aftaler/rapporter/<uuid:pk>/slet-kladde/",
        reports.report_draft_discard,
        name="report-draft-discard",
    ),
    path("aftaler/rapporter/<uuid:pk>/godkend/", reports.report_sign, name="report-sign"),
    path("aftaler/rapporter/<uuid:pk>/rapport.pdf", reports.report_pdf, name="report-pdf"),
    path("aftaler/rapporter/<uuid:pk>/rapport.docx", reports.report_docx, name="report-docx"),
    path("aftaler/rapporter/<uuid:pk>/tal.csv", reports.report_csv, name="report-csv"),
    # figures
    path("aftaler/<uuid:pk>/tal/", figures.figure_list, name="figure-list"),
    path("aftaler/tal/<uuid:pk>/", figures.figure_edit, name="figure-edit"),
    # the entrance
    path("indgang/", entrance.entrance_list, name="entrance-list"),
    path("indgang/opslag/nyt/", entrance.post_create, name="post-create"),
    path("indgang/opslag/<uuid:pk>/ret/", entrance.post_edit, name="post-edit"),
    path("indgang/opslag/<uuid:pk>/luk/", entrance.post_close, name="post-close"),
    path("indgang/opslag/<uuid:pk>/genaabn/", entrance.post_reopen, name="post-reopen"),
    path("indgang/henvendelse/<str:token>/", enquiries.enquiry_follow, name="enquiry-follow"),
    path("indgang/<slug:slug>/", entrance.entrance_detail, name="entrance-detail"),
    path("indgang/<slug:slug>/skriv/", entrance.enquiry_create, name="enquiry-create"),
    path("indgang/<slug:slug>/ret/", entrance.entrance_edit, name="entrance-edit"),
    path("indgang/<slug:slug>/aabn/", entrance.entrance_open, name="entrance-open"),
    path("indgang/<slug:slug>/luk/", entrance.entrance_close, name="entrance-close"),
    # enquiries
    path("henvendelser/", enquiries.enquiry_list, name="enquiry-list"),
    path("henvendelser/ny/", enquiries.idea_create, name="idea-create"),
    path("henvendelser/<uuid:pk>/", enquiries.enquiry_detail, name="enquiry-detail"),
    path(
        "henvendelser/<uuid:pk>/kvitter/",
        enquiries.enquiry_acknowledge,
        name="enquiry-acknowledge",
    ),
    path("henvendelser/<uuid:pk>/svar/", enquiries.enquiry_answer, name="enquiry-answer"),
    path("henvendelser/<uuid:pk>/forening/", enquiries.enquiry_link, name="enquiry-link"),
    # the forum
    path("forum/", forum.forum_list, name="forum-list"),
    path("forum/nyt/", forum.forum_create, name="forum-create"),
    path("forum/<uuid:pk>/", forum.forum_detail, name="forum-detail"),
    path("forum/<uuid:pk>/ret/", forum.forum_edit, name="forum-edit"),
    path("forum/<uuid:pk>/luk/", forum.forum_close, name="forum-close"),
    path("forum/<uuid:pk>/genaabn/", forum.forum_reopen, name="forum-reopen"),
    path("forum/<uuid:pk>/medlemmer/", forum.forum_members, name="forum-members"),
    path("forum/<uuid:pk>/kalender.ics", forum.forum_calendar, name="forum-calendar"),
    path("forum/<uuid:pk>/moede/", meetings.meeting_create, name="meeting-create"),
    path("forum/medlem/<uuid:pk>/", forum.member_edit, name="member-edit"),
    path("forum/medlem/<uuid:pk>/slut/", forum.member_end, name="member-end"),
    path("forum/moede/<uuid:pk>/", meetings.meeting_detail, name="meeting-detail"),
    path("forum/moede/<uuid:pk>/ret/", meetings.meeting_edit, name="meeting-edit"),
    path("forum/moede/<uuid:pk>/aflys/", meetings.meeting_call_off, name="meeting-call-off"),
    path("forum/moede/<uuid:pk>/dagsorden/", meetings.agenda_send, name="agenda-send"),
    path("forum/moede/<uuid:pk>/punkt/", meetings.item_propose, name="item-propose"),
    path("forum/moede/<uuid:pk>/referat/", meetings.minutes_edit, name="minutes-edit"),
    path("forum/moede/<uuid:pk>/referat/send/", meetings.minutes_send, name="minutes-send"),
    path(
        "forum/moede/<uuid:pk>/referat/godkend/",
        meetings.minutes_approve,
        name="minutes-approve",
    ),
    path(
        "forum/moede/<uuid:pk>/referat/bemaerkning/",
        meetings.minutes_comment,
        name="minutes-comment",
    ),
    path("forum/moede/<uuid:pk>/referat.pdf", meetings.minutes_file, name="minutes-file"),
    path("forum/moede/<uuid:pk>/opgave/", actions.action_create, name="action-create"),
    path("forum/punkt/<uuid:pk>/op/", meetings.item_up, name="item-up"),
    path("forum/punkt/<uuid:pk>/fjern/", meetings.item_withdraw, name="item-withdraw"),
    path("forum/opgave/<uuid:pk>/gjort/", actions.action_finish, name="action-finish"),
    path("forum/opgave/<uuid:pk>/genaabn/", actions.action_reopen, name="action-reopen"),
    # the library
    path("aftaler/vilkaar/", clauses.clause_list, name="clause-list"),
    path("aftaler/vilkaar/ny/", clauses.clause_create, name="clause-create"),
    path("aftaler/vilkaar/<uuid:pk>/", clauses.clause_detail, name="clause-detail"),
    path("aftaler/vilkaar/<uuid:pk>/ret/", clauses.clause_edit, name="clause-edit"),
    path("aftaler/vilkaar/<uuid:pk>/afvikl/", clauses.clause_retire, name="clause-retire"),
    # one agreement
    path("aftaler/ny/", starting.create, name="create"),
    path(ONE, page.detail, name="detail"),
    path(f"{ONE}hent.pdf", page.file_pdf, name="file-pdf"),
    path(f"{ONE}hent.docx", page.file_docx, name="file-docx"),
    path(f"{ONE}aendringer/", page.change_list, name="change-list"),
    path(f"{ONE}begynd/", starting.begin, name="begin"),
    path(f"{ONE}parter/", starting.parties, name="parties"),
    path(f"{ONE}parter/fjern/", starting.party_remove, name="party-remove"),
    path(f"{ONE}opgaver/ny/", actions.agreement_action_create, name="agreement-action-create"),
    path(f"{ONE}tilbud/", starting.offers, name="offers"),
    path(f"{ONE}rammeaftale/", starting.frame, name="frame"),
    path(f"{ONE}godkend/", writing.approve_all, name="approve-all"),
    # its sections
    path(SECTION, writing.section, name="section"),
    path(f"{SECTION}ret/", writing.section_edit, name="section-edit"),
    path(f"{SECTION}foreslaa/", writing.section_suggest, name="section-suggest"),
    path(f"{SECTION}kladde/", writing.save_draft, name="section-draft"),
    path(f"{SECTION}slet-kladde/", writing.discard_draft, name="section-draft-discard"),
    path(f"{SECTION}godkend/", writing.section_approve, name="section-approve"),
    path("aftaler/kommentar/<uuid:pk>/", writing.comment_answer, name="comment-answer"),
    # the decision guide
    path("aftaler/guide/", guide.guide_list, name="guide-list"),
    path("aftaler/guide/<uuid:pk>/", guide.guide_detail, name="guide-detail"),
    path(
        "aftaler/guide/<uuid:pk>/spoergsmaal/<slug:slug>/",
        guide.guide_question,
        name="guide-question",
    ),
    path("aftaler/guide/<uuid:pk>/aftale/", guide.guide_agreement, name="guide-agreement"),
    # review
    path("aftaler/<uuid:pk>/hoering/", reviewing.review_submit, name="review-submit"),
    path("aftaler/<uuid:pk>/gennemgang/<uuid:review>/", reviewing.review, name="review"),
    path("aftaler/<uuid:pk>/send-tilbage/", reviewing.send_back, name="send-back"),
    path("aftaler/<uuid:pk>/forhandl/", reviewing.negotiate, name="negotiate"),
    path("aftaler/<uuid:pk>/bed-om-gennemgang/", reviewing.ask_review, name="ask-review"),
    # signing
    path("aftaler/<uuid:pk>/til-underskrift/", signing.send_to_signature, name="send-to-signature"),
    path("aftaler/<uuid:pk>/underskriv/", signing.sign, name="sign"),
    path("aftaler/<uuid:pk>/underskriv/dokument/", signing.sign_upload, name="sign-upload"),
    path("aftaler/<uuid:pk>/skriv-ikke-under/", signing.refuse, name="refuse"),
    path("aftaler/<uuid:pk>/annuller/", signing.cancel, name="cancel"),
    # amendments
    path("aftaler/<uuid:pk>/tillaeg/nyt/", amending.amendment_create, name="amendment-create"),
    path("aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/", amending.amendment, name="amendment"),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/parter/",
        joining.amendment_parties,
        name="amendment-parties",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/parter/ud/",
        joining.amendment_party_out,
        name="amendment-party-out",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/parter/fortryd/",
        joining.amendment_party_undo,
        name="amendment-party-undo",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/til-underskrift/",
        amending.amendment_send,
        name="amendment-send",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/underskriv/",
        amending.amendment_sign,
        name="amendment-sign",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/skriv-ikke-under/",
        amending.amendment_refuse,
        name="amendment-refuse",
    ),
    path(
        "aftaler/<uuid:pk>/tillaeg/<uuid:amendment>/traek-tilbage/",
        amending.amendment_withdraw,
        name="amendment-withdraw",
    ),
    # while it runs
    path("aftaler/<uuid:pk>/pause/", living.suspend, name="suspend"),
    path("aftaler/<uuid:pk>/genoptag/", living.resume, name="resume"),
    path("aftaler/<uuid:pk>/opsig/", living.notice, name="give-notice"),
    path("aftaler/<uuid:pk>/evaluering/", living.evaluate, name="evaluate"),
    path("aftaler/<uuid:pk>/afslut/", living.close, name="close"),
    path("aftaler/<uuid:pk>/forny/", living.renew, name="renew"),
    path("aftaler/<uuid:pk>/databeskyttelse/", living.data_review, name="data-review"),
    path("aftaler/<uuid:pk>/milepael/<uuid:row>/", living.milestone_done, name="milestone-done"),
    path("aftaler/<uuid:pk>/opgave/<uuid:row>/", living.obligation_done, name="obligation-done"),
    path("aftaler/<uuid:pk>/betaling/<uuid:row>/", living.payment, name="payment"),
    path("aftaler/<uuid:pk>/dokumenter/<uuid:document>/", files.document, name="document"),
]
