"""While a cluster is updated, events of this version and of the next lie side by side on the bus."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from shared.bus.envelope import encode, headers
from shared.bus.sqlite import SqliteBus
from shared.events import Event
from shared.runtime.metrics import Metrics
from shared.runtime.opening import Host
from shared.runtime.settings import load_settings
from shared.storage.store import open_store
from tests.builders import NOW, a_finding, a_post, a_probe, an_account, days, held_at

pytestmark = pytest.mark.fault(35)

SETTINGS = "channels:\n  inbox: {type: inbox}\nroutes:\n  - channels: [inbox]\ngroup_wait_seconds: 0\n"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    settings = load_settings(tmp_path / "settings.yaml", more={"data_dir": tmp_path})
    with (
        closing(open_store(settings.store_url)) as store,
        closing(SqliteBus(tmp_path / "xunjian.db", "test", lambda: NOW)) as bus,
    ):
        store.accounts.upsert([an_account("1"), an_account("2")], NOW - days(30))
        yield Host(settings, store, bus, Metrics(), lambda: NOW)


def publish_as_next_version(host: Host, event: Event) -> None:
    """With fields, and headers, of which this program knows nothing."""
    newer = {**json.loads(encode(event)), "version": event.version + 1, "mood": {"weather": ["sunny"]}}
    head = {**headers(event, "next"), "traceparent": TRACE, "ce_mood": "sunny"}
    assert isinstance(host.bus, SqliteBus)
    host.bus._append([(event.topic, event.key, json.dumps(newer).encode(), head)])


def test_an_analyzer_judges_what_either_version_observed(host: Host) -> None:
    silent = NOW - days(20)
    publish_as_next_version(host, a_probe(NOW, account_id="1", newest_post_at=silent))
    host.bus.publish([a_probe(NOW, account_id="2", newest_post_at=silent)])
    with closing(build_analyzer(host)) as analyzer:
        analyzer.step(NOW)
    held = {finding.account_id for finding in held_at(host.store, NOW)}
    assert held == {"1", "2"}
    assert host.bus.dead_letters(("observations", "findings")) == {"observations": 0, "findings": 0}


def test_what_an_older_analyzer_does_not_know_is_there_for_the_next(host: Host) -> None:
    publish_as_next_version(host, a_post("p", NOW - days(1), account_id="1", observed_at=NOW))
    publish_as_next_version(host, a_probe(NOW, account_id="1", post_ids=("p",), newest_post_at=NOW - days(1)))
    with closing(build_analyzer(host)) as analyzer:
        analyzer.step(NOW)
    with host.store.database.read() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM post UNION ALL SELECT body FROM probe").scalars().all()
    assert [json.loads(body)["mood"] for body in bodies] == [{"weather": ["sunny"]}] * 2


def test_an_alerter_tells_once_what_both_versions_found(host: Host) -> None:
    finding = a_finding(account_id="1")
    with host.store.judgements.judging() as judging:
        judging.open(finding)
    host.bus.publish([finding])
    publish_as_next_version(host, finding)
    with closing(build_alerter(host)) as alerter:
        for _ in range(5):
            alerter.step(NOW)
    assert len([*(host.settings.data_dir / "inbox").glob("*.txt")]) == 1
    assert host.bus.dead_letters(("observations", "findings")) == {"observations": 0, "findings": 0}
