"""What the 证据 column of a list says."""

from services.reporter.wording import proof
from shared.storage.pictures import OF_ACCOUNT, Kept
from tests.builders import NOW, days

LOOK = "0123456789abcdef" * 4
KEPT = Kept("f", OF_ACCOUNT, None, NOW, LOOK, "b" * 64, None, number=12)


def test_a_picture_is_named_by_its_number_in_the_log_and_the_beginning_of_its_hash() -> None:
    assert proof([KEPT], "f" * 64, NOW) == "第12号 0123456789ab（有截图）"


def test_without_a_picture_what_the_finding_cites_is_named() -> None:
    assert proof([], "f" * 64, NOW) == "f" * 12
    assert proof([], "", NOW) == ""


def test_a_list_of_a_past_day_names_no_later_picture() -> None:
    assert proof([KEPT], "f" * 64, NOW - days(1)) == "f" * 12
