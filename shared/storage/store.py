"""The store: what must outlive a process. One part a noun; each engine is given only the parts it uses."""

from pathlib import Path
from urllib.parse import quote

from shared.errors import TransientError
from shared.storage.accounts import Accounts
from shared.storage.channels import Channels
from shared.storage.database import Database
from shared.storage.deliveries import Deliveries
from shared.storage.findings import Findings
from shared.storage.judgements import Judgements
from shared.storage.leases import Leases
from shared.storage.marks import Marks
from shared.storage.notes import Notes
from shared.storage.notices import Notices
from shared.storage.posts import Posts
from shared.storage.reports import Reports
from shared.storage.standings import Standings
from shared.storage.thinning import Thinning
from shared.storage.visits import Visits

SQLITE = "sqlite:///"


class Store:
    """Thread-safe. Every method of a part is one transaction and raises TransientError when the database is away."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.accounts = Accounts(database)
        self.visits = Visits(database)
        self.judgements = Judgements(database)
        self.standings = Standings(database)
        self.posts = Posts(database)
        self.deliveries = Deliveries(database)
        self.thinning = Thinning(database)
        self.leases = Leases(database)
        self.channels = Channels(database)
        self.notices = Notices(database)
        self.findings = Findings(database)
        self.marks = Marks(database)
        self.notes = Notes(database)
        self.reports = Reports(database)

    def check(self) -> None:
        """Really ask the database. Raises TransientError."""
        self.database.check()

    def close(self) -> None:
        self.database.close()


def open_store(url: str) -> Store:
    """The store at `sqlite:///path` (folder made if needed) or `postgresql+psycopg://...`; makes its tables."""
    if url.startswith(SQLITE):
        Path(url.removeprefix(SQLITE)).parent.mkdir(parents=True, exist_ok=True)
    return Store(Database(url))


def open_to_read(url: str) -> Store | None:
    """The store as it stands, for who must change nothing, not even make a file; null where there is none yet.

    Raises TransientError when the database is away.
    """
    if url.startswith(SQLITE):
        path = Path(url.removeprefix(SQLITE))
        if not path.is_file():
            return None
        # Without a log of changes all is in the file, and SQLite needs none beside it; with one, its files are there.
        mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
        url = f"{SQLITE}file:{quote(str(path.resolve()))}?{mode}&uri=true"
    store = Store(Database(url, only_reads=True))
    try:
        if store.database.is_made():
            return store
    except TransientError:
        store.close()
        raise
    store.close()
    return None
