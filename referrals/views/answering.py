"""Temporary stub by the lead so that addresses resolve; the owner of this file overwrites it."""

from typing import Any

from portal.common.errors import NotFound


def accept(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def decline(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def waitlist(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def keep_waiting(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def start(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def complete(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def give_up(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def undo(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def withdraw(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def mark_error(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def assign(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def reassign(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def message(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def withdraw_feedback(request: Any, **kwargs: Any) -> Any:
    raise NotFound()

