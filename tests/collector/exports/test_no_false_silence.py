"""Random months, random files handed in at random times: no list is ever proven that lacks what was published."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from services.collector.exports.importing import Period, export_of
from services.collector.exports.proof import Verdict, stretch_of, verdict
from services.collector.exports.reading import read_export
from services.collector.reading.days import last_whole_day
from shared.clock import to_shanghai
from shared.export import Export
from tests.builders import NOW, an_account, days
from tests.collector.exports import making

MONTHS = 60
ACCOUNT = an_account(making.BIZ, "wechat")
BEGINNING = NOW - days(60)


@dataclass
class Month:
    """The truth, and what of it the office knows by and by."""

    chance: random.Random
    posts: list[tuple[datetime, bool]] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    newest_known: datetime | None = None
    proved_at: datetime | None = None

    def publish(self) -> None:
        """Busy weeks, then perhaps weeks of nothing; some are pushed, some are not."""
        at = BEGINNING
        while at < NOW:
            self.posts.append((at, self.chance.random() < 0.6))
            at += timedelta(hours=self.chance.choice((3, 9, 30, 80, 500)) * self.chance.uniform(0.5, 1.5))

    def hand_in(self, now: datetime) -> Verdict | None:
        first = to_shanghai(BEGINNING + days(self.chance.uniform(0, 40))).date()
        last = min(first + timedelta(days=self.chance.randint(1, 60)), last_whole_day(now))
        if first > last:
            return None
        kinds = self.chance.choice((("pushed",), ("quiet",), ("pushed", "quiet"), ("counts",)))
        stated = Period(first, last) if self.chance.random() < 0.6 else Period()
        new = [self._export(kind, first, last, stated, now) for kind in kinds]
        self.exports += new
        return verdict(stretch_of(self.exports, now), new, self.newest_known, self.proved_at)

    def _export(self, kind: str, first: date, last: date, stated: Period, now: datetime) -> Export:
        shown = [(at, pushed) for at, pushed in self.posts if at <= now and first <= to_shanghai(at).date() <= last]
        if kind == "counts":
            every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
            counts = {f"{day:%Y%m%d}": sum(to_shanghai(at).date() == day for at, _ in shown) for day in every}
            for day in self.chance.sample(sorted(counts), k=min(len(counts), self.chance.choice((0, 0, 1)))):
                counts[day] = -1
            data = making.csv_of(making.tendency(counts))
        else:
            of_tab = [at for at, pushed in shown if pushed is (kind == "pushed")]
            articles = [("一", f"{to_shanghai(at):%Y%m%d}", number + 1) for number, at in enumerate(of_tab)]
            rows = making.notified(*articles) if kind == "pushed" else making.unnotified(*articles)
            data = making.csv_of(rows)
        file = read_export("a.xls", data, now)
        name = f"{self.chance.getrandbits(256):064x}"
        return export_of(name, file, stated, account=ACCOUNT, now=now, by=None)

    def look(self, now: datetime) -> None:
        """The page is seen as it is."""
        self.newest_known = max((at for at, _ in self.posts if at <= now), default=None)
        self.proved_at = now


@pytest.mark.parametrize("seed", range(MONTHS))
def test_no_list_lacks_what_was_published(seed: int) -> None:
    month = Month(random.Random(seed))
    month.publish()
    now = BEGINNING + days(5)
    while now < NOW:
        if month.chance.random() < 0.1:
            month.look(now)
        said = month.hand_in(now)
        if said is not None and said.proves_list:
            believed = max(filter(None, (said.newest_at, month.newest_known)), default=BEGINNING - days(1))
            truth = max((at for at, _ in month.posts if at <= said.at), default=BEGINNING - days(1))
            assert believed >= truth
            assert said.at <= now
        now += timedelta(hours=month.chance.uniform(6, 100))


def test_months_do_prove_something() -> None:
    proofs = 0
    for seed in range(20):
        month = Month(random.Random(seed))
        month.publish()
        for number in range(8, 60, 4):
            said = month.hand_in(BEGINNING + days(number))
            proofs += bool(said and said.proves_list)
    assert proofs > 40
