"""Links that were opened become findings, and end when they open again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from shared.events import Finding, Severity
from shared.links import Link, LinkState
from shared.storage.store import Store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, an_account, days, held_at

URL = "https://www.qinghe.gov.cn/yuyue"


class Bench:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.analyzer = Analyzer(store)
        self.account = an_account()
        store.accounts.upsert([self.account], NOW - days(30))

    def found(self, at: datetime, *links: Link) -> Sequence[Finding]:
        for link in links:
            self.store.links.add_service(link, at) if link.is_service else self.store.links.note([link], at)
            self.store.links.record(link, at + days(3), at)
        self.analyzer.tick(at)
        return [finding for finding in held_at(self.store, at) if finding.rule == "broken_link"]

    def link(self, **fields: object) -> Link:
        given = {
            "key": self.account.key,
            "url": URL,
            "label": "在线预约",
            "added_at": NOW,
            "since": NOW,
            "looked_at": NOW,
        }
        return Link.model_validate(given | fields)


@pytest.fixture
def bench(each_store: Store) -> Bench:
    return Bench(each_store)


def test_a_service_column_that_is_dead_three_times_is_a_matter_until_it_opens(bench: Bench) -> None:
    dead = bench.link(state=LinkState.DEAD, times=2, reason="页面不存在（HTTP 404）")
    assert not bench.found(NOW, dead)
    later = NOW + timedelta(hours=10)
    (finding,) = bench.found(later, dead.model_copy(update={"times": 3, "looked_at": later}))
    assert (finding.indicator, finding.severity, finding.needs_confirmation) == ("F-01", Severity.DEDUCTION, True)
    assert "服务栏目“在线预约”" in finding.sentence
    assert "HTTP 404" in finding.sentence
    assert not bench.found(NOW + days(1), bench.link(state=LinkState.GOOD, times=1, digest="d"))


def test_a_dead_link_in_a_post_is_a_hint(bench: Bench) -> None:
    (finding,) = bench.found(NOW, bench.link(state=LinkState.DEAD, times=3, reason="打不开", post_id="p1", label=None))
    assert (finding.indicator, finding.severity) == ("F-02", Severity.HINT)


def test_what_could_not_be_verified_is_no_matter(bench: Bench) -> None:
    assert not bench.found(NOW, bench.link(state=LinkState.UNVERIFIED, times=9, reason="网站拒绝程序访问（HTTP 403）"))


def test_two_columns_that_show_the_same_page_are_a_hint(bench: Bench) -> None:
    first = bench.link(state=LinkState.GOOD, times=1, digest="same", label="活动信息")
    second = bench.link(state=LinkState.GOOD, times=1, digest="same", label="就业信息", url=f"{URL}/2")
    (finding,) = bench.found(NOW, first, second)
    assert finding.severity is Severity.HINT
    assert "“活动信息”、“就业信息”" in finding.sentence


def test_a_column_that_leads_to_another_site_is_a_hint(bench: Bench) -> None:
    (finding,) = bench.found(NOW, bench.link(state=LinkState.FOREIGN, times=3, reason="打开后转到 casino.example"))
    assert finding.severity is Severity.HINT
    assert "casino.example" in finding.sentence


def test_a_link_that_is_no_longer_watched_is_no_matter(bench: Bench) -> None:
    dead = bench.link(state=LinkState.DEAD, times=3, reason="打不开")
    assert bench.found(NOW, dead)
    bench.store.links.remove(bench.account.key, URL, NOW + days(1))
    assert not bench.found(NOW + days(1))


def test_a_clock_that_was_ahead_stops_nothing(bench: Bench) -> None:
    ahead = NOW + days(400)
    bench.found(ahead, bench.link(state=LinkState.GOOD, times=1, digest="d", looked_at=ahead))
    assert bench.found(NOW + days(1), bench.link(state=LinkState.DEAD, times=3, reason="打不开"))


def test_a_link_of_a_post_that_is_a_month_old_is_no_matter_any_more(bench: Bench) -> None:
    dead = bench.link(state=LinkState.DEAD, times=3, reason="打不开", post_id="p1", label=None)
    assert bench.found(NOW, dead)
    bench.store.links.forget_posts_before(NOW + days(1), NOW + days(31))
    assert not bench.found(NOW + days(31))
