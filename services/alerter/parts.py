"""What the alerter is given of the store."""

from dataclasses import dataclass

from shared.storage.accounts import Accounts
from shared.storage.channels import Channels
from shared.storage.deliveries import Deliveries
from shared.storage.findings import Findings
from shared.storage.notes import Notes
from shared.storage.notices import Notices
from shared.storage.pictures import Pictures
from shared.storage.report_deliveries import ReportDeliveries
from shared.storage.report_files import ReportFiles
from shared.storage.silences import Silences
from shared.storage.store import Store


@dataclass(frozen=True)
class Parts:
    """It writes deliveries (of reports and pictures too), channels and notices; the rest it only looks up."""

    deliveries: Deliveries
    channels: Channels
    notices: Notices
    accounts: Accounts
    findings: Findings
    silences: Silences
    notes: Notes
    report_files: ReportFiles
    report_deliveries: ReportDeliveries
    pictures: Pictures

    @classmethod
    def of(cls, store: Store) -> "Parts":
        looked_up = store.accounts, store.findings, store.silences, store.notes
        lists = store.report_files, store.report_deliveries
        return cls(store.deliveries, store.channels, store.notices, *looked_up, *lists, store.pictures)
