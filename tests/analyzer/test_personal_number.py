"""Personal numbers count, everything that merely looks like one does not. The numbers are made up."""

import pytest

from bench.eval.numbers import figures
from services.analyzer.objection import History
from services.analyzer.rules.personal_number import PersonalNumber
from shared.events import Severity
from tests.builders import NOW, a_post, an_account
from tests.paths import needs_shared

_HISTORY = History(account=an_account(), watched_since=NOW)
_ID = "11010119900307002X"


def _tags(text: str) -> list[tuple[str | None, Severity]]:
    hits = list(PersonalNumber().check_text(text))
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
    return [(hit.tag, hit.severity) for hit in hits]


def test_an_identity_number_is_a_leak_however_it_is_written() -> None:
    for number in (_ID, "1101 0119 9003 0700 2X", "１１０１０１１９９００３０７００２Ｘ", "110101\u200b19900307002X"):
        assert _tags(f"张三，身份证号{number}。") == [("id_card", Severity.DEDUCTION)]


def test_a_mobile_number_is_a_hint_and_a_reminder_beside_a_private_person() -> None:
    assert _tags("联系电话：13800001234") == [("mobile", Severity.HINT)]
    assert _tags("学生家长张女士13800001234") == [("mobile", Severity.REMINDER)]


def test_a_card_counts_beside_its_name_and_a_units_account_does_not() -> None:
    assert _tags("银行卡号 4111 1111 1111 1111") == [("bank_card", Severity.DEDUCTION)]
    assert _tags("捐赠账户：红十字会，开户行略，账号 4111111111111111") == []


@pytest.mark.parametrize(
    "text",
    [
        "服务热线400-123-4567，监督电话12345，值班电话010-12345678",
        "订单号：13800001234",
        "运单号 1234567890123456789012345",
        f"订单号：{_ID}",
        "国办发〔2018〕123号，统一社会信用代码91310115591693856A",
        "受灾人口13800001234人",
        "138****1234，35*************123",
        "流水号 20260101138123456",
        "11111111111 12345678901 201319630201",
        "",
        "\ud800\x00",
    ],
)
def test_what_only_looks_personal_does_not_count(text: str) -> None:
    assert _tags(text) == []


def test_a_finding_never_repeats_the_number() -> None:
    post = a_post(title=f"公示 {_ID}", text=f"低保户张三，身份证号{_ID}，手机13800001234，住址略。")
    (objection,) = PersonalNumber().check_post(post, _HISTORY)
    written = objection.model_dump_json()
    assert _ID not in written
    assert "13800001234" not in written
    assert "11*************02X" in written
    assert objection.confirm is False
    assert objection.severity is None


def test_a_wanted_notice_is_looked_at_by_a_person() -> None:
    post = a_post(title="通缉令", text=f"悬赏通缉犯罪嫌疑人张某某，身份证号{_ID}。")
    (objection,) = PersonalNumber().check_post(post, _HISTORY)
    assert objection.confirm is True
    assert objection.severity is Severity.REMINDER


def test_the_title_tells_whose_numbers_the_text_holds() -> None:
    roster = a_post(title="防汛值班表", text="张建国 13800001234\n王秀英 13700001234")
    assert [objection.severity for objection in PersonalNumber().check_post(roster, _HISTORY)] == [Severity.HINT]
    winners = a_post(title="获奖名单", text="张建国 13800001234\n王秀英 13700001234")
    assert [objection.severity for objection in PersonalNumber().check_post(winners, _HISTORY)] == [Severity.REMINDER]
    wanted = a_post(title="通缉令", text=f"张某某，身份证号{_ID}")
    assert [objection.confirm for objection in PersonalNumber().check_post(wanted, _HISTORY)] == [True]


def test_a_finding_never_tells_where_somebody_lives() -> None:
    post = a_post(title="救助公示", text="拟救助对象张某某，现住锦绣小区3号楼2单元501室，邮箱zhangsan@163.com。")
    (objection,) = PersonalNumber().check_post(post, _HISTORY)
    written = objection.model_dump_json()
    assert "501" not in written
    assert "zhangsan" not in written
    assert objection.confirm is True


def test_the_suggestion_replaces_the_span() -> None:
    text = "低保户张某某，手机13800001234，家住锦绣小区3号楼2单元501室。"
    for hit in reversed(list(PersonalNumber().check_text(text))):
        text = text[: hit.start] + (hit.suggestion or "") + text[hit.end :]
    assert text == "低保户张某某，手机138****1234，家住***。"


@needs_shared
def test_figures_on_vectors_and_peers_texts_hold() -> None:
    missed = [row for row in figures() if row.met is False]
    assert missed == []
