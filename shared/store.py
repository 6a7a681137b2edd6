"""The store: what must outlive a process. One class for all three services; each uses its own part."""

from pathlib import Path

from shared.storage.accounts import Accounts
from shared.storage.database import Database
from shared.storage.deliveries import Deliveries
from shared.storage.judgements import Judgements
from shared.storage.visits import Visits


class Store(Accounts, Visits, Judgements, Deliveries):
    """Thread-safe. Every method is one transaction and raises TransientError when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def check(self) -> None:
        """Really ask the database. Raises TransientError."""
        self.database.check()

    def close(self) -> None:
        self.database.close()


def open_store(url: str) -> Store:
    """The store at `sqlite:///path` (folder made if needed) or `postgresql+psycopg://...`; makes its tables."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return Store(Database(url))
