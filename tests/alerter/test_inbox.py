"""The folder of messages."""

from pathlib import Path

import pytest

from services.alerter.channels.inbox import Inbox
from shared.errors import ChannelError
from tests.alerter.messages import a_message
from tests.builders import NOW, days


def test_a_message_is_one_readable_file(tmp_path: Path) -> None:
    Inbox(folder=tmp_path / "inbox").send(a_message(), NOW)
    (file,) = (tmp_path / "inbox").iterdir()
    assert file.name.startswith("20261121-1200_巡检提醒_青禾县政府办_")
    assert file.suffix == ".txt"
    assert file.read_text("utf-8").splitlines()[0] == a_message().title


def test_a_repeat_overwrites_and_another_message_does_not(tmp_path: Path) -> None:
    inbox = Inbox(folder=tmp_path)
    inbox.send(a_message(), NOW)
    inbox.send(a_message(), NOW + days(1))
    assert len(list(tmp_path.iterdir())) == 1
    inbox.send(a_message("别的事"), NOW)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_hostile_unit_stays_in_the_folder(tmp_path: Path) -> None:
    Inbox(folder=tmp_path / "inbox").send(a_message(unit="../../etc/\x00passwd\n" + "长" * 500), NOW)
    assert len(list((tmp_path / "inbox").iterdir())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


def test_a_folder_that_cannot_be_written_is_for_a_person_to_mend(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("a file stands here")
    with pytest.raises(ChannelError):
        Inbox(folder=tmp_path / "inbox").send(a_message(), NOW)
