"""An account that the ledger has as cancelled publishes again."""

from collections.abc import Iterator
from typing import ClassVar

from services.analyzer.objection import History, Objection
from services.analyzer.rules._places import name_of, shown_post
from services.analyzer.rules.base import Rule
from shared.account import AccountStatus
from shared.clock import chinese_time
from shared.events import Probe


class Revived(Rule):
    """Sanming named accounts that were 私自重新上线 after their cancellation.

    The cancellation is the moment from which the ledger has the account as 已注销; posts published later object. The
    collector does not visit such an account, so this speaks when somebody else's observation of it comes in.
    """

    asks_cancelled: ClassVar[bool] = True

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        cancelled_at = history.cancelled_at
        if history.account.status is not AccountStatus.CANCELLED or cancelled_at is None or not probe.proves_list:
            return
        later = [post for post in history.posts if post.published_at and cancelled_at < post.published_at <= probe.at]
        if not later:
            return
        first = later[-1]
        moment = chinese_time(first.published_at or probe.at)
        yield Objection(
            subject=f"revived:{cancelled_at.isoformat()}",
            since=first.published_at,
            sentence=f"台账自{chinese_time(cancelled_at)}登记为“已注销”，该账号{moment}又发布{name_of(first)}，"
            f"此后共{len(later)}条，请核实是否私自重新上线。",
            measured=f"注销后发布{len(later)}条",
            threshold="0条",
            window=f"自台账登记注销（{chinese_time(cancelled_at)}）起，北京时间",
            evidence=tuple(shown_post(post) for post in later[:5]),
            confirm=True,
        )
