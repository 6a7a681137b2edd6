"""What a list of words holds."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ALLOW = "allow"
"""The tag of a phrase that protects what is inside it."""


class Word(NamedTuple):
    word: str
    tag: str
    suggestion: str | None = None


@dataclass(frozen=True)
class WordTable:
    """Many words by columns of one length: a hundred thousand objects would take as long to make as to search for."""

    texts: Sequence[str]
    tags: Sequence[str]
    suggestions: Sequence[str]

    @classmethod
    def of(cls, words: Iterable[Word]) -> "WordTable":
        given = list(words)
        return cls(
            [word.word for word in given], [word.tag for word in given], [word.suggestion or "" for word in given]
        )

    @classmethod
    def joined(cls, tables: Sequence["WordTable"]) -> "WordTable":
        if len(tables) == 1:
            return tables[0]
        return cls(
            [text for table in tables for text in table.texts],
            [tag for table in tables for tag in table.tags],
            [suggestion for table in tables for suggestion in table.suggestions],
        )

    def only(self, tags: Container[str]) -> "WordTable":
        """The words with one of these tags."""
        places = [place for place, tag in enumerate(self.tags) if tag in tags]
        return WordTable(*([column[place] for place in places] for column in (self.texts, self.tags, self.suggestions)))

    def __getitem__(self, place: int) -> Word:
        return Word(self.texts[place], self.tags[place], self.suggestions[place] or None)

    def __len__(self) -> int:
        return len(self.texts)
