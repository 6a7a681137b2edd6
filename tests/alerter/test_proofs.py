"""The picture of a finding follows its message, once, where the channel can show it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import PrivateAttr

from services.alerter.message import Message, MessageEvent
from shared.bus.sqlite import SqliteBus
from shared.errors import PermanentError, TransientError
from shared.events import Evidence, Finding
from shared.report_file import Attachment
from shared.storage.pictures import OF_ACCOUNT, Page
from shared.storage.store import Store
from tests.alerter.alerting import MINUTE, Bench, bus, store  # noqa: F401
from tests.builders import NOW, a_finding, days
from tests.fakes.channel import RecordingChannel

LOOK, PICTURE, THUMBNAIL = "a" * 64, "b" * 64, "c" * 64


class Album(RecordingChannel):
    """A channel that shows pictures."""

    _files: list[Attachment] = PrivateAttr(default_factory=list)

    @property
    def shows_pictures(self) -> bool:
        return True

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        said = self.send(message, now)
        self._files.append(file)
        return said


class Photographed(Bench):
    """Its mail shows pictures, its robot does not."""

    def __init__(self, store: Store, bus: SqliteBus, folder: Path) -> None:  # noqa: F811
        super().__init__(store, bus, folder)
        self.engine.close()
        self.album = Album()
        self.missing: Exception | None = None
        self.engine = self.alerter(mail=self.album, contents=self.contents)

    def contents(self, sha256: str) -> bytes:
        if self.missing:
            raise self.missing
        return f"bytes of {sha256}".encode()

    def photograph(self, now: datetime, picture: str = PICTURE) -> None:
        self.store.pictures.note(lambda _: (Page(OF_ACCOUNT),), now)
        for wanted in self.store.pictures.wanted("weibo/1001", now):
            self.store.pictures.keep(wanted, LOOK, picture, THUMBNAIL, now)


@pytest.fixture
def bench(store: Store, bus: SqliteBus, tmp_path: Path) -> Iterator[Photographed]:  # noqa: F811
    ready = Photographed(store, bus, tmp_path)
    yield ready
    ready.engine.close()


def told(bench: Photographed, *findings: Finding) -> datetime:
    bench.open(*findings)
    return bench.run(NOW, MINUTE)


def test_the_message_goes_at_once_and_its_picture_follows_when_there_is_one(bench: Photographed) -> None:
    now = told(bench, a_finding())
    assert [message.event for message in bench.album.messages] == [MessageEvent.OPENING]
    bench.photograph(now)
    bench.run(now, MINUTE)
    opening, picture = bench.album.messages
    assert picture.event is MessageEvent.PICTURE
    assert picture.numbers == opening.numbers
    assert "巡检留证" in picture.title
    assert LOOK[:12] in picture.text
    (file,) = bench.album._files
    assert file.body == f"bytes of {THUMBNAIL}".encode()
    assert file.media_type == "image/jpeg"


def test_a_picture_is_shown_once_also_after_a_restart(bench: Photographed) -> None:
    now = told(bench, a_finding())
    bench.photograph(now)
    now = bench.run(now, MINUTE * 3)
    bench.engine.close()
    bench.engine = bench.alerter(mail=bench.album, contents=bench.contents)
    bench.run(now, MINUTE * 3)
    assert len(bench.album._files) == 1


def test_one_picture_of_several_findings_is_shown_once_with_all_their_numbers(bench: Photographed) -> None:
    findings = a_finding(), a_finding("p2")
    now = told(bench, *findings)
    bench.photograph(now)
    bench.run(now, MINUTE * 3)
    assert len(bench.album._files) == 1
    assert set(bench.album.messages[-1].numbers) == {finding.number for finding in findings}


def test_a_channel_that_cannot_show_it_names_the_evidence_in_its_message(bench: Photographed) -> None:
    now = told(bench, a_finding(evidence=(Evidence(url="https://m.weibo.cn/u/1001", sha256=LOOK),)))
    bench.photograph(now)
    bench.run(now, MINUTE)
    (message,) = bench.ding.messages
    assert f"证据：{LOOK[:12]}" in message.text


def test_a_picture_of_what_was_never_told_here_is_not_shown(bench: Photographed) -> None:
    bench.album.fail(*[PermanentError("收件人全部被拒")] * 99)
    now = told(bench, a_finding())
    bench.album.recover()
    bench.photograph(now)
    bench.run(now, MINUTE)
    assert bench.album._files == []


def test_a_vault_that_is_away_puts_the_picture_off_and_no_message(bench: Photographed) -> None:
    now = told(bench, a_finding())
    bench.missing = TransientError("证据库读不出")
    bench.photograph(now)
    bench.open(a_finding("p2", at=now))
    now = bench.run(now, MINUTE)
    assert len(bench.album.messages) == 2
    bench.missing = None
    bench.run(now, MINUTE)
    assert len(bench.album._files) == 1


def test_a_picture_that_is_gone_is_given_up(bench: Photographed) -> None:
    now = told(bench, a_finding())
    bench.missing = PermanentError("证据库里没有")
    bench.photograph(now)
    now = bench.run(now, MINUTE)
    bench.missing = None
    bench.run(now, MINUTE)
    assert bench.album._files == []


def test_an_old_picture_is_no_news(bench: Photographed) -> None:
    now = told(bench, a_finding())
    bench.photograph(now - days(4) + timedelta(0))
    bench.run(now, MINUTE)
    assert bench.album._files == []
