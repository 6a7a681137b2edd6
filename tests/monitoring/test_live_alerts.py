"""The rules by a real Prometheus over running services and, where there is one, a real Kafka; things are broken.

Spans are a twentieth of what they are, so that nobody waits; what is asserted is what fires and clears, never when.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.kafka_broker import Broker, missing_programs
from demo.world import Behaviour, DemoPost
from shared.storage.store import open_store
from tests.monitoring.rules_read import rule_files, rules, selectors
from tests.monitoring.running import COOL_DOWN, Running, running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1500)]

TIMES_FASTER = 20
RARE = (
    "parse_error",
    "login_wall",
    "xunjian_reader_errors_total",
    "xunjian_report_written_timestamp_seconds",
    "xunjian_backup_timestamp_seconds",
)
"""What a healthy system has none of."""
SELECTORS = sorted({selector for rule in rules() for selector in selectors(rule["expr"])})
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def faster(text: str) -> str:
    """A rule file with all its spans made shorter, and none shorter than a few scrapes."""

    def span(found: re.Match[str]) -> str:
        seconds = int(found[2]) * _SECONDS[found[3]]
        return f"{found[1]}{max(4, seconds // TIMES_FASTER) if seconds > 60 else 1}s{found[4]}"

    text = re.sub(r"(\[)(\d+)([smh])([:\]])", span, text)
    text = re.sub(r"(:)(\d+)([smh])(\])", span, text)
    text = re.sub(r"((?:for|interval): )(\d+)([smh])()", span, text)
    return re.sub(r"\* (3600|60)\b", lambda found: f"* {int(found[1]) // TIMES_FASTER}", text)


def test_faster_rules_are_the_same_rules() -> None:
    text = "".join(file.read_text("utf-8") for file in rule_files())
    changed = faster(text)
    assert not re.search(r"\[\d+[mh]", changed)
    assert changed.count("alert: ") == text.count("alert: ")


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker | None]:
    """Null where there is no Java: then the bus is the embedded one."""
    if missing_programs():
        yield None
        return
    with Broker() as one:
        yield one


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, postgres_url: str, broker: Broker | None) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("alerts")
    (folder / "rules").mkdir()
    for file in rule_files():
        (folder / "rules" / file.name).write_text(faster(file.read_text("utf-8")), encoding="utf-8")
    bus: dict[str, Any] = {"kafka_bootstrap": broker.bootstrap, "kafka_create_topics": 2} if broker else {}
    quick = {"min_interval_seconds": 0, "cool_down_seconds": 0.1}
    with ExitStack() as stack:
        configured = {"rule_files": [f"{folder}/rules/*.yaml"]}
        here = stack.enter_context(
            running(
                folder / "run", postgres_url, prometheus=configured, platforms=dict.fromkeys(COOL_DOWN, quick), **bus
            )
        )
        waiting = "sum(xunjian_accounts{state='waiting'} or vector(0))"
        here.wait(lambda: here.number("sum(xunjian_accounts)") > 0, "the gauge of accounts")
        here.wait(lambda: here.number(waiting) == 0, "every account to be judged")
        yield here


def firing(here: Running) -> dict[str, dict[str, Any]]:
    found = here.prometheus.get("alerts")["alerts"]
    return {one["labels"]["alertname"]: one for one in found if one["state"] == "firing"}


def something_is_told(here: Running, account: str) -> None:
    """A rate is of what happens while Prometheus watches."""
    now = datetime.now(UTC)
    here.world.publish(account, DemoPost(now, "网上赌场注册送彩金，加群领取投注网址。"))
    with closing(open_store(here.database_url)) as store:
        store.visits.make_all_due(now)


def fires(here: Running, *names: str) -> None:
    here.wait(lambda: set(names) <= firing(here).keys(), f"{names} to fire")


def clears(here: Running, *names: str) -> None:
    here.wait(lambda: not set(names) & firing(here).keys(), f"{names} to clear")


def test_every_rule_is_evaluated_without_an_error(watched: Running) -> None:
    groups = watched.prometheus.get("rules")["groups"]
    told = [rule for group in groups for rule in group["rules"]]
    assert len(told) == len(rules())
    watched.wait(
        lambda: all(
            rule["health"] == "ok" for group in watched.prometheus.get("rules")["groups"] for rule in group["rules"]
        ),
        "every rule to be well",
    )


def test_every_rule_finds_what_it_asks_for(watched: Running) -> None:
    left = [selector for selector in SELECTORS if not any(word in selector for word in RARE)]
    assert len(left) > 25
    something_is_told(watched, "wechat/MzAwMDAwMDAwMg==")

    def all_found() -> bool:
        left[:] = [selector for selector in left if not watched.prometheus.ask(selector)]
        return not left

    try:
        watched.wait(all_found, "what every rule asks for")
    except AssertionError:
        pytest.fail(f"nothing: {left}")


def test_while_the_services_are_well_only_the_watchdog_speaks_of_them(watched: Running) -> None:
    fires(watched, "XunjianWatchdog")
    ours = {rule["alert"] for rule in rules() if rule.get("labels", {}).get("severity") == "critical"}
    of_services = {name for name in ours if re.search("Absent|Down|Away|Stalled|Missing|Clock|Consumed|Off", name)}
    assert len(of_services) >= 9
    clears(watched, *of_services)


def test_a_service_that_ended_is_missed_until_it_is_back(watched: Running) -> None:
    watched.end("alerter")
    fires(watched, "XunjianAlerterAbsent", "XunjianTargetDown")
    assert "XunjianCollectorAbsent" not in firing(watched)
    said = firing(watched)["XunjianTargetDown"]["annotations"]["summary"]
    assert said.startswith("xunjian-alerter（127.0.0.1:")
    watched.begin("alerter")
    clears(watched, "XunjianAlerterAbsent", "XunjianTargetDown")


def test_a_channel_that_is_off_is_told_until_it_is_mended(watched: Running) -> None:
    paper = watched.folder / "paper"
    shutil.rmtree(paper, ignore_errors=True)
    paper.write_text("a file where the folder was", encoding="utf-8")
    something_is_told(watched, "wechat/MzAwMDAwMDAwMQ==")
    with closing(open_store(watched.database_url)) as store:
        fires(watched, "XunjianChannelOff")
        assert firing(watched)["XunjianChannelOff"]["labels"]["channel"] == "paper"
        paper.unlink()
        store.channels.mend("paper", datetime.now(UTC))
    clears(watched, "XunjianChannelOff")


def test_a_platform_that_refuses_is_told_until_it_lets_us_in(watched: Running) -> None:
    blocked = 'xunjian_platform_blocked{platform="weibo"} == 1'
    watched.world.behave("weibo", Behaviour.CAPTCHA)
    everybody_is_visited(watched)
    the_timer_looks(watched)
    watched.wait(lambda: watched.prometheus.ask("ALERTS{alertname='XunjianPlatformBlocked', platform='weibo'}"), "it")
    watched.world.behave("weibo")
    everybody_is_visited(watched)
    the_timer_looks(watched)
    watched.wait(lambda: not watched.prometheus.ask(blocked), "the platform to be open")
    told = "max_over_time(xunjian_platform_blocked{platform='weibo'}[30s]) == 1"
    watched.wait(lambda: not watched.prometheus.ask(told), "the alert to have nothing to tell")
    watched.wait(
        lambda: not watched.prometheus.ask("ALERTS{alertname='XunjianPlatformBlocked', platform='weibo'}"), "its end"
    )


def everybody_is_visited(here: Running) -> None:
    """And what was found is judged."""
    now = datetime.now(UTC)
    with closing(open_store(here.database_url)) as store:
        store.visits.make_all_due(now)

        def are_judged() -> bool:
            found = [one for one in store.standings.current() if one.account.platform == "weibo"]
            return all(one.probed_at and one.probed_at > now for one in found)

        here.wait(are_judged, "every account to be visited and judged")


def the_timer_looks(here: Running) -> None:
    """At once when an analyzer begins, otherwise every five minutes."""
    here.end("analyzer")
    with closing(open_store(here.database_url)) as store:
        for name, owner in store.leases.held():
            store.leases.release(name, owner)
    here.begin("analyzer")


@pytest.mark.kafka
def test_a_broker_that_is_away_is_told_until_it_is_back(watched: Running, broker: Broker | None) -> None:
    if broker is None:
        pytest.skip("no Java or no Maven: no broker is stopped under the eyes of Prometheus")
    broker.kill()
    fires(watched, "XunjianBrokerAway", "XunjianNotReady")
    broker.resume()
    clears(watched, "XunjianBrokerAway", "XunjianNotReady")
