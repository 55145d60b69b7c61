"""Lives that Hypothesis makes up, against a contract: how they are run."""

import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.sizes import DRILL


def run_lives(
    machine: type[RuleBasedStateMachine], *, turn: int, examples: int, steps: int
) -> None:
    """Each turn has a seed of its own: in `make test` always the same, so that no commit fails by
    another's lot; in `make drill` a new one each time, so that it goes on finding. A test runs one
    turn, in real transactions: the more lives one transaction has undone, the slower it reads."""
    number = turn + (random.randrange(2**32) if DRILL else 0)
    print(f"hypothesis seed {number}")  # noqa: T201 - shown when it fails
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # The seed shows a failure again; to make it smaller takes longer than to read it.
            phases=[Phase.generate],
        ),
    )
