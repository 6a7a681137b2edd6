"""A number is shown without being given away. The numbers are made up for tests; none belongs to anybody."""

import pytest

from services.analyzer.language.personal.numbers import mask, mask_all, quote


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("138 0000 1234", "138 **** 1234"),
        ("+86 13800001234", "+86 138****1234"),
        ("350102199003070123", "35*************123"),
        ("G350102199003070123", "G***************123"),
        ("35010219900307012342", "35***************342"),
        ("E12345678", "E*****678"),
        ("P174468(6)", "P****68(6)"),
        ("zhangsan@163.com", "z*******@163.com"),
    ],
)
def test_numbers_are_masked_in_the_official_form(number: str, masked: str) -> None:
    assert mask(number) == masked
    shown = mask_all(f"电话{number}。")
    assert len(shown) == len(f"电话{number}。")
    assert number not in shown
    assert "*" in shown


def test_plates_and_rooms_are_masked_too() -> None:
    assert mask("京A12345", "plate") == "京A***45"
    assert mask("锦绣小区3号楼2单元501室", "home_address") == "***"
    assert mask_all("车牌京A12345，住锦绣小区3号楼2单元501室") == "车牌京A***45，住锦绣小区*号楼*单元***室"


def test_a_quote_is_short_one_line_and_never_gives_a_number_away() -> None:
    text = "名单公示：\n张某，手机13800001234，\x1b[31m身份证350102199003070123，住址略。" * 3
    shown = quote(text, text.index("手机"), text.index("手机") + 2)
    assert len(shown) <= 20
    assert "\n" not in shown
    assert "13800001234" not in shown
    assert "138****" in shown
