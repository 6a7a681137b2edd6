"""What must hold after every fault, whatever it was: the five invariants of docs/faults.md."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from shared.bus.envelope import decode
from shared.errors import PoisonError
from shared.events import Post, Probe
from shared.storage.tables.every import metadata
from tests.faults.office import Office
from tests.faults.topics import records_of

_POST, _PROBE = metadata.tables["post"], metadata.tables["probe"]


def violations(office: Office, repeats_allowed: int = 0) -> list[str]:
    """One sentence each, none when all is well. `repeats_allowed`: messages that a kill in their window may have
    repeated since the last verdict.
    """
    found = [*_observations(office), *_alerts(office, repeats_allowed), *_lag(office), *_secrets(office)]
    office.history.note("verdict", violations=found)
    return found


def _observations(office: Office) -> list[str]:
    """I1: what the broker acknowledged is in the database, once. An item seen again later is another observation."""
    read = [_read(record.value) for record in records_of(office.bus, "observations")]
    acknowledged = {_identity(event) for event in read if isinstance(event, Post | Probe)}
    with office.store.database.read() as connection:
        probes = connection.execute(select(_PROBE.c.fingerprint, _PROBE.c.at)).all()
        posts = connection.execute(select(_POST.c.fingerprint, _POST.c.observed_at)).all()
    stored = Counter((str(row[0]), row[1]) for row in (*probes, *posts))
    lost = sorted(acknowledged - set(stored))
    more = sorted(set(stored) - acknowledged)
    twice = [key for key, count in stored.items() if count > 1]
    said = [f"I1: {len(lost)} acknowledged and not stored: {lost[:3]}"] * bool(lost)
    said += [f"I1: {len(more)} stored that nobody published: {more[:3]}"] * bool(more)
    return said + [f"I1: {len(twice)} stored twice: {twice[:3]}"] * bool(twice)


def _identity(event: Post | Probe) -> tuple[str, datetime]:
    return event.fingerprint, event.occurred_at


def _read(body: bytes) -> object:
    """Null for poison."""
    try:
        return decode(body)
    except PoisonError:
        return None


def _alerts(office: Office, repeats_allowed: int) -> list[str]:
    """I2 and I3: whoever is silent was told of it, once; nobody else was told anything."""
    told = office.receiver.told()
    silent = {one.account.key for one in office.filed if one.is_silent}
    untold = [key for key in sorted(silent) if not told[key, "open"]]
    accused = sorted({key for key, _ in told} - silent)
    ids = Counter(arrival.id for arrival in office.receiver.arrivals)
    extra = sum(count - 1 for count in ids.values()) - office.repeats_known
    office.repeats_known += extra
    news = Counter(
        (finding["account"]["key"], finding["status"])
        for arrival in {arrival.id: arrival for arrival in office.receiver.arrivals}.values()
        for finding in arrival.body["findings"]
    )
    repeated = [key for key, count in news.items() if count > 1]
    said = [f"I2: never told: {untold[:3]}"] * bool(untold)
    said += [f"I2: {extra} messages repeated, {repeats_allowed} allowed"] * (extra > repeats_allowed)
    said += [f"I2: the same told as news again: {repeated[:3]}"] * bool(repeated)
    return said + [f"I3: accused without cause: {accused[:3]}"] * bool(accused)


def _lag(office: Office) -> list[str]:
    lag = office.lag()
    return [f"I4: lag {lag}"] * any(lag.values())


def _secrets(office: Office) -> list[str]:
    logs = office.logs()
    return [f"I5: a secret stands in a log ({secret[:4]}...)" for secret in office.secrets if secret in logs]
