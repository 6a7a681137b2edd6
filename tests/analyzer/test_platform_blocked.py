"""What the operators are told of a platform as a whole."""

import pytest

from services.analyzer.rules.platform_blocked import PlatformBlocked
from shared.events import Outcome
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
