"""This process, as others are told of it."""

import os

from shared.runtime.process import unique_owner


def test_no_two_owners_are_alike() -> None:
    owners = {unique_owner() for _ in range(100)}
    assert len(owners) == 100
    assert all(f"-{os.getpid()}-" in owner for owner in owners)
