"""Who may reach which address: the declared table of the access matrix (ACC-1, ACC-4).

**Adding an address is one line here**, or the suite fails:

    "offers:list": public("GET"),                                        open to all
    "offers:detail": public("GET", of=OFFER),                            a real one, or 404
    "organisations:members": needs("GET", MANAGERS),                     a right, no object
    "referrals:accept": needs("POST", HANDLERS, own="receiver_handler", of=REFERRAL),
    "organisations:start": signed_in("GET"),                             everybody signed in
    "referrals:reply": link("GET", "reply reply_with_code"),             holders of one link

First the methods; then who holds the right (names of `tests/world.py`, with spaces); then for whom
the object of `of` is theirs. From that follows the rest: without sign-in → sign in; without the
right → 403; with the right and another's object, or none → 404, byte for byte the same; other
methods → never in. `of` names a builder in `tests/test_access_matrix.py` (REFERRAL, CODE, WAITING,
MEMBER ...)."""

from dataclasses import dataclass
from typing import Final

# --- words for the lines --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    kind: str  # public, signed_in, needs, link, operator
    methods: frozenset[str]
    may: frozenset[str]
    own: frozenset[str]
    sees: frozenset[str]
    of: str
    why: str
    query: str
    seen: bool  # everybody may know that the object exists: for others it is 403 and not 404
    loose: bool  # a library's view: more methods, and nothing there for some (no key, no factor)
    answers: frozenset[str]  # where it is not "in" for those who are let in
    body: str


def _line(
    kind: str,
    methods: str,
    may: str = "",
    own: str = "",
    of: str = "",
    why: str = "",
    *,
    sees: str = "",
    query: str = "",
    seen: bool = False,
    loose: bool = False,
    answers: str = "",
    body: str = "",
) -> Line:
    names = (frozenset(words.split()) for words in (methods, may, own, sees))
    said = frozenset(answers.split())
    return Line(kind, *names, of, why, query, seen, loose, said, body)


def public(methods: str, *, of: str = "", loose: bool = False, answers: str = "") -> Line:
    """Open to everybody, without patient data. `answers`: where that is not a page."""
    return _line("public", methods, of=of, loose=loose, answers=answers)


def signed_in(methods: str, *, own: str = "", of: str = "", loose: bool = False) -> Line:
    """Open to everybody who is signed in, whatever the role."""
    return _line("signed_in", methods, own=own, of=of, loose=loose)


def needs(
    methods: str,
    may: str,
    *,
    own: str = "",
    sees: str = "",
    of: str = "",
    query: str = "",
    body: str = "",
    seen: bool = False,
) -> Line:
    """Open to those who hold a right, in a strong session. `sees`: the object is there for them,
    and the answer is 403. `seen`: the object itself is public, so that holds for everybody.
    `query`: what stands behind `?`, `{offer}` is a real offer's slug; `body`: what a POST
    carries."""
    return _line("needs", methods, may, own, of, sees=sees, query=query, body=body, seen=seen)


def link(methods: str, may: str, *, of: str = "") -> Line:
    """Open to the holders of a link, and nowhere to be found for everybody else."""
    return _line("link", methods, may, of=of)


def operator(methods: str) -> Line:
    """The operator's own admin."""
    return _line("operator", methods, "operator")


CLINICIANS: Final = "gp nurse new_gp "
HANDLERS: Final = "receiver_handler outsider_handler parent_handler sibling_handler navigator "
# A manager of a practice runs people and terms; of all others, offers as well.
OFFER_MANAGERS: Final = (
    "receiver_manager outsider_manager parent_handler sibling_handler region_manager "
)
MANAGERS: Final = OFFER_MANAGERS + "practice_manager "
EDITORS: Final = "receiver_editor " + OFFER_MANAGERS
COORDINATORS: Final = "coordinator municipal_coordinator council_coordinator other_coordinator "
FIGURES: Final = MANAGERS + COORDINATORS + "analyst "
AGREEMENTS: Final = MANAGERS + COORDINATORS + "lawyer dpo "
AGREEMENT_WRITERS: Final = MANAGERS + COORDINATORS
# Managers and coordinators write agreements, knock at entrances and sit in forums.
WRITERS: Final = MANAGERS + COORDINATORS
AGREEMENTS: Final = WRITERS + "lawyer dpo "
CLAUSE_WRITERS: Final = COORDINATORS + "lawyer "
PARTIES_HERE: Final = "coordinator region_manager lawyer dpo receiver_manager"
WRITERS_HERE: Final = "coordinator region_manager receiver_manager"
WRITERS: Final = MANAGERS + COORDINATORS
MEMBERS: Final = (
    CLINICIANS + HANDLERS + MANAGERS + EDITORS + COORDINATORS + "lawyer dpo analyst operator "
)

# A plan of a merger: managers and coordinators of its organisations, and the operator.
PLANNERS: Final = MANAGERS + COORDINATORS + "operator "
PLANNERS_HERE: Final = "coordinator region_manager operator"

# Names of builders in tests/test_access_matrix.py.
REFERRAL, CODE, WAITING, CONCERN = "referral", "code", "waiting", "concern"
MEMBER, INVITATION, HANDLER, CLOSING = "member", "invitation", "handler", "closing"
ORGANISATION, OFFER, NEW_OFFER, AGREEMENT = "organisation", "offer", "new_offer", "agreement"
REPORT, INDICATOR = "report", "indicator"
SUCCESSION = "succession"
ENTRANCE, POST, ENQUIRY = "entrance", "post", "enquiry"
FORUM, SEAT, MEETING, ITEM, ACTION = "forum", "seat", "meeting", "item", "action"
SECTION, COMMENT, CLAUSE = "agreement_section", "section_comment", "clause"
AMENDMENT, REVIEW, ASSESSMENT = "amendment", "review", "assessment"
STEP, AGREEMENT_ROW, AGREEMENT_FILE = "step", "agreement_row", "agreement_file"
SAVED_VIEW, SHOWN_AGREEMENT = "saved_view", "shown_agreement"
SHOWN_REPORT = "shown_report"
TOKEN, NUMBER, UUID, PERSONA, RESET = "token", "number", "uuid", "persona", "reset"

SENDER: Final = "gp"
RECEIVER: Final = "receiver_handler"
OFFER_OWNERS: Final = "receiver_editor receiver_manager"
COORDINATORS_HERE: Final = "coordinator municipal_coordinator council_coordinator"
# The region and the association that the agreement is between.
WRITING_PARTIES: Final = "coordinator region_manager receiver_manager"
PARTIES: Final = "coordinator region_manager receiver_manager"
REPLIERS: Final = "reply reply_with_code"
# Concerns reach the receiver's manager and handlers, and the coordinators of the area.
CONCERNED: Final = HANDLERS + OFFER_MANAGERS + COORDINATORS
CONCERNED_HERE: Final = (
    "receiver_handler receiver_manager coordinator municipal_coordinator council_coordinator"
)

# The forum of the council: who runs it, and the two members.
FORUM_RUNS: Final = "council_coordinator"
FORUM_SEATS: Final = "receiver_manager municipal_coordinator"
FORUM_ALL: Final = FORUM_RUNS + " " + FORUM_SEATS

# Names of people who may ever read a patient's words on a page; for everybody else a canary in an
# answer is a leak.
MAY_READ_PATIENTS: Final = frozenset({"gp", "receiver_handler", "reply_with_code", "patient"})

# What somebody wrote in a concern reaches those whom concerns reach, on these pages alone.
CONCERN_PAGES: Final = ("referrals:concerns", "referrals:concern-close", "referrals:concern-take")

# GET requests that write something else than the trail and the session, each with its reason.
GET_MAY_WRITE: Final[dict[str, str]] = {
    "usersessions_list": "allauth clears the list of sessions that have ended while it shows it",
}

# --- the table ------------------------------------------------------------------------------------

POLICY: Final[dict[str, Line]] = {
    # the portal's own pages
    "home": public("GET"),
    "help": public("GET"),
    "accessibility": public("GET"),
    "accessibility_short": public("GET POST", loose=True),
    "privacy": public("GET"),
    "acute_help": public("GET"),
    "components": public("GET"),
    "theme": public("POST"),
    "set_language": public("GET POST", loose=True),
    # health, for machines
    "alive": public("GET"),
    "ready": public("GET", answers="in down"),
    "status": public("GET", answers="in down"),
    # account: allauth's names
    "account": signed_in("GET", loose=True),
    "account_login": public("GET POST", loose=True),
    "account_logout": public("GET POST", loose=True),
    "account_inactive": public("GET", loose=True, answers="no"),
    "account_reauthenticate": signed_in("GET POST", loose=True),
    "account_kept_form": signed_in("GET", of=UUID, loose=True),
    "usersessions_list": signed_in("GET POST", loose=True),
    "account_change_password": signed_in("GET POST", loose=True),
    "account_reset_password": public("GET POST", loose=True),
    "account_reset_password_done": public("GET", loose=True),
    "account_reset_password_from_key": public("GET POST", of=RESET, loose=True),
    "account_reset_password_from_key_done": public("GET", loose=True),
    "mfa_index": signed_in("GET", loose=True),
    "mfa_authenticate": public("GET POST", loose=True),
    "mfa_reauthenticate": signed_in("GET POST", loose=True),
    "mfa_activate_totp": signed_in("GET POST", loose=True),
    "mfa_deactivate_totp": signed_in("GET POST", loose=True),
    "mfa_view_recovery_codes": signed_in("GET", loose=True),
    "mfa_generate_recovery_codes": signed_in("GET POST", loose=True),
    "mfa_add_webauthn": signed_in("GET POST", loose=True),
    "mfa_reauthenticate_webauthn": signed_in("GET POST", loose=True),
    "mfa_edit_webauthn": signed_in("GET POST", of=NUMBER, loose=True),
    "mfa_remove_webauthn": signed_in("GET POST", of=NUMBER, loose=True),
    # organisations
    "organisations:start": signed_in("GET"),
    "organisations:switch": signed_in("POST", loose=True),
    "organisations:members": needs("GET", MANAGERS),
    "organisations:invite": needs("GET POST", MANAGERS),
    "organisations:member": needs("GET POST", MANAGERS, own="receiver_manager", of=MEMBER),
    "organisations:end_member": needs("POST", MANAGERS, own="receiver_manager", of=MEMBER),
    "organisations:confirm_identity": needs("POST", MANAGERS, own="receiver_manager", of=MEMBER),
    "organisations:reset_second_factor": needs("POST", MANAGERS, own="receiver_manager", of=MEMBER),
    "organisations:renew_invitation": needs(
        "POST", MANAGERS, own="receiver_manager", of=INVITATION
    ),
    "organisations:withdraw_invitation": needs(
        "POST", MANAGERS, own="receiver_manager", of=INVITATION
    ),
    "organisations:invitation": public("GET POST", of=TOKEN),
    "organisations:edit": needs("GET POST", MANAGERS),
    "organisations:contacts": needs("GET POST", MANAGERS),
    "organisations:closing": needs("GET POST", MANAGERS),
    "organisations:cancel_closing": needs("POST", MANAGERS, own="receiver_manager", of=CLOSING),
    "organisations:terms": needs("GET", MANAGERS),
    "organisations:accept_terms": needs("POST", MANAGERS),
    "organisations:name_handler": needs("GET POST", MANAGERS),
    "organisations:end_handler": needs("POST", MANAGERS, own="receiver_manager", of=HANDLER),
    "organisations:unverified": needs("GET", COORDINATORS),
    "organisations:detail": public("GET", of=ORGANISATION),
    "organisations:verify": needs(
        "POST", COORDINATORS, own="coordinator", of=ORGANISATION, seen=True
    ),
    # offers
    "offers:list": public("GET"),
    "offers:detail": public("GET", of=OFFER),
    "offers:leaflet": public("GET", of=OFFER),
    "offers:calendar": public("GET", of=OFFER),
    "offers:leaflet-list": public("GET"),
    "offers:star": public("POST", of=OFFER),
    "offers:confirm-by-link": public("GET POST", of=TOKEN),
    "offers:mine": needs("GET", EDITORS),
    "offers:create": needs("GET POST", EDITORS),
    "offers:edit": needs("GET POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:save-new-draft": needs("POST", EDITORS),
    "offers:discard-new-draft": needs("POST", EDITORS),
    "offers:save-draft": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:discard-draft": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:preview": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:confirm": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:set-capacity": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:publish": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:pause": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:resume": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:archive": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:reopen": needs("POST", EDITORS, own=OFFER_OWNERS, of=OFFER),
    "offers:review": needs("GET", COORDINATORS),
    "offers:approve": needs("POST", COORDINATORS, own=COORDINATORS_HERE, of=NEW_OFFER),
    "offers:send-back": needs("POST", COORDINATORS, own=COORDINATORS_HERE, of=NEW_OFFER),
    "offers:approve-edit": needs("POST", COORDINATORS, own=COORDINATORS_HERE, of=NEW_OFFER),
    "offers:refuse-edit": needs("POST", COORDINATORS, own=COORDINATORS_HERE, of=NEW_OFFER),
    # referrals: sending
    "referrals:create": needs("GET POST", CLINICIANS, query="tilbud={offer}"),
    "referrals:save-draft": needs("POST", CLINICIANS, query="tilbud={offer}"),
    "referrals:discard-draft": needs("POST", CLINICIANS + HANDLERS, query="tilbud={offer}"),
    "referrals:signpost": needs("POST", CLINICIANS, query="tilbud={offer}", body="kommune=0751"),
    "referrals:leaflet": needs("POST", CLINICIANS, own=SENDER, of=CODE),
    "referrals:reissue": needs("POST", CLINICIANS, own=SENDER, of=CODE),
    # referrals: one referral
    "referrals:sent": needs("GET", CLINICIANS),
    "referrals:detail": needs(
        "GET", CLINICIANS + HANDLERS, own=SENDER + " " + RECEIVER, of=REFERRAL
    ),
    "referrals:accept": needs("POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:decline": needs("GET POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:waitlist": needs("GET POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:keep-waiting": needs("POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:start": needs("POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:complete": needs("GET POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:give-up": needs("GET POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:undo": needs("POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:assign": needs("POST", HANDLERS, own=RECEIVER, of=REFERRAL),
    "referrals:message": needs(
        "POST", CLINICIANS + HANDLERS, own=SENDER + " " + RECEIVER, of=REFERRAL
    ),
    "referrals:withdraw": needs(
        "GET POST", CLINICIANS + HANDLERS, own=SENDER, sees=RECEIVER, of=REFERRAL
    ),
    "referrals:mark-error": needs(
        "GET POST", CLINICIANS + HANDLERS, own=SENDER, sees=RECEIVER, of=REFERRAL
    ),
    "referrals:reassign": needs("POST", CLINICIANS, own=SENDER, of=REFERRAL),
    "referrals:withdraw-feedback": needs("POST", CLINICIANS, own=SENDER, of=REFERRAL),
    "referrals:approve": needs("POST", COORDINATORS, own="coordinator", of=WAITING),
    "referrals:refuse": needs("GET POST", COORDINATORS, own="coordinator", of=WAITING),
    # referrals: lists of work
    "referrals:inbox": needs("GET", HANDLERS),
    "referrals:redeem": needs("POST", HANDLERS),
    "referrals:oversight": needs("GET", COORDINATORS),
    "referrals:moderation": needs("GET", COORDINATORS),
    "referrals:concerns": needs("GET", CONCERNED),
    "referrals:concern-take": needs("POST", CONCERNED, own=CONCERNED_HERE, of=CONCERN),
    "referrals:concern-close": needs("GET POST", CONCERNED, own=CONCERNED_HERE, of=CONCERN),
    "referrals:audit": needs("GET", "dpo"),
    # referrals: without an account
    "referrals:self": public("GET POST", of=OFFER),
    "referrals:concern": public("GET POST", of=OFFER),
    "referrals:reply": link("GET", REPLIERS),
    "referrals:reply-answer": link("POST", REPLIERS),
    "referrals:reply-undo": link("POST", REPLIERS),
    "referrals:reply-ask-code": link("POST", REPLIERS),
    "referrals:reply-give-code": link("POST", REPLIERS),
    "referrals:reply-renew": public("POST"),
    "referrals:reply-open": public("GET", of=TOKEN),
    "referrals:patient": link("GET", "patient"),
    "referrals:patient-withdraw": link("POST", "patient"),
    "referrals:patient-copy": link("GET", "patient"),
    "referrals:patient-open": public("GET", of=TOKEN),
    # agreements
    "partnerships:list": needs("GET", AGREEMENTS),
    "partnerships:detail": needs(
        "GET",
        AGREEMENTS,
        own=PARTIES_HERE,
        of=AGREEMENT,
    ),
    "partnerships:agreement-action-create": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=AGREEMENT
    ),
    "partnerships:report-list": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:report-begin": needs(
        "POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=AGREEMENT
    ),
    "partnerships:report-detail": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=REPORT),
    "partnerships:report-edit": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=REPORT
    ),
    "partnerships:report-draft": needs("POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=REPORT),
    "partnerships:report-draft-discard": needs(
        "POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=REPORT
    ),
    "partnerships:report-sign": needs("POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=REPORT),
    "partnerships:report-pdf": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=REPORT),
    "partnerships:report-docx": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=REPORT),
    "partnerships:report-csv": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=REPORT),
    "partnerships:figure-list": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:figure-edit": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITING_PARTIES, of=INDICATOR
    ),
    # the entrance
    "partnerships:entrance-list": public("GET"),
    "partnerships:entrance-detail": public("GET", of=ENTRANCE),
    "partnerships:entrance-edit": needs(
        "GET POST", COORDINATORS, own="coordinator", of=ENTRANCE, seen=True
    ),
    "partnerships:entrance-open": needs(
        "POST", COORDINATORS, own="coordinator", of=ENTRANCE, seen=True
    ),
    "partnerships:entrance-close": needs(
        "POST", COORDINATORS, own="coordinator", of=ENTRANCE, seen=True
    ),
    "partnerships:post-create": needs("GET POST", COORDINATORS),
    "partnerships:post-edit": needs("GET POST", COORDINATORS, own="coordinator", of=POST),
    "partnerships:post-close": needs("POST", COORDINATORS, own="coordinator", of=POST),
    "partnerships:post-reopen": needs("POST", COORDINATORS, own="coordinator", of=POST),
    # enquiries
    "partnerships:enquiry-create": public("GET POST", of=ENTRANCE),
    "partnerships:enquiry-follow": public("GET", of=TOKEN),
    "partnerships:enquiry-list": needs("GET", WRITERS),
    "partnerships:idea-create": needs("GET POST", WRITERS),
    "partnerships:enquiry-detail": needs(
        "GET", WRITERS, own="coordinator region_manager receiver_manager", of=ENQUIRY
    ),
    "partnerships:enquiry-acknowledge": needs("POST", COORDINATORS, own="coordinator", of=ENQUIRY),
    "partnerships:enquiry-answer": needs("GET POST", COORDINATORS, own="coordinator", of=ENQUIRY),
    "partnerships:enquiry-link": needs("POST", COORDINATORS, own="coordinator", of=ENQUIRY),
    # the forum
    "partnerships:forum-list": needs("GET", WRITERS),
    "partnerships:forum-create": needs("GET POST", FORUM_RUNS),
    "partnerships:forum-detail": needs("GET", WRITERS, own=FORUM_ALL, of=FORUM),
    "partnerships:forum-calendar": needs("GET", WRITERS, own=FORUM_ALL, of=FORUM),
    "partnerships:forum-edit": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=FORUM
    ),
    "partnerships:forum-close": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=FORUM
    ),
    "partnerships:forum-reopen": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=FORUM
    ),
    "partnerships:forum-members": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=FORUM
    ),
    "partnerships:member-edit": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=SEAT
    ),
    "partnerships:member-end": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=SEAT
    ),
    "partnerships:meeting-create": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=FORUM
    ),
    "partnerships:meeting-detail": needs("GET", WRITERS, own=FORUM_ALL, of=MEETING),
    "partnerships:meeting-edit": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:meeting-call-off": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:agenda-send": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:item-propose": needs("GET POST", WRITERS, own=FORUM_ALL, of=MEETING),
    "partnerships:item-up": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=ITEM
    ),
    "partnerships:item-withdraw": needs(
        "POST",
        WRITERS,
        own="council_coordinator receiver_manager",
        sees="municipal_coordinator",
        of=ITEM,
    ),
    "partnerships:minutes-edit": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:minutes-send": needs(
        "POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:minutes-approve": needs(
        "POST", WRITERS, own=FORUM_RUNS, sees=FORUM_SEATS, of=MEETING
    ),
    "partnerships:minutes-comment": needs("POST", WRITERS, own=FORUM_ALL, of=MEETING),
    "partnerships:minutes-file": needs("GET", WRITERS, own=FORUM_ALL, of=MEETING),
    "partnerships:action-create": needs(
        "GET POST", COORDINATORS, own=FORUM_RUNS, sees="municipal_coordinator", of=MEETING
    ),
    "partnerships:action-finish": needs(
        "POST",
        WRITERS,
        own="council_coordinator receiver_manager",
        sees="municipal_coordinator",
        of=ACTION,
    ),
    "partnerships:action-reopen": needs(
        "POST",
        WRITERS,
        own="council_coordinator receiver_manager",
        sees="municipal_coordinator",
        of=ACTION,
    ),
    # mergers, splits and take-overs: of the region, which another takes over
    "succession:list": needs("GET", PLANNERS),
    "succession:create": needs("GET POST", PLANNERS),
    "succession:detail": needs("GET", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:edit": needs("GET POST", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:choose": needs("POST", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:ask-for-report": needs("POST", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:report-csv": needs("GET", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:report-pdf": needs("GET", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "succession:approve": needs("POST", MANAGERS, own="region_manager", of=SUCCESSION),
    "succession:cancel": needs("GET POST", PLANNERS, own=PLANNERS_HERE, of=SUCCESSION),
    "partnerships:create": needs("GET POST", AGREEMENT_WRITERS),
    "partnerships:file-pdf": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:file-docx": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:change-list": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:begin": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:parties": needs("GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:party-leave": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT
    ),
    "partnerships:party-remove": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:offers": needs("GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:frame": needs("GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:approve-all": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:section": needs("GET POST", AGREEMENTS, own=PARTIES_HERE, of=SECTION),
    "partnerships:section-edit": needs("GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=SECTION),
    "partnerships:section-suggest": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=SECTION
    ),
    "partnerships:section-draft": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=SECTION),
    "partnerships:section-draft-discard": needs(
        "POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=SECTION
    ),
    "partnerships:document-create": needs(
        "GET POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=AGREEMENT
    ),
    "partnerships:section-approve": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=SECTION),
    "partnerships:comment-answer": needs("POST", AGREEMENT_WRITERS, own=WRITERS_HERE, of=COMMENT),
    # clauses and appendices
    "partnerships:clause-list": needs("GET", AGREEMENTS),
    "partnerships:clause-detail": needs(
        "GET", AGREEMENTS, own="coordinator region_manager lawyer dpo", of=CLAUSE
    ),
    "partnerships:clause-create": needs("GET POST", CLAUSE_WRITERS),
    "partnerships:clause-edit": needs(
        "GET POST", CLAUSE_WRITERS, own="coordinator lawyer", of=CLAUSE
    ),
    "partnerships:clause-retire": needs(
        "POST", CLAUSE_WRITERS, own="coordinator lawyer", of=CLAUSE
    ),
    # agreements: the decision guide
    "partnerships:guide-list": needs("GET POST", WRITERS),
    "partnerships:guide-detail": needs(
        "GET", AGREEMENTS, own="coordinator region_manager lawyer dpo", of=ASSESSMENT
    ),
    "partnerships:guide-question": needs(
        "GET POST", WRITERS, own="coordinator region_manager", of=STEP
    ),
    "partnerships:guide-agreement": needs(
        "GET POST", WRITERS, own="coordinator region_manager", of=ASSESSMENT
    ),
    # agreements: review, signing and the end of the text
    "partnerships:review-submit": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:review": needs(
        "GET POST", COORDINATORS + "lawyer dpo ", own="lawyer", sees="coordinator dpo", of=REVIEW
    ),
    "partnerships:send-back": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:negotiate": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:ask-review": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:send-to-signature": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:sign": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:sign-upload": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:refuse": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:cancel": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    # agreements: amendments
    "partnerships:amendment-create": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:amendment": needs("GET", AGREEMENTS, own=PARTIES + " lawyer dpo", of=AMENDMENT),
    "partnerships:amendment-parties": needs("GET POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-party-out": needs("POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-party-undo": needs("POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-ask-review": needs(
        "GET POST", COORDINATORS, own="coordinator", of=AMENDMENT
    ),
    "partnerships:amendment-send": needs("POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-sign": needs("GET POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-sign-upload": needs("GET POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-refuse": needs("GET POST", WRITERS, own=PARTIES, of=AMENDMENT),
    "partnerships:amendment-withdraw": needs("GET POST", WRITERS, own=PARTIES, of=AMENDMENT),
    # agreements: while they run, and files
    "partnerships:suspend": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:resume": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:give-notice": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:evaluate": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:close": needs("GET POST", COORDINATORS, own="coordinator", of=AGREEMENT),
    "partnerships:renew": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT),
    "partnerships:data-review": needs(
        "GET POST", COORDINATORS + "dpo ", own="coordinator dpo", of=AGREEMENT
    ),
    "partnerships:milestone-done": needs("POST", WRITERS, own=PARTIES, of=AGREEMENT_ROW),
    "partnerships:obligation-done": needs("POST", WRITERS, own=PARTIES, of=AGREEMENT_ROW),
    "partnerships:payment": needs("GET POST", WRITERS, own=PARTIES, of=AGREEMENT_ROW),
    "partnerships:document": needs(
        "GET", AGREEMENTS, own=PARTIES + " lawyer dpo", of=AGREEMENT_FILE
    ),
    # agreements: register, work list, calendar, public register
    "partnerships:export-csv": needs("GET", AGREEMENTS),
    "partnerships:export-xlsx": needs("GET", AGREEMENTS),
    "partnerships:save-view": needs("POST", AGREEMENTS),
    "partnerships:delete-view": needs("POST", AGREEMENTS, own="coordinator", of=SAVED_VIEW),
    "partnerships:worklist": needs("GET", AGREEMENTS),
    "partnerships:reviews": needs("GET", COORDINATORS + "lawyer dpo"),
    "partnerships:calendar": needs("GET", AGREEMENTS),
    "partnerships:calendar-file": needs("GET", AGREEMENTS),
    "partnerships:feed-open": needs("POST", AGREEMENTS),
    "partnerships:feed-close": needs("POST", AGREEMENTS),
    "partnerships:feed": public("GET", of=TOKEN),
    "partnerships:public-list": public("GET"),
    "partnerships:public-feed": public("GET"),
    "partnerships:public-detail": public("GET", of=SHOWN_AGREEMENT),
    "partnerships:public-report": public("GET", of=SHOWN_REPORT),
    "partnerships:public-report-pdf": public("GET", of=SHOWN_REPORT),
    "partnerships:public-report-docx": public("GET", of=SHOWN_REPORT),
    "partnerships:public-report-csv": public("GET", of=SHOWN_REPORT),
    "partnerships:publish": needs("GET", AGREEMENTS, own=PARTIES_HERE, of=AGREEMENT),
    "partnerships:public-yes": needs("POST", WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:public-no": needs("POST", WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    "partnerships:public-summary": needs("POST", WRITERS, own=WRITERS_HERE, of=AGREEMENT),
    # demo
    "demo:become": public("POST", of=PERSONA),
    "demo:messages": needs("GET", "operator"),
}

# Whole namespaces of libraries; one line and its reason.
PREFIXES: Final[dict[str, Line]] = {
    "admin:": _line(
        "operator",
        "GET POST",
        "operator",
        why="Django.s own pages behind one door: staff who act as operator in a strong session",
    ),
}
