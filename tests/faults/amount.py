"""How much of a fault: the quick half runs with every other test, `make faults` sets XUNJIAN_TEST_FAULTS=all."""

import os
import random
from typing import Any

IS_ALL = os.environ.get("XUNJIAN_TEST_FAULTS") == "all"
SEED = os.environ.setdefault("XUNJIAN_TEST_SEED", str(random.SystemRandom().randrange(10**9)))
"""What happens at random follows from it: XUNJIAN_TEST_SEED=... repeats a run. The workers of a run inherit it."""


def often(quick: int, at_length: int) -> int:
    return at_length if IS_ALL else quick


def chance_of(name: str) -> random.Random:
    """A test's own, so that leaving another test out changes nothing in it."""
    return random.Random(f"{SEED} {name}")


def at_length(*examples: Any) -> tuple[Any, ...]:
    """Further examples of what the quick half shows by another of the same kind."""
    return examples if IS_ALL else ()
