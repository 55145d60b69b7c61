"""Minutes as a paper that can be filed: agenda, what was said, what was decided, who does what."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partnerships.models import ActionPoint, AgendaItem, ForumMember, Meeting
from portal.common import clock
from portal.common.templatetags.look import long_date, time_of_day
from portal.documents import paper


def minutes_pdf(meeting: Meeting) -> bytes:
    """PDF/UA-1. The same words as on the page."""
    return paper.render_pdf(minutes_paper(meeting))


def minutes_paper(meeting: Meeting) -> paper.Paper:
    items = list(meeting.agenda.all())
    points = list(meeting.action_points.select_related("organisation", "owner"))
    members = list(
        meeting.forum.members.seated()
        .select_related("organisation", "person")
        .order_by("organisation__name")
    )
    blocks: list[paper.Block] = [*paper.text(meeting.minutes)]
    for number, item in enumerate(items, 1):
        blocks += paper.section(f"{number}. {item.title}", _item(item))
    blocks += paper.section(_("Det aftalte vi"), _points(points))
    blocks += paper.section(_("Medlemmer"), _members(members))
    return paper.Paper(
        language=get_language() or "da",
        kicker=_("Referat"),
        title=meeting.title,
        lead=meeting.forum.name,
        status=_status(meeting),
        facts_line=paper.joined(_times(meeting), meeting.place),
        blocks=tuple(blocks),
        made_on=clock.today(),
    )


def _status(meeting: Meeting) -> paper.Cell:
    if meeting.state == Meeting.State.APPROVED:
        return paper.cell(meeting.get_state_display(), shape=paper.Shape.OK)
    return paper.cell(_("Ikke godkendt endnu"), shape=paper.Shape.WAIT)


def _times(meeting: Meeting) -> str:
    begins = f"{long_date(meeting.begins_at)} {time_of_day(meeting.begins_at)}"
    if meeting.ends_at is None:
        return begins
    return f"{begins}–{time_of_day(meeting.ends_at).removeprefix(_('kl. '))}"


def _item(item: AgendaItem) -> tuple[paper.Block, ...]:
    decided = paper.facts((_("Beslutning"), item.decision))
    said = paper.text(item.minutes)
    nothing = paper.text(_("Ikke drøftet."), "quiet")
    return (*said, *decided) if said or decided else nothing


def _points(points: list[ActionPoint]) -> tuple[paper.Block, ...]:
    columns = (
        paper.Column(_("Opgave"), 5),
        paper.Column(_("Hvem"), 4),
        paper.Column(_("Senest"), 2),
    )
    rows = [
        paper.Row(
            (
                paper.cell(row.text),
                paper.cell(row.organisation.name, row.owner.name if row.owner else ""),
                paper.cell(long_date(row.due_on)),
            )
        )
        for row in points
    ]
    return paper.table(_("Opgaver fra mødet"), columns, rows)


def _members(members: list[ForumMember]) -> tuple[paper.Block, ...]:
    rows = [
        paper.Bullet(row.organisation.name, row.person.name if row.person else "")
        for row in members
    ]
    return paper.bullets("", rows)
