"""A list that nobody touched is known again, whichever library wrote its properties."""

from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

from services.reporter.reports.weekly import Weekly
from services.reporter.writing import write_report
from shared.storage.store import open_store
from tests.reporter.test_weekly import CUT_OFF, WEEK


def test_with_lxml_beside_it_openpyxl_names_the_namespace_at_each_element(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        first = write_report(Weekly(), store, WEEK, CUT_OFF, tmp_path)
    named = tmp_path / "named.xlsx"
    with ZipFile(first) as given, ZipFile(named, "w") as taken:
        for entry in given.infolist():
            plain = given.read(entry)
            taken.writestr(entry, plain.replace(b"<dc:identifier>", b'<dc:identifier xmlns:dc="http://purl.org/dc/">'))
    assert b"<dc:identifier xmlns" in ZipFile(named).read("docProps/core.xml")
    assert Weekly().is_as_written(named)
