"""Mail about an account goes through the outbox, which lies above this module.

So the outbox hands its function down, once, from the `ready()` of the app that writes these mails.
"""

from collections.abc import Callable

# (kind of mail, id of the user). The kinds: reset_password, and the notices of `NOTICES`.
Queue = Callable[[str, int], None]

RESET = "reset_password"
# allauth's template name → our kind of mail: a change of the account that its owner must hear of.
NOTICES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/totp_activated": "second_factor_added",
    "mfa/email/webauthn_added": "second_factor_added",
    "mfa/email/totp_deactivated": "second_factor_removed",
    "mfa/email/webauthn_removed": "second_factor_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}

_queue: Queue | None = None


def provide(queue: Queue) -> None:
    global _queue
    _queue = queue


def queue(kind: str, user_id: int) -> None:
    if _queue is None:
        raise RuntimeError("Nobody has provided the outbox: portal.accounts.outgoing.provide().")
    _queue(kind, user_id)
