"""`POST /hooks/alertmanager`: what Prometheus says of this system goes to its operators by our own channels."""

from datetime import timedelta
from http import HTTPStatus

import structlog
from pydantic import ValidationError

from services.alerter.alertmanager import Notification
from services.alerter.hooked import HOOK, HOOK_OVER
from shared.clock import Clock
from shared.delivery import Notice
from shared.errors import PermanentError, TransientError
from shared.runtime.hooks import Reply
from shared.runtime.metrics import Metrics
from shared.runtime.patience import Patience
from shared.storage.notices import Notices
from shared.validation import first_problem

_log = structlog.get_logger(__name__)

PATH = "/hooks/alertmanager"
TOLD_AGAIN_AFTER = timedelta(minutes=30)
"""Copies of one notification come within minutes; Alertmanager's own repeats, hours later, are meant to be told."""
KEPT_FOR = timedelta(days=14)
ANSWERED_WITHIN_SECONDS = 8.0
"""A database that is frozen, or a table that somebody holds locked, says nothing: the sender is to come again."""
MOST_AT_ONCE = 4
"""Each holds a connection of those that the alerter has."""
THREAD = "hook"
RESULTS = ("kept", "duplicate", "refused", "failed")


class AlertmanagerHook:
    """Any thread may call it. Answers within seconds, and 2xx only once the message is in the database."""

    def __init__(self, notices: Notices, metrics: Metrics, clock: Clock) -> None:
        self._notices = notices
        self._metrics = metrics
        self._clock = clock
        self._patience = Patience(THREAD, ANSWERED_WITHIN_SECONDS, MOST_AT_ONCE)
        for result in RESULTS:
            metrics.hooks.labels(result)

    def __call__(self, body: bytes) -> Reply:
        result, reply = self._take(body)
        self._metrics.hooks.labels(result).inc()
        if reply.status.value >= HTTPStatus.BAD_REQUEST:
            _log.warning("hook_not_taken", result=result, reason=reply.words)
        return reply

    def _take(self, body: bytes) -> tuple[str, Reply]:
        try:
            notice = self._notice(Notification.model_validate_json(body))
        except ValidationError as error:
            problem = first_problem(error, Notification)
            return "refused", Reply(HTTPStatus.BAD_REQUEST, f"不是 Alertmanager 第 4 版的通知：{problem}")
        except (ValueError, OverflowError):
            return "refused", Reply(HTTPStatus.BAD_REQUEST, "通知中有无法表示的时间")
        try:
            is_new = self._patience.wait_for(lambda: self._keep(notice))
        except TransientError:
            return "failed", Reply(HTTPStatus.SERVICE_UNAVAILABLE, "数据库没有应答，请稍后再发")
        except PermanentError:
            return "refused", Reply(HTTPStatus.BAD_REQUEST, "数据库不收这条通知")
        return ("kept", Reply(HTTPStatus.ACCEPTED, "已记下")) if is_new else ("duplicate", Reply(HTTPStatus.OK, "已有"))

    def _keep(self, notice: Notice) -> bool:
        """What is written down after nobody waited any more is a copy when it is sent again."""
        is_new = self._notices.post(notice, TOLD_AGAIN_AFTER)
        self._notices.forget((HOOK, HOOK_OVER), notice.since - KEPT_FOR)
        return is_new

    def _notice(self, notification: Notification) -> Notice:
        kind = HOOK if notification.status == "firing" else HOOK_OVER
        return Notice(kind=kind, subject=notification.subject, text=notification.text, since=self._clock())
