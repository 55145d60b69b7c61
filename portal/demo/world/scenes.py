"""The first set of referrals: what each persona meets on the first click.

Written out, not drawn: a visitor who follows the personas' errands in the README finds the same
things every time.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from portal.demo.world.lives import Life, Step, working_days_ago
from portal.demo.world.words import MESSAGES, REPLIES
from referrals.models import Kind
from referrals.services import ConsentGiven

ANNE: Final = "praksis-laegehuset-midtvest"
LISE: Final = "praksis-laegehuset-noerretorv"
JONAS: Final = "nsh-hjerteafdeling"
SARA: Final = "amager-hvidovre"
_AGES: Final = ("30-49", "50-64", "65-79", "80+")


class _Writer:
    """Numbers the scenes, so that every citizen is another."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.lives: list[Life] = []

    def add(
        self,
        kind: Kind,
        sender: str,
        offer: str,
        municipality: str,
        ago: datetime | int,
        *steps: Step,
        **more: Any,
    ) -> None:
        number = len(self.lives)
        begins = ago
        if isinstance(begins, int):
            begins = working_days_ago(self.now, begins, 8 + number % 7, number * 13 % 60)
        self.lives.append(
            Life(
                key=f"s{number}",
                kind=kind,
                sender=sender,
                offer=offer,
                municipality=municipality,
                begins=begins,
                steps=steps,
                age_band=more.pop("age_band", _AGES[number % 4]),
                message="" if kind == Kind.CODE else MESSAGES[number % len(MESSAGES)],
                **more,
            )
        )


def _step(verb: str, days: int = 1, /, **with_: Any) -> Step:
    return Step(
        verb=verb, days=days, hour=9 + len(verb) % 6, minute=len(verb) * 7 % 60, with_=with_
    )


def _done(helped: str = "yes") -> Step:
    return _step("complete", 20, result="completed", still_takes_part="yes", has_helped=helped)


def _again(verb: str, minutes: int = 9) -> Step:
    return Step(verb=verb, minute=minutes)


def scenes(now: datetime) -> list[Life]:
    """In the order in which they begin."""
    write = _Writer(now)
    _clinicians(write, now)
    _associations(write)
    _region(write)
    return sorted(write.lives, key=lambda life: life.begins)


def _clinicians(write: _Writer, now: datetime) -> None:
    add, identified, code, bridge = write.add, Kind.IDENTIFIED, Kind.CODE, Kind.NAVIGATOR
    # A year is nearly over and the person still waits: the consent ends in twelve days.
    year_old = now - timedelta(days=353)
    waits = [_step("accept"), _step("waitlist", 2, review_in=28)]
    waits += [_step("keep_waiting", 19, review_in=29) for _ in range(12)]

    # Anne Holm: last week's referrals, and some that need her eyes.
    add(identified, ANNE, "lungecafe-herning", "0657", year_old, *waits)
    add(identified, ANNE, "lungecafe-herning", "0657", 2, _step("decline", 1, reason="no_capacity"))
    add(identified, ANNE, "kraeftraadgivning-herning", "0657", 11)
    add(identified, ANNE, "besoegsven", "0657", 12)
    add(code, ANNE, "lungecafe-herning", "0657", 4)
    add(code, ANNE, "lungecafe-herning", "0657", 9, _step("redeem", 3), _step("start", 4))
    add(code, ANNE, "lungecafe", "0657", 6)
    add(identified, ANNE, "lungecafe-herning", "0657", 5, _step("accept"), _step("start", 2))
    add(
        identified, ANNE, "kraeftraadgivning-herning", "0657", 38,
        _step("accept"), _step("start", 3), _done(),
    )  # fmt: skip
    add(
        identified, ANNE, "besoegsven", "0657", 30,
        _step("accept", 2), _step("give_up", 6, reason="not_reached"),
    )  # fmt: skip

    # Lise Madsen.
    add(
        identified, LISE, "besoegsven", "0615", 3,
        _step("decline", 1, reason="outside_area"),
    )  # fmt: skip
    add(identified, LISE, "lungecafe", "0615", 11)
    add(identified, LISE, "lungecafe", "0615", now - timedelta(days=349), *waits)
    add(code, LISE, "ensom-efter-blodprop", "0730", 1)
    add(code, LISE, "besoegsven", "0615", 12, _step("redeem", 5))
    add(identified, LISE, "besoegsven", "0615", 6, _step("accept", 2))
    add(
        identified, LISE, "besoegsven", "0615", 44,
        _step("accept"), _step("start", 5), _done("partly"),
        consent=ConsentGiven(
            form="oral", oral_reason="Talte i telefon.", given_by="self",
            subject_role="patient", feedback=False,
        ),
    )  # fmt: skip
    add(identified, LISE, "lungecafe", "0615", 16, _step("withdraw", 5))

    # Jonas Friis at the ward.
    add(identified, JONAS, "hjertestoette-hilleroed", "0219", 1)
    add(identified, JONAS, "hjertestoette-hilleroed", "0219", 4, _step("accept"))
    add(identified, JONAS, "hjertemotion-helsingoer", "0217", 7, _step("accept"), _step("start", 4))
    add(identified, JONAS, "hjertemotion-helsingoer", "0217", 35, _step("accept"), _done())
    add(code, JONAS, "hjertemotion-helsingoer", "0210", 2)
    add(
        identified, JONAS, "hjertestoette-hilleroed", "0219", 9,
        _step("mark_error", 0, reason="sent_twice"),
    )  # fmt: skip

    # Sara Lindqvist asks for company to the hospital; Tarik Aydin has ten that wait.
    for ago, area in ((0, "0167"), (1, "0167"), (1, "0169"), (2, "0153"), (4, "0167"), (6, "0165")):
        add(bridge, SARA, "foelgeskab-amager-hvidovre", area, ago)
    add(bridge, SARA, "foelgeskab-amager-hvidovre", "0167", 8, _step("accept"), _step("start", 2))
    add(bridge, SARA, "foelgeskab-amager-hvidovre", "0185", 5, _step("accept", 2))
    add(
        bridge, SARA, "foelgeskab-amager-hvidovre", "0167", 33, _step("accept"), _step("start"),
        _step("send_child", 3, offer="besoegsven"),
        _step("complete", 8, result="bridged_onward", has_helped="yes"),
    )  # fmt: skip
    add(bridge, SARA, "foelgeskab-amager-hvidovre", "0169", 40, _step("accept"), _done())


def _associations(write: _Writer) -> None:
    add, identified, own = write.add, Kind.IDENTIFIED, Kind.SELF
    vesterbro = "praksis-klinik-vesterbro-plads"
    # Tarik Aydin's other four.
    add(Kind.NAVIGATOR, vesterbro, "foelgeskab-social-sundhed", "0101", 0)
    add(Kind.NAVIGATOR, vesterbro, "foelgeskab-social-sundhed", "0101", 3)
    add(own, "", "foelgeskab-social-sundhed", "0751", 1)
    add(own, "", "foelgeskab-social-sundhed", "0461", 2)
    add(
        Kind.NAVIGATOR, vesterbro, "foelgeskab-social-sundhed", "0101", 12,
        _step("waitlist", 2, review_in=21),
    )  # fmt: skip
    add(
        Kind.NAVIGATOR, vesterbro, "foelgeskab-social-sundhed", "0101", 25, _step("accept"),
        _step("give_up", 5, reason="did_not_come"),
    )  # fmt: skip

    # Birthe Krogh in Randers. Her neighbours' practices send; she answers from her mail.
    adal, bakke = "praksis-laegehuset-aadalen", "praksis-soendergades-laeger"
    add(identified, adal, "hjertemotion-randers", "0730", 1)
    add(identified, bakke, "ensom-efter-blodprop", "0730", 2)
    add(own, "", "hjertemotion-randers", "0730", 0)
    add(identified, adal, "ensom-efter-blodprop", "0710", 4, _step("accept"), by_link=True)
    add(
        identified, adal, "hjertemotion-randers", "0730", 8,
        _step("accept"), _step("assign", 1), _step("start", 2),
        _step("write", 1, text=REPLIES[1]),
    )  # fmt: skip
    add(
        identified, bakke, "hjertemotion-randers", "0707", 14,
        _step("waitlist", 2, review_in=24), by_link=True,
    )  # fmt: skip
    add(
        identified, adal, "hjertemotion-randers", "0730", 29,
        _step("accept", 1), _step("start", 2), _done(), by_link=True,
    )  # fmt: skip
    add(
        identified, bakke, "ensom-efter-blodprop", "0730", 19,
        _step("decline", 2, reason="duplicate"), by_link=True,
    )  # fmt: skip
    # Said no by mistake, took it back, said yes.
    add(
        identified, adal, "ensom-efter-blodprop", "0730", 17,
        _step("decline", 1, reason="no_capacity"), _again("undo"), _again("accept", 12),
    )  # fmt: skip
    add(Kind.CODE, adal, "ensom-efter-blodprop", "0730", 15, _step("redeem", 4))
    add(Kind.CODE, adal, "hjertemotion-randers", "0710", 3)

    # Poul Erik Dam's small association.
    add(identified, "praksis-laegehuset-heden", "marfan-net", "0530", 2)
    add(own, "", "marfan-net", "0751", 20, _step("accept", 3), _step("start", 2))

    # Camilla Juhl's many.
    for area, ago in (("0630", 1), ("0621", 2), ("0607", 5)):
        add(identified, "praksis-laegerne-torvet", "besoegsven", area, ago)
    add(own, "", "besoegsven", "0851", 3, _step("accept"))


def _region(write: _Writer) -> None:
    add, identified = write.add, Kind.IDENTIFIED
    # Mette Lund: moderation, and what nobody answers in her region.
    add(identified, "praksis-laegerne-bakketoppen", "hjertemotion-randers", "0710", 1)
    add(Kind.CODE, "praksis-laegehuset-limfjorden", "lungecafe", "0779", 2)
    add(identified, "praksis-laegehuset-limfjorden", "besoegsven", "0779", 3)
    add(
        identified, "praksis-laegerne-bakketoppen", "kraeftraadgivning-aarhus", "0710", 9,
        _step("refuse", 2, reason="wrong_offer"),
    )  # fmt: skip
    add(
        identified, "praksis-laegerne-bakketoppen", "ensom-efter-blodprop", "0710", 12,
        _step("approve", 1), _step("accept", 2),
    )  # fmt: skip
    add(identified, "praksis-soendergades-laeger", "gigt-vand-silkeborg", "0740", 12)
    add(identified, "praksis-laegehuset-aadalen", "besoegsven", "0791", 13)
    # Henrik Bach: one in his municipality that nobody has answered.
    add(identified, "praksis-laegehuset-nakskov-oest", "besoegsven-lolland", "0360", 11)
    add(
        identified, "praksis-laegehuset-nakskov-oest", "besoegsven-lolland", "0360", 6,
        _step("accept", 1),
    )  # fmt: skip


def fresh(now: datetime) -> list[Life]:
    """Sent as the visitor arrives, so that real mails with live links go out."""
    write = _Writer(now)
    add, identified = write.add, Kind.IDENTIFIED
    add(identified, "praksis-laegehuset-aadalen", "hjertemotion-randers", "0730", now)
    add(Kind.NAVIGATOR, SARA, "foelgeskab-amager-hvidovre", "0167", now)
    add(identified, LISE, "lungecafe", "0615", now)
    add(identified, JONAS, "hjertestoette-hilleroed", "0219", now)
    add(Kind.SELF, "", "kraeftraadgivning-aarhus", "0751", now)
    return [
        Life(**{**{name: getattr(life, name) for name in life.__slots__}, "key": f"f{number}"})
        for number, life in enumerate(write.lives)
    ]
