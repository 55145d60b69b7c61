"""Temporary stub by the lead so that addresses resolve; the owner of this file overwrites it."""

from typing import Any

from portal.common.errors import NotFound


def oversight(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def moderation(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def concerns(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def concern_take(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def concern_close(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def approve(request: Any, **kwargs: Any) -> Any:
    raise NotFound()


def refuse(request: Any, **kwargs: Any) -> Any:
    raise NotFound()

