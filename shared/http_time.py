"""What an answer's headers say of time (RFC 9110): `Date`, and `Retry-After`, which is only ever a wish."""

import email.utils
from datetime import UTC, datetime, timedelta

LONGEST_WISH_SECONDS = timedelta(days=1).total_seconds()
_LONGEST_DATE = 64
"""Characters: the reader of dates is made for mail and forgives much."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds asked for, as such or as a date: 0 to a day; null when absent or not understood. Never raises."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WISH_SECONDS)
    moment = http_date(text)
    if moment is None:
        return None
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_WISH_SECONDS)


def http_date(value: str | None) -> datetime | None:
    """UTC; null when absent or not understood. Never raises."""
    if not value or len(value) > _LONGEST_DATE:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, LookupError):
        return None
