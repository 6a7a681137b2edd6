"""Which numbers can be real; among them what the libraries get wrong. The numbers are made up."""

import pytest
from stdnum.cn import ric

from services.analyzer.language.personal.checks import (
    is_card_number,
    is_credit_code,
    is_hong_kong_id,
    is_id_number,
    is_old_id_number,
    is_taiwan_id,
    issuer,
)
from services.analyzer.language.personal.phones import is_mobile


def test_an_identity_number_has_province_birthday_and_check_digit() -> None:
    assert is_id_number("11010119900307002X")
    assert is_id_number("1101 0119 9003 0700 2x")
    assert not is_id_number("110101199003070021")
    assert not is_id_number("110101199013070021")
    assert not is_id_number("990101199003070021")
    assert not is_id_number("")


@pytest.mark.parametrize("number", ["370105198203140028", "830000199003070019", "911124198108030016"])
def test_counties_of_today_taiwan_permits_and_foreigners_are_real_though_the_library_refuses_them(number: str) -> None:
    assert not ric.is_valid(number)
    assert is_id_number(number)


def test_an_old_identity_number_has_a_birthday() -> None:
    assert is_old_id_number("330102850403064")
    assert not is_old_id_number("815727834224151")


def test_a_card_number_has_a_luhn_digit_and_not_all_digits_the_same() -> None:
    assert is_card_number("4111 1111 1111 1111")
    assert not is_card_number("4111111111111112")
    assert not is_card_number("0000000000000000")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("6217001810005572099", "unionpay"),
        ("4111111111111111", "visa"),
        ("5500000000000004", "mastercard"),
        ("2221000000000009", "mastercard"),
        ("371449635398431", "amex"),
        ("3566002020360505", "jcb"),
        ("6011000000000004", "discover"),
        ("8505527955555557", None),
        ("411111111111111", None),
    ],
)
def test_an_issuer_goes_by_first_digits_and_length(number: str, name: str | None) -> None:
    assert issuer(number) == name


def test_an_organisations_code_is_nobodys_number() -> None:
    assert is_credit_code("91110000600037341L")
    assert not is_credit_code("91110000600037341A")
    assert not is_credit_code("11010119900307002X")


def test_cards_of_hong_kong_and_taiwan_have_check_digits_of_their_own() -> None:
    assert is_hong_kong_id("P174468(6)")
    assert not is_hong_kong_id("P174468(7)")
    assert is_taiwan_id("A123456789")
    assert not is_taiwan_id("A123456788")


@pytest.mark.parametrize(
    "number",
    ["13800001234", "+8613800001234", "008619912345678", "16712345678", "19212345678", "14912345678", "+85291234567"],
)
def test_mobile_numbers_of_every_range_are_known(number: str) -> None:
    assert is_mobile(number)


@pytest.mark.parametrize(
    "number",
    [
        "11111111111",
        "12345678901",
        "14012345678",
        "15412345678",
        "1381234567",
        "１３８００００１２３４",
        "+8502345678",
        "",
    ],
)
def test_other_digits_are_no_mobile_number(number: str) -> None:
    assert not is_mobile(number)
