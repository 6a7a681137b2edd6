"""Text from pages, before it stands in a message: no control, direction or surrogate characters, and only so long."""

import unicodedata

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """`text` without invisible characters that reorder, hide or end text; newlines stay."""
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _DROPPED)


def one_line(text: str, most: int | None = None) -> str:
    """`text` on one line, runs of white space made one space, at most `most` code points, the last then `…`."""
    line = plain(" ".join(text.split()))
    return line if most is None or len(line) <= most else line[: most - 1] + "…"
