"""Every metric there is, and the only prometheus_client file. Labels are bounded: never an account or a unit."""

import threading
from collections.abc import Callable, Iterable, Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics import MetricWrapperBase

from shared.runtime.recent import PATIENCE_SECONDS, Recent

log = structlog.get_logger(__name__)

TEXT_FORMAT = CONTENT_TYPE_LATEST

_VISIT_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ALERT_SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)


Counts = Mapping[tuple[str, str], int]
"""(platform, state) to the number of accounts."""


class Metrics:
    """One registry per process, passed in by the wiring."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self._account_labels: set[tuple[str, str]] = set()
        self._recent_counts: Recent[Counts] | None = None
        self._replacing = threading.Lock()
        self.accounts = Gauge("xunjian_accounts", "Accounts by verdict.", ["platform", "state"], registry=registry)
        self.visits = Counter(
            "xunjian_visits_total", "Probed at accounts by outcome.", ["platform", "outcome"], registry=registry
        )
        self.visit_seconds = Histogram(
            "xunjian_visit_seconds", "Duration of one look.", ["platform"], buckets=_VISIT_SECONDS, registry=registry
        )
        self.reader_errors = Counter(
            "xunjian_reader_errors_total",
            "Visits whose plug-in raised instead of reading.",
            ["platform"],
            registry=registry,
        )
        self.last_visit = Gauge(
            "xunjian_last_proving_visit_timestamp_seconds",
            "When a look last proved an account's list.",
            ["platform"],
            registry=registry,
        )
        self.paused_until = Gauge(
            "xunjian_platform_paused_until_timestamp_seconds",
            "Until when the platform rests after a block.",
            ["platform"],
            registry=registry,
        )
        self.events = Counter(
            "xunjian_events_total", "Events handled by topic and result.", ["topic", "result"], registry=registry
        )
        self.lag = Gauge("xunjian_bus_lag_records", "Records not yet committed.", ["group"], registry=registry)
        self.findings = Counter(
            "xunjian_findings_total", "Findings by rule and status.", ["rule", "status"], registry=registry
        )
        self.deliveries = Counter(
            "xunjian_deliveries_total", "Messages by channel and result.", ["channel", "result"], registry=registry
        )
        self.channel_off = Gauge(
            "xunjian_channel_off", "1 while the channel is switched off.", ["channel"], registry=registry
        )
        self.kept = Gauge(
            "xunjian_deliveries_kept", "Deliveries that wait for a person, by state.", ["state"], registry=registry
        )
        self.alert_seconds = Histogram(
            "xunjian_alert_seconds",
            "From a finding being established to its message being taken.",
            ["channel"],
            buckets=_ALERT_SECONDS,
            registry=registry,
        )
        self.reports = Counter("xunjian_reports_total", "Reports by result.", ["report", "result"], registry=registry)
        self.heartbeat = Gauge(
            "xunjian_last_round_timestamp_seconds", "When the run loop last finished a round.", registry=registry
        )

    def count_accounts(self, ask: Callable[[], Counts], patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Take the account gauge from this whenever somebody scrapes; without an answer there is no such gauge.

        Every analyzer tells the same of one store: take the maximum of them, not the sum.
        """
        self._recent_counts = Recent(ask, patience_seconds=patience_seconds)

    def set_accounts(self, counts: Counts) -> None:
        """Replace the account gauge. States that emptied disappear."""
        with self._replacing:
            self._replace_accounts(counts)

    def _replace_accounts(self, counts: Counts) -> None:
        # Removed one by one: a scrape in between must not find the gauge empty.
        for gone in self._account_labels - counts.keys():
            self.accounts.remove(*gone)
        self._account_labels = set(counts)
        for (platform, state), count in counts.items():
            self.accounts.labels(platform, state).set(count)

    def set_channels_off(self, off: Mapping[str, bool]) -> None:
        """Replace the gauge: channel -> whether it is switched off."""
        self.channel_off.clear()
        for name, is_off in off.items():
            self.channel_off.labels(name).set(is_off)

    def set_kept(self, counts: Mapping[str, int]) -> None:
        """How many deliveries are dead, and how many have no route."""
        for state in ("dead", "unrouted"):
            self.kept.labels(state).set(counts.get(state, 0))

    def render(self) -> bytes:
        """The exposition text. A metric that cannot be had is left out and logged; the others are there."""
        if self._recent_counts is not None:
            self.set_accounts(self._recent_counts.get() or {})
        return b"".join(_exposed(metric) for metric in vars(self).values() if isinstance(metric, MetricWrapperBase))

    def names(self) -> Iterable[str]:
        """Every metric name as exposed, for checking dashboards and rules against."""
        return sorted({sample.name for metric in self._registry.collect() for sample in metric.samples})


def _exposed(metric: MetricWrapperBase) -> bytes:
    try:
        return generate_latest(metric)
    except Exception:  # what a metric's own function raises is any error there is
        log.exception("metric_failed")
        return b""
