"""What the parties have promised each other, beside the agreement's text."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from partnerships.models import ActionPoint, Agreement
from partnerships.services.actions import may_note, may_tick
from portal.access.actor import Actor
from portal.access.grants import allows
from portal.access.permissions import Permission
from portal.common import clock

_DONE_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Task:
    row: ActionPoint
    may_tick: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class Tasks:
    """Open ones by their day, and those done lately. `add_url` where the reader may note one."""

    open: list[Task]
    done: list[Task]
    add_url: str

    @property
    def shown(self) -> bool:
        return bool(self.open or self.done or self.add_url)


def tasks_of(agreement: Agreement, actor: Actor) -> Tasks:
    """Of an agreement loaded for its page; asks nothing of the database."""
    today = clock.today()
    ticks = allows(actor, Permission.FORUM_TAKE_PART)
    rows = [
        Task(row, ticks and may_tick(actor, row), row.done_on is None and row.due_on < today)
        for row in agreement.action_points.all()
    ]
    done = [task for task in rows if task.row.done_on is not None]
    done.sort(key=lambda task: task.row.done_on or date.min, reverse=True)
    return Tasks(
        open=[task for task in rows if task.row.done_on is None],
        done=done[:_DONE_SHOWN],
        add_url=reverse("partnerships:agreement-action-create", args=[agreement.pk])
        if may_note(actor, agreement)
        else "",
    )
