"""Cheap ways to the places that are worth a look."""

from collections.abc import Iterator


def holds_any(text: str, signs: tuple[str, ...]) -> bool:
    """Faster than a pattern, and fastest for single characters: they are searched for at the speed of memory."""
    for sign in signs:  # noqa: SIM110 (a generator costs more than what it asks)
        if sign in text:
            return True
    return False


def places(text: str, sign: str) -> Iterator[int]:
    """Where the sign stands, in order."""
    place = text.find(sign)
    while place >= 0:
        yield place
        place = text.find(sign, place + 1)
