"""Every question that the dashboards ask Prometheus, asked of a real one that watches the running demonstration."""

import time
from collections.abc import Sequence

import pytest

from services.reporter.began import Beginning
from services.reporter.content import Content, Part
from services.reporter.period import Period
from shared.clock import utc_now
from shared.storage.store import open_store
from tests.monitoring.boards import NAMES, Asked, board, queries, substituted
from tests.monitoring.prometheus_server import SCRAPE_SECONDS
from tests.monitoring.running import REGIONS, Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RARE = {
    "受阻后的休息": "a platform refuses",
    "读不懂的页面（24小时）": "a plug-in raises",
    "死信": "a record is no event",
    "投递失败": "a channel fails",
    "整改用时": "a matter is mended",
    "距上次写出报表": "a week is over",
}
"""Panels that are rightly empty in a healthy system, and what fills them."""

ASKED = [query for name in NAMES for query in queries(name) if not query.is_sql]
RANGE_SECONDS = 1800


def chosen(here: Running, **values: Sequence[str]) -> dict[str, Sequence[str]]:
    """All, but for what is given."""
    labels = {"platform": "platform", "region": "region", "regions": "region", "state": "state"}
    return {name: here.prometheus.label_values("xunjian_accounts", label) for name, label in labels.items()} | values


def answer(here: Running, query: Asked, **values: Sequence[str]) -> list[float]:
    """Every number that a panel would show."""
    rate = max(4 * SCRAPE_SECONDS, 60)
    text = substituted(query.text, chosen(here, **values), range_seconds=RANGE_SECONDS, rate_seconds=rate)
    if query.is_instant:
        found = [series["value"][1] for series in here.prometheus.ask(text)]
    else:
        now = time.time()
        every = here.prometheus.ask_range(text, now - RANGE_SECONDS, now, 5)
        found = [number for series in every for _, number in series["values"]]
    return [number for number in map(float, found) if number == number]


def test_what_is_declared_rare_is_there() -> None:
    assert RARE.keys() <= {query.title for query in ASKED}


@pytest.mark.parametrize("query", [query for query in ASKED if query.title not in RARE], ids=str)
def test_a_panel_shows_something_while_all_is_well(query: Asked, here: Running) -> None:
    here.wait(lambda: answer(here, query), f"{query}: {query.text}")


@pytest.mark.parametrize("query", [query for query in ASKED if query.title in RARE], ids=str)
def test_a_panel_of_trouble_shows_it(query: Asked, broken: Running) -> None:
    broken.wait(lambda: answer(broken, query), f"{query}: {query.text}")


@pytest.mark.parametrize("query", ASKED, ids=str)
def test_a_choice_is_taken_as_it_is_written(query: Asked, here: Running) -> None:
    """Nothing in a value is a regular expression or the end of a string."""
    hostile = ["云川(新)区'1.2", 'a"b\\d', "${x} $y", "(", "a|b"]
    answer(here, query, region=hostile, platform=["weibo", "(", "\\"])
    if "region" in query.text:
        assert answer(here, query, region=["没有这个地区"]) == []


def number(here: Running, title: str, **values: Sequence[str]) -> float:
    """What a panel with one number shows now."""
    (query,) = [query for query in queries("supervisor") if query.title == title]
    text = substituted(query.text, chosen(here, **values), range_seconds=RANGE_SECONDS, rate_seconds=60)
    (series,) = here.prometheus.ask(text)
    return float(series["value"][1])


def test_the_numbers_are_those_of_the_weekly_list(here: Running) -> None:
    now = utc_now()
    store = open_store(here.database_url)
    content = Content(store, now, Beginning(store.accounts.began_at(), Period("", now, now), now))
    total = list(content.summary())[-1]
    store.close()
    assert number(here, "账号总数") == total[2]
    assert number(here, "未能核实") == total[4] == content.count(Part.UNVERIFIED)
    assert number(here, "已超期") == content.count(Part.OVERDUE)


def test_who_is_not_verified_is_neither_compliant_nor_not(here: Running) -> None:
    states = {state: here.number(f"sum(xunjian_accounts{{state='{state}'}})") for state in chosen(here)["state"]}
    verified = sum(number for state, number in states.items() if state not in ("unverified", "gone", "waiting"))
    fine = sum(states.get(state, 0) for state in ("ok", "near", "check"))
    assert states["unverified"] > 0
    assert number(here, "合格率") == pytest.approx(fine / verified)


@pytest.mark.parametrize("region", [region or "未填" for region in REGIONS])
def test_a_region_can_be_chosen(region: str, here: Running) -> None:
    assert 5 <= number(here, "账号总数", region=[region]) <= 6


def test_a_platform_is_chosen_by_its_chinese_name(here: Running) -> None:
    """As Grafana writes the answer of query_result, and reads it with the variable's expression."""
    import re

    (variable,) = [one for one in board("supervisor")["templating"]["list"] if one["name"] == "platform"]
    question = variable["query"]["query"].removeprefix("query_result(").removesuffix(")")
    options = {}
    for series in here.prometheus.ask(question):
        labels = ", ".join(f'{name}="{value}"' for name, value in sorted(series["metric"].items()))
        found = re.search(variable["regex"].strip("/").replace("(?<", "(?P<"), f"{{{labels}}} 1 1700000000000")
        assert found
        options[found["text"]] = found["value"]
    assert options == {
        "微信公众号": "wechat",
        "新浪微博": "weibo",
        "抖音": "douyin",
        "今日头条": "toutiao",
        "订阅源": "feed",
    }
