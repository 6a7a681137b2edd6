"""Real Chromium on the platforms' login pages, as a person without a window sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from demo.proxy import Proxy
from services.collector.browser import login as module
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.login import LoggedIn, NotLoggedInError, log_in
from services.collector.browser.qr import Grid, Luminance, grid_of
from services.collector.logins.base import Login, Step
from shared.plugins import discover
from shared.session_life import Proof
from tests.collector.logins.passports import SMS_CODE, TOKEN, LoginSite, a_grid

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

LOGINS = {name: kind() for name, kind in discover("services.collector.logins", Login).items()}
PATIENCE = 100.0

WAITING: dict[str, Any] = {
    "weibo": {"retcode": 50114001},
    "douyin": {"data": {"status": "new"}},
    "toutiao": {"data": {"status": "1"}},
    "wechat": {"status": 0},
}
SCANNED: dict[str, Any] = {
    "weibo": {"retcode": 50114002},
    "douyin": {"data": {"status": "scanned"}},
    "toutiao": {"data": {"status": "2"}},
    "wechat": {"status": 4, "acct_size": 1},
}
DONE: dict[str, Any] = {
    "weibo": {"retcode": 20000000, "data": {"url": "https://passport.weibo.com/x"}},
    "douyin": {"data": {"status": "confirmed"}},
    "toutiao": {"data": {"status": "3", "redirect_url": "x"}},
    "wechat": {"status": 1, "user_category": 2},
}
EXPIRED: dict[str, Any] = {
    "weibo": {"retcode": 50114003},
    "douyin": {"data": {"status": "expired"}},
    "toutiao": {"data": {"status": "5"}},
    "wechat": {"status": 3},
}


class Somebody:
    """Notes what is shown, and knows the code that the platform sent."""

    def __init__(self, code: str | None = None) -> None:
        self.steps: list[Step] = []
        self.grids: list[Grid | None] = []
        self._code = code

    def told(self, step: Step) -> None:
        self.steps.append(step)

    def shown(self, png: bytes, picture: Luminance | None) -> None:
        assert png.startswith(b"\x89PNG")
        self.grids.append(grid_of(picture) if picture else None)

    def code(self, seconds: float) -> str | None:
        return self._code


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROOF_EVERY_SECONDS", 0.2)


@contextmanager
def standing(platform: str, *answers: Any, **fields: Any) -> Iterator[tuple[LoginSite, BrowserSettings]]:
    site = LoginSite(platform, answers, DONE[platform], **fields)
    with Proxy(site) as proxy:
        yield site, BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki)


def tried(settings: BrowserSettings, platform: str, person: Somebody, seconds: float = PATIENCE) -> LoggedIn:
    return log_in(settings, LOGINS[platform], person, seconds=seconds, window=False)


@pytest.mark.parametrize("platform", LOGINS)
def test_a_person_scans_and_is_in(platform: str) -> None:
    person = Somebody()
    waiting, scanned, done = WAITING[platform], SCANNED[platform], DONE[platform]
    with standing(platform, *[waiting] * 15, *[scanned] * 15, done) as (_, settings):
        entered = tried(settings, platform, person)
    assert person.steps == [Step.WAITING, Step.SCANNED, Step.CONFIRMED]
    assert person.grids == [a_grid(1)], "the code as the page drew it, once"
    assert {"logged"} <= {cookie["name"] for cookie in entered.state["cookies"]}
    assert (f"token={TOKEN}" in entered.address) == (platform == "wechat")


@pytest.mark.parametrize("platform", LOGINS)
def test_a_code_that_expired_is_renewed_until_somebody_scans(platform: str) -> None:
    person = Somebody()
    answers = [*[WAITING[platform]] * 15, EXPIRED[platform], *[WAITING[platform]] * 20, DONE[platform]]
    with standing(platform, *answers) as (site, settings):
        tried(settings, platform, person)
    assert site.pages == 2
    assert person.grids[0] == a_grid(1)
    assert person.grids[-1] == a_grid(2)
    assert person.steps == [Step.WAITING, Step.EXPIRED, Step.WAITING, Step.CONFIRMED]


def test_a_page_that_says_it_is_done_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROOF_WAIT_SECONDS", 1.0)
    with standing("weibo", DONE["weibo"], lets_in=False) as (_, settings), pytest.raises(NotLoggedInError) as caught:
        tried(settings, "weibo", Somebody())
    assert caught.value.step is Step.FAILED


def test_nobody_scanned_in_time() -> None:
    with standing("douyin", WAITING["douyin"]) as (_, settings), pytest.raises(NotLoggedInError) as caught:
        tried(settings, "douyin", Somebody(), seconds=2)
    assert (caught.value.step, caught.value.is_late) == (Step.WAITING, True)
    assert not [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]


@pytest.mark.parametrize("script", ["for (;;) {}", "while (true) confirm('x')"])
def test_a_page_that_answers_no_more_does_not_outlast_the_time(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 1.0)
    person, stuck = Somebody(), f"setTimeout(() => {{ {script} }}, 1000);"
    with (
        standing("weibo", WAITING["weibo"], script=stuck) as (_, settings),
        pytest.raises(NotLoggedInError) as caught,
    ):
        tried(settings, "weibo", person, seconds=3)
    assert (caught.value.step, caught.value.is_late) == (Step.WAITING, True)
    assert not [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]


def test_a_page_without_a_code_is_told_once_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NO_CODE_SECONDS", 0.5)
    person, hidden = Somebody(), "document.querySelector('#panel').remove();"
    with (
        standing("weibo", WAITING["weibo"], script=hidden) as (_, settings),
        pytest.raises(NotLoggedInError) as caught,
    ):
        tried(settings, "weibo", person, seconds=6)
    assert person.steps == [Step.WAITING, Step.NO_CODE]
    assert person.grids == []
    assert caught.value.step is Step.WAITING
    assert "--window" in Step.NO_CODE.words
    assert "browser.more_hosts" in Step.NO_CODE.words


def test_a_page_that_leaves_for_somebody_elses_host_has_confirmed_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NO_CODE_SECONDS", 2.0)
    person, away = Somebody(), "setTimeout(() => location = 'https://evil.qinghe.example/', 1500);"
    with standing("weibo", WAITING["weibo"], script=away) as (site, settings), pytest.raises(NotLoggedInError):
        tried(settings, "weibo", person, seconds=8)
    assert "evil.qinghe.example" in site.hosts
    assert person.steps == [Step.WAITING, Step.NO_CODE]


def test_the_person_refused_on_the_phone() -> None:
    with (
        standing("toutiao", WAITING["toutiao"], {"data": {"status": "4"}}) as (_, settings),
        pytest.raises(NotLoggedInError, match="拒绝"),
    ):
        tried(settings, "toutiao", Somebody())


def test_the_administrator_has_to_agree() -> None:
    person = Somebody()
    by_operator = {"status": 1, "user_category": 1}
    with standing("wechat", *[WAITING["wechat"]] * 15, *[by_operator] * 15, DONE["wechat"]) as (_, settings):
        tried(settings, "wechat", person)
    assert person.steps == [Step.WAITING, Step.APPROVE, Step.CONFIRMED]


def test_a_code_from_the_phone_is_typed_by_the_person() -> None:
    person = Somebody(SMS_CODE)
    wanted = {"data": {"error_code": 2046}}
    with standing("douyin", wanted, DONE["douyin"], takes_code=True) as (site, settings):
        tried(settings, "douyin", person)
    assert site.seen_codes[0] == SMS_CODE
    assert person.steps == [Step.WAITING, Step.CODE, Step.CONFIRMED]


def test_a_code_that_nobody_gave_in_time() -> None:
    wanted = {"data": {"error_code": 2046}}
    with (
        standing("douyin", wanted, takes_code=True) as (_, settings),
        pytest.raises(NotLoggedInError) as caught,
    ):
        tried(settings, "douyin", Somebody())
    assert caught.value.step is Step.CODE
    assert caught.value.is_late


def test_a_slider_is_left_to_a_person_with_a_window() -> None:
    with (
        standing("douyin", WAITING["douyin"], words="请拖动滑块完成拼图") as (_, settings),
        pytest.raises(NotLoggedInError, match=r"不代为破解.*有显示器"),
    ):
        tried(settings, "douyin", Somebody())


@pytest.mark.parametrize("platform", LOGINS)
def test_what_was_saved_is_what_the_server_takes(platform: str) -> None:
    """The proof of a round asks with the saved state alone."""
    login = LOGINS[platform]
    with standing(platform, DONE[platform]) as (site, settings):
        entered = tried(settings, platform, Somebody())
    address = login.proof_address(entered.address)
    assert address is not None
    assert login.proof(site.passport_says(entered.state)) is Proof.IN
    assert login.proof(site.passport_says({"cookies": []})) is not Proof.IN
