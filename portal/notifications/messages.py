"""What leaves the building: a mail or a text message, ready to go. Neither is ever stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Plain text to one address. `headers` may not name what the outbox itself sets."""

    to: str
    subject: str
    text: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A text message. `to` is a number with its country code, such as +4520123456."""

    to: str
    text: str
