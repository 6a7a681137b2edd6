"""Every metric there is, and the only prometheus_client file. Labels are bounded: never an account or a unit.

Names and labels are what dashboards and rules are built on. `docs/监控.md` tells what each is for.
"""

import threading
from collections.abc import Callable, Iterable, Mapping

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from shared.runtime.recent import KEEP_SECONDS, PATIENCE_SECONDS, REST_TIMES, Recent

log = structlog.get_logger(__name__)

TEXT_FORMAT = CONTENT_TYPE_LATEST

_VISIT_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ALERT_SECONDS = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600)
_HOUR, _DAY = 3600, 86_400
_FIX_SECONDS = (_HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY, 90 * _DAY)

_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}

Told = Mapping[tuple[str, ...], float]
"""Label values, in the order of the gauge's labels, to a number; `()` for a gauge without labels."""
Answer = Mapping[Gauge, Told]
"""What some gauges show, all of it: a label that is not told any more disappears."""
Question = Callable[[], Answer]


class Metrics:
    """One registry per process, passed in by the wiring.

    A gauge that is said to be *of the store* is told alike by every process that is asked: take the maximum, not the
    sum. It is told by the analyzer.
    """

    def __init__(self) -> None:
        # A second series beside every counter, which nobody asks for.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._process = ProcessCollector(registry=self._registry)
        self._questions: dict[str, Recent[Answer]] = {}
        self._otherwise: dict[str, Answer] = {}
        self._answers: dict[str, Answer] = {}
        self._replacing = threading.Lock()
        self._of_processes()
        self._of_accounts()
        self._of_looks()
        self._of_the_bus()
        self._of_messages()

    def _of_processes(self) -> None:
        self.build = self._gauge("xunjian_build_info", "Always 1: what program this is.", "version", "commit", "schema")
        self.rulebook = self._gauge("xunjian_rulebook_info", "Always 1: the rulebooks in force.", "rulebook")
        self.ready = self._gauge("xunjian_ready", "1 while /readyz would say so.")
        self.service_ok = self._gauge(
            "xunjian_service_ok", "1 while the service's rounds go without trouble, 0 otherwise.", "service"
        )
        self.part_ok = self._gauge("xunjian_part_ok", "1 while database or broker answer.", "part")
        self.last_round = self._gauge(
            "xunjian_last_round_timestamp_seconds", "When the run loop last finished a round.", "service"
        )
        self.last_success = self._gauge(
            "xunjian_last_success_timestamp_seconds", "When a recurring duty was last done.", "duty"
        )
        self.lease_held = self._gauge(
            "xunjian_lease_held", "1 while some process holds it, 0 while nobody does (of the store).", "lease"
        )
        self.clock_error = self._gauge(
            "xunjian_clock_error_seconds", "The collector's clock minus the right time; 0 within five minutes."
        )

    def _of_accounts(self) -> None:
        self.accounts = self._gauge(
            "xunjian_accounts",
            "Accounts by where they stand (of the store). The smaller regions are one, 其他.",
            "platform",
            "region",
            "state",
        )
        self.accounts_active = self._gauge(
            "xunjian_accounts_active", "Accounts that are to be watched (of the store).", "platform"
        )
        self.accounts_proved = self._gauge(
            "xunjian_accounts_proved",
            "Of those, whose list was proved within the last 24 hours (of the store).",
            "platform",
        )
        self.last_proved = self._gauge(
            "xunjian_last_proved_timestamp_seconds",
            "When the list of any account was last proved (of the store).",
            "platform",
        )
        self.findings_open = self._gauge(
            "xunjian_findings_open", "Findings that hold (of the store).", "platform", "rule", "severity"
        )
        self.platform_blocked = self._gauge(
            "xunjian_platform_blocked", "1 while the platform as a whole refuses us (of the store).", "platform"
        )
        self.findings = self._counter("xunjian_findings_total", "Findings by rule and status.", "rule", "status")
        self.fix_seconds = self._histogram(
            "xunjian_fix_seconds", "From a finding's opening to its resolution.", _FIX_SECONDS, "severity"
        )
        self.report_written = self._gauge(
            "xunjian_report_written_timestamp_seconds", "When a report was last written (of the store).", "report"
        )
        self.reports = self._counter("xunjian_reports_total", "Reports by result.", "report", "result")
        self.backup = self._gauge(
            "xunjian_backup_timestamp_seconds", "When the last backup was made, or failed (of the store).", "result"
        )
        self.reports_late = self._gauge("xunjian_reports_late", "Reports that are due and not written.", "report")

    def _of_looks(self) -> None:
        self.visits = self._counter("xunjian_visits_total", "Visits by outcome.", "platform", "outcome")
        self.visit_seconds = self._histogram(
            "xunjian_visit_seconds", "Duration of one visit.", _VISIT_SECONDS, "platform"
        )
        self.visits_due = self._gauge(
            "xunjian_visits_due", "Accounts whose time to be visited has come (of the store).", "platform"
        )
        self.reader_errors = self._counter(
            "xunjian_reader_errors_total", "Visits whose plug-in raised instead of reading.", "platform"
        )
        self.last_visit = self._gauge(
            "xunjian_last_proving_visit_timestamp_seconds",
            "When this collector last proved an account's list.",
            "platform",
        )
        self.paused_until = self._gauge(
            "xunjian_platform_paused_until_timestamp_seconds",
            "Until when the platform rests after a block (of the store); in the past: it does not.",
            "platform",
        )
        self.browser_starts = self._counter("xunjian_browser_starts_total", "How often a browser was started.")
        self.browser_memory = self._gauge(
            "xunjian_browser_memory_bytes",
            "Memory of the browser's processes; `pss` counts what they share once.",
            "kind",
        )
        self.session_saved = self._gauge(
            "xunjian_session_saved_timestamp_seconds", "When the platform's saved login was written.", "platform"
        )
        self.session_expires = self._gauge(
            "xunjian_session_expires_timestamp_seconds", "When the platform's saved login ends.", "platform"
        )

    def _of_the_bus(self) -> None:
        self.events = self._counter("xunjian_events_total", "Events handled by topic and result.", "topic", "result")
        self.lag = self._gauge("xunjian_bus_lag_records", "Records not yet committed by the group.", "group")
        self.dead_letters = self._gauge("xunjian_dead_letters", "Records set aside, as far as they are kept.", "topic")

    def _of_messages(self) -> None:
        self.deliveries = self._counter("xunjian_deliveries_total", "Messages by result.", "channel", "result")
        self.delivery_failures = self._counter(
            "xunjian_delivery_failures_total", "Attempts to send that failed, by whose fault.", "channel", "reason"
        )
        self.channel_off = self._gauge("xunjian_channel_off", "1 while the channel is switched off.", "channel")
        self.channel_failures = self._gauge(
            "xunjian_channel_failures", "Failures in a row; 0 while the channel works.", "channel"
        )
        self.kept = self._gauge("xunjian_deliveries_kept", "Deliveries that wait for a person, by state.", "state")
        self.alert_seconds = self._histogram(
            "xunjian_alert_seconds",
            "From a finding being established to its message being taken.",
            _ALERT_SECONDS,
            "channel",
        )
        self.hooks = self._counter("xunjian_hooks_total", "Notifications of Alertmanager by answer.", "result")

    def ask(
        self,
        about: str,
        question: Question,
        *,
        keep_seconds: float = KEEP_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        rest_times: float = REST_TIMES,
        otherwise: Answer | None = None,
    ) -> None:
        """Take gauges from this whenever somebody scrapes, in the background; how often: see `Recent`.

        Without an answer they are as `otherwise` says; null: there are no such gauges. A later question
        `about` the same takes the place of the earlier.
        """
        self._otherwise[about] = otherwise or {}
        self._questions[about] = Recent(
            question, keep_seconds=keep_seconds, patience_seconds=patience_seconds, rest_times=rest_times
        )

    def set_channels(self, states: Mapping[str, tuple[bool, int]]) -> None:
        """Replace the gauges: channel -> whether it is switched off, failures in a row."""
        self._answer(
            "channels",
            {
                self.channel_off: {(name,): off for name, (off, _) in states.items()},
                self.channel_failures: {(name,): failures for name, (_, failures) in states.items()},
            },
        )

    def set_kept(self, counts: Mapping[str, int]) -> None:
        """How many deliveries are dead, and how many have no route."""
        for state in ("dead", "unrouted"):
            self.kept.labels(state).set(counts.get(state, 0))

    def render(self) -> bytes:
        """The exposition text. A metric that cannot be had is left out and logged; the others are there."""
        for about, recent in list(self._questions.items()):
            self._answer(about, recent.get() or self._otherwise[about])
        own = (metric for metric in vars(self).values() if isinstance(metric, MetricWrapperBase))
        return b"".join(_exposed(metric) for metric in (*own, self._process))

    def names(self) -> Iterable[str]:
        """Every metric name as exposed, also of those without a series yet: for checking dashboards and rules."""
        kinds = self._registry.collect()
        return sorted({metric.name + suffix for metric in kinds for suffix in _SUFFIXES.get(metric.type, ("",))})

    def _answer(self, about: str, answer: Answer) -> None:
        with self._replacing:
            known = self._answers.get(about, {})
            for gauge in {**known, **answer}:
                _replace(gauge, known.get(gauge, {}), answer.get(gauge, {}))
            self._answers[about] = answer

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(name, words, labels, registry=self._registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self._registry)

    def _histogram(self, name: str, words: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, words, labels, buckets=buckets, registry=self._registry)


def _replace(gauge: Gauge, known: Told, told: Told) -> None:
    # Removed one by one: a scrape in between must not find the gauge empty.
    for gone in known.keys() - told.keys():
        gauge.remove(*gone) if gone else gauge.set(0)
    for labels, number in told.items():
        (gauge.labels(*labels) if labels else gauge).set(number)


def _exposed(metric: Collector) -> bytes:
    try:
        return generate_latest(metric)
    except Exception:  # what a metric's own function raises is any error there is
        log.exception("metric_failed")
        return b""
