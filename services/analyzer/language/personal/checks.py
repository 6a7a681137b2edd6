"""Check digits: which numbers can be real. The arithmetic is python-stdnum's; what it refuses wrongly is ours.

python-stdnum is imported where it is asked: it takes a twentieth of a second, and most texts hold no number.
"""

import re
import string

_PROVINCES = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123])"
_ID = re.compile(rf"(?:{_PROVINCES}[0-9]{{4}}|9{_PROVINCES}[0-9]{{3}})[0-9]{{11}}[0-9X]", re.ASCII)
"""The second form: foreigners with permanent residence, 9 then province and the country's three digits."""

_OLD_ID = re.compile(rf"{_PROVINCES}[0-9]{{13}}")
_CARD = re.compile(r"[0-9]{11,19}")
_HONG_KONG = re.compile(r"([A-Z]{1,2})([0-9]{6})\(?([0-9A])\)?")
_TAIWAN = re.compile(r"[A-Z][1289][0-9]{8}")
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""In the order of their numbers, from 10 on."""

_ISSUERS = (
    ("unionpay", re.compile(r"62[0-9]{14,17}|81[0-9]{14,17}")),
    ("visa", re.compile(r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})")),
    ("mastercard", re.compile(r"(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}")),
    ("amex", re.compile(r"3[47][0-9]{13}")),
    ("jcb", re.compile(r"35(?:2[89]|[3-8][0-9])[0-9]{12,15}")),
    ("discover", re.compile(r"(?:6011|64[4-9][0-9]|65[0-9]{2})[0-9]{12,15}")),
)
_SEPARATORS = re.compile(r"[\s\-]+")


def bare(number: str) -> str:
    """The number without blanks and dashes."""
    return _SEPARATORS.sub("", number)


def is_id_number(number: str) -> bool:
    """18 characters with province, date of birth and check character of GB 11643-1999; blanks and dashes allowed.

    Not `ric.is_valid`: it wants the county to have existed in the year of birth and knows no Taiwan permit and no
    foreigner, but numbers are given where people live when they apply.
    """
    from stdnum.cn import ric  # noqa: PLC0415

    value = bare(number).upper()
    return bool(_ID.fullmatch(value)) and value[17] == ric.calc_check_digit(value) and _is_birthday(value)


def is_old_id_number(number: str) -> bool:
    """15 digits as issued before 1999: no check digit, only province and date of birth."""
    value = bare(number)
    return bool(_OLD_ID.fullmatch(value)) and _is_birthday(f"{value[:6]}19{value[6:]}")


def is_card_number(number: str) -> bool:
    """11 to 19 digits, not all the same, with the check digit of ISO/IEC 7812 (Luhn); banks issue 13 and more."""
    from stdnum import luhn  # noqa: PLC0415

    value = bare(number)
    return bool(_CARD.fullmatch(value)) and len(set(value)) > 1 and bool(luhn.is_valid(value))


def issuer(number: str) -> str | None:
    """`unionpay`, `visa`, `mastercard`, `amex`, `jcb` or `discover`, by first digits and length; null: nobody's."""
    value = bare(number)
    return next((name for name, pattern in _ISSUERS if pattern.fullmatch(value)), None)


def is_credit_code(number: str) -> bool:
    """A unified social credit code (GB 32100-2015): it names an organisation, never a person."""
    from stdnum.cn import uscc  # noqa: PLC0415

    return bool(uscc.is_valid(bare(number)))


def is_hong_kong_id(number: str) -> bool:
    """`P174468(6)`: letters and six digits weighed 9 to 2, the check digit in brackets or bare."""
    match = _HONG_KONG.fullmatch(number.upper())
    if match is None:
        return False
    letters, digits, check = match.groups()
    values = [36] * (2 - len(letters)) + [string.ascii_uppercase.index(letter) + 10 for letter in letters]
    values += [int(digit) for digit in digits] + [10 if check == "A" else int(check)]
    return sum(value * weight for value, weight in zip(values, range(9, 0, -1), strict=True)) % 11 == 0


def is_taiwan_id(number: str) -> bool:
    """`B221690311`: a letter, the sex, seven digits and a check digit."""
    value = number.upper()
    if not _TAIWAN.fullmatch(value):
        return False
    tens, ones = divmod(_TAIWAN_LETTERS.index(value[0]) + 10, 10)
    weights = (8, 7, 6, 5, 4, 3, 2, 1, 1)
    total = tens + ones * 9 + sum(int(digit) * weight for digit, weight in zip(value[1:], weights, strict=True))
    return total % 10 == 0


def _is_birthday(number: str) -> bool:
    from stdnum.cn import ric  # noqa: PLC0415
    from stdnum.exceptions import ValidationError  # noqa: PLC0415

    try:
        return bool(1900 <= ric.get_birth_date(number).year < 2100)
    except ValidationError:
        return False
