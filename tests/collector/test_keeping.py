"""What a collector keeps of its looks: a real store, a real vault, a scripted browser and camera."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from services.collector.capture import Capture
from services.collector.keeping import MOST_ATTEMPTS, MOST_UNKEPT, Keeping
from services.collector.pictured import Caption, Captioning, Opened, Picture, no_picture
from services.collector.platforms.base import Platform
from shared.clock import Clock
from shared.errors import TransientError
from shared.events import Evidence, Finding, Outcome, Probe
from shared.evidence.folder import FolderVault
from shared.evidence.keeper import Keeper
from shared.evidence.look import Look
from shared.storage.evidence_log import EvidenceLog
from shared.storage.pictures import OF_ACCOUNT
from shared.storage.store import Store
from tests.builders import NOW, a_finding, an_account
from tests.collector.collecting import Bench, probe_of

MINUTE = timedelta(minutes=1)
POST = Evidence(post_id="new", url="https://m.weibo.cn/status/new")


class Camera:
    """Answers with the script's next word: a body of the page, or `none`."""

    def __init__(self) -> None:
        self.script: list[str] = []
        self.asked: list[str] = []
        self.captions: list[Caption] = []
        self.status = 200

    def picture(self, platform: str, url: str, hosts: tuple[str, ...], caption: Captioning) -> Picture:
        self.asked.append(url)
        word = self.script.pop(0) if self.script else "two posts"
        if word == "none":
            return no_picture("页面打不开，未能拍照")
        if word == "no browser":
            raise TransientError("浏览器无法启动")
        opened = Opened(url=url, at=NOW, document=Capture(url=url, status=self.status, body=word.encode(), at=NOW))
        self.captions.append(caption(opened))
        return Picture(jpeg=b"jpeg of " + url.encode(), thumbnail=b"small", opened=opened)


class Office(Bench):
    """A bench that keeps."""

    def __init__(self, folder: Path) -> None:
        self.camera = Camera()
        self.vault = FolderVault(folder / "evidence")
        super().__init__(folder, keeping=self._keeping)
        self.store.accounts.upsert([an_account()], NOW)

    def _keeping(self, store: Store, platforms: Mapping[str, Platform], clock: Clock) -> Keeping:
        self.keeper = Keeper(self.vault, EvidenceLog(store.database))
        return Keeping(
            keeper=self.keeper,
            pictures=store.pictures,
            platforms=platforms,
            photographer=self.camera,
            clock=clock,
        )

    def accuse(self, *findings: Finding) -> None:
        with self.store.judgements.judging() as judging:
            for finding in findings:
                judging.open(finding)

    def looked(self, word: str, after: timedelta = timedelta()) -> Probe:
        """At once, whenever the next visit was planned."""
        self.store.visits.make_all_due(self.clock.now + after)
        assert self.visit(word, after)
        return probe_of(self.published())

    def kept(self) -> list[Look]:
        return [self.keeper.look(row.entry.look) for row in self.keeper.log.each() if row.entry]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


def settled(office: Office) -> None:
    """The first look of the day is over, and with it its news."""
    office.looked("two posts")


def test_the_probe_cites_the_manifest_that_is_kept_with_what_the_page_said(office: Office) -> None:
    probe = office.looked("two posts")
    (look,) = office.kept()
    assert look.sha256 == probe.evidence_sha256
    assert (look.key, look.account_name, look.unit, look.outcome) == (
        "weibo/1001",
        "青禾发布",
        "青禾县政府办",
        Outcome.OK,
    )
    assert [office.keeper.content(capture.sha256) for capture in look.captures] == [b"two posts"]
    assert look.picture is None
    assert look.picture_note == "本次核查不需要拍照"
    assert office.camera.asked == []


def test_a_look_that_shows_nothing_new_is_cited_but_not_kept(office: Office) -> None:
    settled(office)
    probe = office.looked("two posts", timedelta(hours=1))
    assert len(office.kept()) == 1
    assert probe.evidence_sha256
    assert not office.vault.has(probe.evidence_sha256)


def test_a_look_with_news_is_kept(office: Office) -> None:
    settled(office)
    office.looked("one changed", timedelta(hours=1))
    assert len(office.kept()) == 2


def test_a_wall_is_photographed_once_a_day_and_kept_each_time(office: Office) -> None:
    settled(office)
    office.camera.script = ["blocked"]
    office.visitor.wish = None
    office.looked("blocked", timedelta(hours=1))
    first = office.kept()[-1]
    assert first.picture
    assert office.keeper.content(first.picture) == b"jpeg of https://m.weibo.cn/u/1001"
    assert first.outcome is Outcome.BLOCKED
    assert office.camera.captions[0].outcome == "平台要求验证"
    office.looked("blocked", timedelta(hours=1))
    again = office.kept()[-1]
    assert again.picture is None
    assert again.picture_note == "今天已拍过同样的页面"
    assert len(office.camera.asked) == 1


def test_who_is_asked_to_slow_down_opens_no_page_more(office: Office) -> None:
    office.visitor.status = 418
    office.looked("blocked")
    (look,) = office.kept()
    assert look.picture_note == "平台要求放慢，没有再打开页面拍照"
    assert office.camera.asked == []


def test_a_look_that_opened_nothing_is_kept_with_its_reason_and_has_no_picture(office: Office) -> None:
    probe = office.looked("crash")
    (look,) = office.kept()
    assert probe.evidence_sha256 == look.sha256
    assert (look.outcome, look.captures, look.picture) == (Outcome.CRASH, (), None)
    assert look.picture_note == "页面没有打开，无法拍照"
    assert office.camera.asked == []


def test_a_feed_says_that_it_has_no_page(office: Office) -> None:
    office.store.accounts.upsert([an_account("f", platform="feed", url="https://feeds.example.com/f")], NOW)
    office.visit("two posts, gone")
    look = next(look for look in office.kept() if look.platform == "feed")
    assert look.outcome is Outcome.GONE
    assert look.picture_note == "该来源没有网页，无法拍照"


def test_a_finding_brings_the_next_look_forward_and_is_photographed(office: Office) -> None:
    settled(office)
    finding = a_finding()
    office.accuse(finding)
    assert office.visit("two posts", MINUTE)
    (kept,) = office.store.pictures.of([finding.fingerprint])[finding.fingerprint]
    look = office.keeper.look(kept.look)
    assert look.picture == kept.picture
    assert office.keeper.content(kept.picture).startswith(b"jpeg of")
    assert kept.thumbnail
    assert office.keeper.content(kept.thumbnail) == b"small"
    assert office.camera.captions[0].outcome == "已核查"
    assert not office.visit("two posts", MINUTE)


def test_a_finding_about_a_post_is_photographed_on_the_posts_own_page_too_one_page_a_visit(office: Office) -> None:
    settled(office)
    finding = a_finding("new", evidence=(POST,))
    office.accuse(finding)
    assert office.visit("two posts", MINUTE)
    assert office.camera.asked == ["https://m.weibo.cn/u/1001"]
    assert office.visit("two posts", MINUTE)
    assert office.camera.asked[1:] == ["https://m.weibo.cn/status/new"]
    places = [kept.place for kept in office.store.pictures.of([finding.fingerprint])[finding.fingerprint]]
    assert places == [OF_ACCOUNT, "new"]
    look = office.kept()[-1]
    assert look.url == "https://m.weibo.cn/status/new"
    assert [office.keeper.content(capture.sha256) for capture in look.captures] == [b"two posts"]
    assert office.camera.captions[1].outcome == "已打开内容页"


def test_a_page_that_is_not_there_is_no_proof_of_a_post_and_its_picture_says_so(office: Office) -> None:
    settled(office)
    finding = a_finding("new", evidence=(POST,))
    office.accuse(finding)
    assert office.visit("two posts", MINUTE)
    office.camera.status = 404
    assert office.visit("two posts", MINUTE)
    assert office.camera.captions[-1].outcome == "页面打不开（HTTP 404），可能已删除"
    kept = office.store.pictures.of([finding.fingerprint])[finding.fingerprint]
    assert [one.place for one in kept] == [OF_ACCOUNT]
    assert ("new", "页面打不开（HTTP 404），可能已删除") in office.store.pictures.missing(finding.fingerprint)


def test_an_address_of_another_site_is_never_photographed(office: Office) -> None:
    settled(office)
    elsewhere = Evidence(post_id="x", url="https://evil.example.com/x")
    inside = Evidence(post_id="y", url="http://169.254.169.254/")
    office.accuse(a_finding(evidence=(elsewhere, inside)))
    office.looked("two posts", MINUTE)
    assert not office.visit("two posts", MINUTE)
    assert office.camera.asked == ["https://m.weibo.cn/u/1001"]


@pytest.mark.parametrize(("word", "reason"), [("none", "页面打不开，未能拍照"), ("blocked", "平台要求验证")])
def test_a_picture_that_failed_or_shows_a_wall_is_tried_again_ever_later_and_given_up(
    office: Office, word: str, reason: str
) -> None:
    settled(office)
    finding = a_finding()
    office.accuse(finding)
    office.camera.script = [word] * 99
    office.visitor.wish = None
    for _ in range(60):
        office.visit("two posts", MINUTE * 30)
    assert len(office.camera.asked) == MOST_ATTEMPTS
    assert office.store.pictures.of([finding.fingerprint]) == {}
    assert office.store.pictures.missing(finding.fingerprint) == [(OF_ACCOUNT, reason)]


def test_a_page_that_took_a_picture_counts_as_two_for_the_platforms_rest(office: Office) -> None:
    settled(office)
    office.accuse(a_finding())
    office.looked("two posts", MINUTE)
    office.store.accounts.upsert([an_account("1002")], NOW)
    assert not office.visit("two posts", timedelta(seconds=15))
    assert office.visit("two posts", timedelta(seconds=6))


def test_a_vault_that_is_away_stops_neither_the_looking_nor_the_finding(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = a_finding()
    office.accuse(finding)

    def full(_: bytes) -> str:
        raise TransientError("磁盘已满")

    with monkeypatch.context() as patch:
        patch.setattr(office.vault, "put", full)
        assert office.looked("two posts").outcome is Outcome.OK
    assert office.kept() == []
    assert office.store.pictures.missing(finding.fingerprint) == [(OF_ACCOUNT, "证据没有存入，请检查证据存放处")]
    office.looked("two posts", MINUTE * 11)
    assert finding.fingerprint in office.store.pictures.of([finding.fingerprint])


class FullDisk:
    """In the vault's place: takes nothing until there is space."""

    def __init__(self, office: Office, patch: pytest.MonkeyPatch) -> None:
        self.is_full = True
        self._put = office.vault.put
        patch.setattr(office.vault, "put", self.put)

    def put(self, content: bytes) -> str:
        if self.is_full:
            raise TransientError("磁盘已满")
        return self._put(content)


def test_a_picture_that_could_not_be_stored_is_made_however_long_the_disk_was_full(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, finding = FullDisk(office, monkeypatch), a_finding()
    office.accuse(finding)
    for _ in range(3 * MOST_ATTEMPTS):
        office.looked("two posts", timedelta(hours=5))
    assert office.store.pictures.of([finding.fingerprint]) == {}
    assert len(office.camera.asked) == 1, "nothing is photographed in vain"
    disk.is_full = False
    office.looked("two posts", timedelta(hours=5))
    assert finding.fingerprint in office.store.pictures.of([finding.fingerprint])


def test_a_full_disk_costs_a_page_no_attempt(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, finding = FullDisk(office, monkeypatch), a_finding()
    office.accuse(finding)
    for _ in range(MOST_ATTEMPTS):
        office.looked("two posts", timedelta(hours=5))
    disk.is_full = False
    office.camera.script = ["none"]
    office.looked("two posts", timedelta(hours=5))
    office.looked("two posts", timedelta(hours=5))
    assert finding.fingerprint in office.store.pictures.of([finding.fingerprint])


def test_evidence_that_is_not_stored_is_told_until_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(office, monkeypatch)
    office.engine.check()
    office.looked("two posts")
    with pytest.raises(TransientError, match="证据没有存入：磁盘已满"):
        office.engine.check()
    disk.is_full = False
    office.visit("", MINUTE * 2)
    office.engine.check()


def test_the_last_looks_that_a_full_disk_refused_are_stored_when_there_is_space_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(office, monkeypatch)
    words = ["two posts", "one changed", "three posts", *["login"] * 2 * MOST_UNKEPT]
    missed = [office.looked(word, MINUTE * 2).evidence_sha256 for word in words]
    assert office.kept() == []
    disk.is_full = False
    office.visit("", MINUTE * 2)
    assert [look.sha256 for look in office.kept()] == missed[-MOST_UNKEPT:]


def test_a_browser_that_does_not_start_for_the_picture_stops_nothing(office: Office) -> None:
    office.accuse(a_finding())
    office.camera.script = ["no browser"]
    assert office.looked("two posts").outcome is Outcome.OK


def test_under_a_wrong_clock_nothing_is_photographed(office: Office) -> None:
    office.accuse(a_finding())
    office.visitor.clock_offset = timedelta(hours=5)
    assert office.looked("two posts").outcome is Outcome.CLOCK
    assert office.camera.asked == []
