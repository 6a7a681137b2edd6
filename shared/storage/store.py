"""The store: what must outlive a process. One part a noun; each engine is given only the parts it uses."""

from pathlib import Path
from urllib.parse import quote

from shared.clock import Clock, utc_now
from shared.storage.accounts import Accounts
from shared.storage.census import Counting
from shared.storage.channels import Channels
from shared.storage.coverage import Coverage
from shared.storage.database import Database
from shared.storage.deliveries import Deliveries
from shared.storage.events import Events
from shared.storage.evidence_log import EvidenceLog
from shared.storage.exports import Exports
from shared.storage.files import make_private
from shared.storage.findings import Findings
from shared.storage.judgements import Judgements
from shared.storage.leases import Leases
from shared.storage.links import Links
from shared.storage.marks import Marks
from shared.storage.members import Members
from shared.storage.notes import Notes
from shared.storage.notices import Notices
from shared.storage.owners import Owners
from shared.storage.pictures import Pictures
from shared.storage.posts import Posts
from shared.storage.questions import Questions
from shared.storage.refusals import Refusals
from shared.storage.report_deliveries import ReportDeliveries
from shared.storage.report_files import ReportFiles
from shared.storage.reports import Reports
from shared.storage.session_lives import SessionLives
from shared.storage.silences import Silences
from shared.storage.sources import Sources
from shared.storage.standings import Standings
from shared.storage.thinning import Thinning
from shared.storage.upgrade import Upgraded, upgrade
from shared.storage.visits import Visits

SQLITE = "sqlite:///"


class Store:
    """Thread-safe. Every method of a part is one transaction and raises TransientError when the database is away."""

    def __init__(self, database: Database, upgraded: Upgraded | None = None) -> None:
        self.database = database
        self.upgraded = upgraded
        """What was done to the database when this store was opened."""
        self.accounts = Accounts(database)
        self.refusals = Refusals(database)
        self.visits = Visits(database)
        self.sources = Sources(database)
        self.session_lives = SessionLives(database)
        self.exports = Exports(database)
        self.owners = Owners(database)
        self.judgements = Judgements(database)
        self.coverage = Coverage(database)
        self.standings = Standings(database)
        self.counting = Counting(database)
        self.posts = Posts(database)
        self.events = Events(database)
        self.evidence = EvidenceLog(database)
        self.pictures = Pictures(database)
        self.deliveries = Deliveries(database)
        self.thinning = Thinning(database)
        self.leases = Leases(database)
        self.links = Links(database)
        self.questions = Questions(database)
        self.members = Members(database)
        self.channels = Channels(database)
        self.notices = Notices(database)
        self.silences = Silences(database)
        self.findings = Findings(database)
        self.marks = Marks(database)
        self.notes = Notes(database)
        self.reports = Reports(database)
        self.report_files = ReportFiles(database)
        self.report_deliveries = ReportDeliveries(database)

    def check(self) -> None:
        """Really ask the database. Raises TransientError."""
        self.database.check()

    def close(self) -> None:
        self.database.close()


def open_store(url: str, clock: Clock = utc_now) -> Store:
    """The store at `sqlite:///path` or `postgresql+psycopg://...`.

    An SQLite file is made, with its folder, and upgraded, after a copy; a server's database is upgraded by whoever
    runs it. Raises InputError with the remedy, TransientError when the database is away.
    """
    if url.startswith(SQLITE):
        make_private(Path(url.removeprefix(SQLITE)))
    database = Database(url)
    try:
        upgraded = upgrade(database, clock()) if database.file else None
        database.schema().demand_current(database.place)
    except BaseException:
        database.close()
        raise
    return Store(database, upgraded)


def open_to_read(url: str) -> Store | None:
    """The store as it stands, for who must change nothing, not even make a file; null where there is none yet.

    Raises TransientError when the database is away, InputError when it has to be upgraded first.
    """
    url_to_read = reading_url(url)
    if url_to_read is None:
        return None
    database = Database(url_to_read)
    try:
        schema = database.schema()
        if schema.has_tables:
            schema.demand_current(database.place)
            return Store(database)
    except BaseException:
        database.close()
        raise
    database.close()
    return None


def reading_url(url: str) -> str | None:
    """The address that lets a database be read without making a file beside it; null where there is none yet."""
    if not url.startswith(SQLITE):
        return url
    path = Path(url.removeprefix(SQLITE))
    if not path.is_file():
        return None
    # Without a log of changes all is in the file, and SQLite needs none beside it; with one, its files are there.
    beside = [path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm")]
    mode = "mode=ro" if all(file.exists() for file in beside) else "immutable=1"
    return f"{SQLITE}file:{quote(str(path.resolve()))}?{mode}&uri=true"
