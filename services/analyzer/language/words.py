"""What a list of words holds."""

from typing import NamedTuple

ALLOW = "allow"
"""The tag of a phrase that protects what is inside it."""


class Word(NamedTuple):
    word: str
    tag: str
    suggestion: str | None = None
