"""When the ledger changes, or the settings did: what is kept goes where its unit is to be told now."""

from datetime import datetime

import structlog

from services.alerter.intake import Intake
from services.alerter.own import MAIL, ROBOT, Own
from services.alerter.parts import Parts
from shared.delivery import Delivery, DeliveryState
from shared.errors import PermanentError
from shared.events import FindingStatus
from shared.storage.restored import HELD_BACK

_log = structlog.get_logger(__name__)


class Readdressing:
    """Asked each round; it costs one look at the ledger's newest version."""

    def __init__(self, parts: Parts, intake: Intake, own: dict[str, Own]) -> None:
        self._parts = parts
        self._intake = intake
        self._own = own
        self._known: int | None = None

    def round(self, now: datetime) -> None:
        newest = self._parts.accounts.newest_version()
        if newest == self._known:
            return
        for row in self._parts.deliveries.kept_on((MAIL, ROBOT)):
            self._look_at(row, now)
        if self._known is not None:
            self._intake.route_again(now)
        self._known = newest

    def _look_at(self, row: Delivery, now: datetime) -> None:
        if row.error == HELD_BACK:
            return  # a person decides, whatever the ledger says by now
        if row.status is FindingStatus.OPEN and self._intake.move(row, now):
            _log.info("told elsewhere: the ledger or the settings changed", unit=row.unit, number=row.finding.number)
        elif row.state is DeliveryState.DEAD and self._is_another(row):
            self._parts.deliveries.revive([row], now)
            _log.info("sent again: the ledger or the settings changed", unit=row.unit, number=row.finding.number)

    def _is_another(self, row: Delivery) -> bool:
        own = self._own.get(row.channel)
        try:
            account = self._parts.accounts.find(row.account_key)
            return own is not None and own.destination(account).digest != row.destination
        except PermanentError:
            return False
