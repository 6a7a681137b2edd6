"""What must hold after every fault, whatever it was: the cluster's own checker over what this installation left behind."""

from demo.cluster import gathering
from demo.cluster.checker import check
from demo.cluster.facts import Claim, Facts, Observation, Told
from shared.bus.contract import Record
from shared.bus.envelope import decode
from shared.errors import PoisonError
from tests.faults.office import Office
from tests.faults.receiver import CHANNEL
from tests.faults.topics import headers_of, records_of
from tests.faults.town import RED_LINE

TOPICS = ("observations", "findings")


def violations(office: Office, poison: int = 0) -> list[str]:
    """One sentence each, none when all is well. `poison`: dead letters that there should be since the test began."""
    office.poison += poison
    found = [str(one) for one in check(facts_of(office))]
    office.history.note("verdict", "office", violations="; ".join(found))
    return found


def facts_of(office: Office) -> Facts:
    database = office.store.database
    dead = {f"{topic}.dlq": _put_aside(office, f"{topic}.dlq") for topic in TOPICS}
    dead["observations.dlq"] -= office.poison
    return Facts(
        held=_held(office),
        published=gathering.published(database),
        stored=gathering.stored(database),
        shown={one.account.key: one.post_ids for one in office.filed},
        dead_letters=dead,
        claims=[
            Claim(one.account.key, "silent_account", one.newest_at + RED_LINE, is_due=True)
            for one in office.filed
            if one.is_silent
        ],
        findings=gathering.findings(database),
        waiting=gathering.waiting(database),
        told=[
            Told(CHANNEL, finding["number"], finding["status"], arrival.at)
            for arrival in [*office.receiver.arrivals]
            for finding in arrival.body["findings"]
        ],
        channels=(CHANNEL,),
        lags=office.lag(),
        logs=[(file.name, file.read_text(errors="replace")) for file in sorted(office.folder.glob("*.log"))],
        secrets=office.secrets,
        history=office.history.operations,
    )


def _put_aside(office: Office, topic: str) -> int:
    """Records, not letters: one whose letter was written and then refused elsewhere in its batch gets another."""
    letters = [headers_of(record) for record in records_of(office.bus, topic)]
    return len({(one["dlq_topic"], one["dlq_partition"], one["dlq_offset"]) for one in letters})


def _held(office: Office) -> list[Observation]:
    records = (
        Record(record.topic, record.partition, record.offset, "", record.value)
        for record in records_of(office.bus, "observations")
    )
    return gathering.observations_of(record for record in records if _is_readable(record.body))


def _is_readable(body: bytes) -> bool:
    try:
        decode(body)
    except PoisonError:
        return False
    return True
