from collections.abc import Iterator

import pytest

from portal.common import clock
from tests.succession.merger import BEFORE, Merger, build_merger
from tests.world import World


@pytest.fixture
def merger(world: World) -> Iterator[Merger]:
    """In December 2026, before anything is planned."""
    with clock.at(BEFORE):
        yield build_merger(world)
