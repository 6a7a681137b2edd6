"""What the operators are told of a platform as a whole."""

import pytest

from services.analyzer.rules.platform_blocked import PlatformBlocked
from shared.events import Outcome, Probe
from tests.builders import NOW, a_probe, days

REASON = "本机时间与平台相差过大（快156天），核查结果不作数，请校准采集服务器的时钟"


@pytest.mark.parametrize("age", [0, 156])
def test_our_wrong_clock_is_told_at_once_however_few_and_old_its_probes_seem(age: int) -> None:
    wrong = a_probe(NOW - days(age), Outcome.CLOCK, reason=REASON)
    (objection,) = PlatformBlocked().check_platform(NOW, [wrong])
    assert REASON in objection.sentence


def test_a_clock_that_is_right_again_is_no_matter_any_more() -> None:
    latest = [a_probe(NOW), a_probe(NOW - days(1), Outcome.CLOCK, reason=REASON)]
    assert [*PlatformBlocked().check_platform(NOW, latest)] == []


def refused(outcome: Outcome, accounts: int = 4) -> list[Probe]:
    return [a_probe(NOW, outcome, account_id=str(number)) for number in range(accounts)]


def test_a_page_that_nobody_can_read_any_more_is_told_once_for_the_platform() -> None:
    (objection,) = PlatformBlocked().check_platform(NOW, refused(Outcome.PARSE_ERROR))
    assert "疑为平台页面改版" in objection.sentence
    (objection,) = PlatformBlocked().check_platform(NOW, refused(Outcome.BLOCKED))
    assert "疑为平台限制" in objection.sentence


def test_one_page_in_four_that_cannot_be_read_is_its_own_accounts_matter() -> None:
    latest = [*refused(Outcome.OK, 9), *refused(Outcome.PARSE_ERROR, 3)]
    assert [*PlatformBlocked().check_platform(NOW, latest)] == []
