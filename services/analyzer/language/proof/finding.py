"""Cheap ways to the places that are worth a look."""

from collections.abc import Iterator


def holds_any(text: str, signs: tuple[str, ...]) -> bool:
    """Faster than a pattern: a search for one literal runs at the speed of memory."""
    return any(sign in text for sign in signs)


def places(text: str, sign: str) -> Iterator[int]:
    """Where the sign stands, in order."""
    place = text.find(sign)
    while place >= 0:
        yield place
        place = text.find(sign, place + 1)
