"""Whose a file is to read."""

import os

import pytest

from shared.folders import may_others_read

OWN_GROUP = 10001


def told(mode: int, user: int = OWN_GROUP, group: int = OWN_GROUP) -> os.stat_result:
    return os.stat_result((0o100000 | mode, 0, 0, 1, user, group, 0, 0, 0, 0))


@pytest.fixture(autouse=True)
def service_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: OWN_GROUP)
    monkeypatch.setattr(os, "getegid", lambda: OWN_GROUP)


def test_a_file_of_its_owner_alone_is_private() -> None:
    assert not may_others_read(told(0o600))
    assert may_others_read(told(0o640))
    assert may_others_read(told(0o604))


def test_a_secret_as_kubernetes_mounts_it_is_private() -> None:
    assert not may_others_read(told(0o440, user=0))
    assert may_others_read(told(0o444, user=0))
    assert may_others_read(told(0o460, user=0))
    assert may_others_read(told(0o440, user=0, group=100))


def test_to_root_a_group_is_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "getegid", lambda: 0)
    assert may_others_read(told(0o440, user=0, group=0))
