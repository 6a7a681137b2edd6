"""How far exports may be believed, singly and together."""

from datetime import UTC, date, datetime, timedelta

from services.collector.exports.proof import Stretch, stretch_of, verdict
from services.collector.reading.days import last_whole_day
from shared.export import Export, ExportKind
from tests.builders import NOW, days

END = datetime(2026, 11, 20, 16, tzinfo=UTC)
"""Of Friday the 20th in Beijing."""
LIST = Stretch(date(2026, 11, 1), date(2026, 11, 20), datetime(2026, 11, 10, 15, 59, 59, tzinfo=UTC))


def an_export(kind: ExportKind, first: int, last: int, newest: int | None, sha256: str = "0") -> Export:
    at = datetime(2026, 11, newest, 15, 59, 59, tzinfo=UTC) if newest else None
    return Export(
        key="wechat/1",
        sha256=sha256 * 64,
        kind=kind,
        file="a.xls",
        rows=1,
        first_day=date(2026, 11, first),
        last_day=date(2026, 11, last),
        newest_at=at,
        imported_at=NOW,
    )


def proves(stretch: Stretch | None, newest: datetime | None = None, proved: datetime | None = None) -> bool:
    said = verdict(stretch, [an_export(ExportKind.TENDENCY, 1, 20, 10)], newest, proved)
    return said is not None and said.proves_list


def test_a_day_is_over_once_its_figures_are_there() -> None:
    morning = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)  # 07:59 in Beijing
    assert last_whole_day(morning) == date(2026, 11, 19)
    assert last_whole_day(morning + timedelta(minutes=1)) == date(2026, 11, 20)


def test_one_tab_alone_proves_nothing_and_both_prove_what_both_cover() -> None:
    pushed, quiet = an_export(ExportKind.NOTIFIED, 1, 20, 10), an_export(ExportKind.UNNOTIFIED, 5, 18, 12)
    assert stretch_of([pushed], NOW) is None
    assert stretch_of([quiet], NOW) is None
    assert stretch_of([pushed, quiet], NOW) == Stretch(date(2026, 11, 5), date(2026, 11, 18), quiet.newest_at)


def test_tabs_of_different_months_prove_nothing_together() -> None:
    assert (
        stretch_of([an_export(ExportKind.NOTIFIED, 1, 5, 3), an_export(ExportKind.UNNOTIFIED, 6, 18, 12)], NOW) is None
    )


def test_the_number_of_articles_a_day_proves_alone() -> None:
    found = stretch_of([an_export(ExportKind.TENDENCY, 1, 20, 10)], NOW)
    assert found == LIST
    assert found is not None
    assert found.ends == END


def test_works_never_prove_a_list() -> None:
    assert stretch_of([an_export(ExportKind.WORKS, 1, 20, 10)], NOW) is None


def test_a_file_whose_newest_item_lies_behind_the_stretch_hides_the_newest_within() -> None:
    late, quiet = an_export(ExportKind.NOTIFIED, 1, 20, 19), an_export(ExportKind.UNNOTIFIED, 1, 15, 2)
    assert stretch_of([late, quiet], NOW) is None


def test_what_one_tab_shows_before_the_other_begins_is_no_newest_item() -> None:
    pushed, quiet = an_export(ExportKind.NOTIFIED, 1, 20, 4), an_export(ExportKind.UNNOTIFIED, 8, 20, None)
    found = stretch_of([pushed, quiet], NOW)
    assert found == Stretch(date(2026, 11, 8), date(2026, 11, 20), None)
    assert not proves(found, newest=pushed.newest_at)


def test_a_day_that_is_not_over_is_cut_off() -> None:
    found = stretch_of([an_export(ExportKind.TENDENCY, 1, 21, 10)], NOW)
    assert found is not None
    assert found.last_day == date(2026, 11, 20)


def test_it_proves_as_of_the_end_of_its_last_day_and_never_now() -> None:
    said = verdict(LIST, [an_export(ExportKind.TENDENCY, 1, 20, 10)], None, None)
    assert said is not None
    assert (said.proves_list, said.at, said.newest_at) == (True, END, LIST.newest_at)


def test_what_another_source_knows_better_is_not_overruled() -> None:
    assert proves(LIST, proved=END - days(1))
    assert not proves(LIST, proved=END)
    assert not proves(LIST, newest=END + days(0.1))
    assert not proves(LIST, newest=END - days(3))
    assert proves(LIST, newest=LIST.newest_at)


def test_nothing_published_proves_silence_only_where_nothing_lies_before_it_unseen() -> None:
    bare = Stretch(LIST.first_day, LIST.last_day, None)
    assert not proves(bare)
    assert not proves(bare, newest=LIST.begins - days(30))
    assert not proves(bare, newest=LIST.begins - days(30), proved=LIST.begins - days(1))
    assert proves(bare, newest=LIST.begins - days(30), proved=LIST.begins)
    assert not proves(bare, newest=LIST.begins + days(1), proved=LIST.begins)


def test_files_that_say_nothing_make_no_look() -> None:
    assert verdict(None, [an_export(ExportKind.NOTIFIED, 1, 20, None)], None, None) is None
