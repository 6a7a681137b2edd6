"""Check digits and masking. The numbers are made up for tests; none belongs to anybody."""

import pytest

from services.analyzer.language.numbers import is_card_number, is_id_number, is_old_id_number, mask, mask_all, quote


def test_an_identity_number_has_province_birthday_and_check_digit() -> None:
    assert is_id_number("11010119900307002X")
    assert is_id_number("1101 0119 9003 0700 2x")
    assert not is_id_number("110101199003070021")
    assert not is_id_number("110101199013070021")
    assert not is_id_number("990101199003070021")
    assert not is_id_number("")


def test_an_old_identity_number_has_a_birthday() -> None:
    assert is_old_id_number("330102850403064")
    assert not is_old_id_number("815727834224151")


def test_a_card_number_has_a_luhn_digit() -> None:
    assert is_card_number("4111 1111 1111 1111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("0000000000000000")


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("138 0000 1234", "138 **** 1234"),
        ("350102199003070123", "35*************123"),
        ("E12345678", "E*****678"),
    ],
)
def test_numbers_are_masked_in_the_official_form(number: str, masked: str) -> None:
    assert mask(number) == masked
    assert mask_all(f"电话{number}。") == f"电话{masked}。"


def test_a_quote_is_short_one_line_and_never_gives_a_number_away() -> None:
    text = "名单公示：\n张某，手机13800001234，\x1b[31m身份证350102199003070123，住址略。" * 3
    shown = quote(text, text.index("手机"), text.index("手机") + 2)
    assert len(shown) <= 20
    assert "\n" not in shown
    assert "13800001234" not in shown
    assert "138****" in shown
