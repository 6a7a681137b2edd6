"""Which numbers are mobile telephones. The ranges are phonenumbers'; those it lacks are ours."""

import re

_LACKING = re.compile(r"149[0-9]{8}")
"""China Telecom; the data cards of 140 to 148 that people do not call are rightly left out."""

_HOME = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)((?:852|853|886)[0-9]{8,9})", re.ASCII)


def is_mobile(number: str) -> bool:
    """Digits without separators: `13800001234`, also after 86, +86 or 0086; Hong Kong, Macao, Taiwan with + or 00."""
    home = _HOME.fullmatch(number)
    if home is not None:
        return bool(_LACKING.fullmatch(home[1])) or _is_mobile(f"+86{home[1]}")
    abroad = _ABROAD.fullmatch(number)
    return abroad is not None and _is_mobile(f"+{abroad[1]}")


def _is_mobile(number: str) -> bool:
    import phonenumbers  # noqa: PLC0415  # takes a twentieth of a second, and most texts hold no number

    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.MOBILE
    except phonenumbers.NumberParseException:
        return False
