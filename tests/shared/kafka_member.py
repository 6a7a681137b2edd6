"""A consumer in a process of its own, which a test can freeze: writes a line for every record whose commit was accepted.

`python -m tests.shared.kafka_member BOOTSTRAP PREFIX SESSION_SECONDS WORK_SECONDS`
"""

import sys
import time

from shared.bus.envelope import decode
from shared.bus.kafka.bus import KafkaBus
from shared.bus.kafka.member import Pace
from shared.errors import TransientError
from shared.events import Post


def main() -> None:
    bootstrap, prefix, session, work = sys.argv[1:]
    bus = KafkaBus(bootstrap, "test", prefix=prefix, pace=Pace(float(session)))
    member = bus.subscribe("analyzer", ["observations"])
    tell("started")
    while True:
        try:
            records = member.poll(0.2, max_records=5)
            if not records:
                continue
            tell("polled")
            time.sleep(float(work))
            member.commit()
        except TransientError as error:
            tell(f"refused {error}")
            continue
        for record in records:
            event = decode(record.body, record.headers)
            tell(f"done {event.id if isinstance(event, Post) else ''}")


def tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
