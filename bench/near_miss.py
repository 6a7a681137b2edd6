"""Near-miss matching of all right forms beside the text stage: fold a post and match the built-in words."""

from collections.abc import Iterator

from bench.eval.sets import SetMissingError, rows
from bench.table import Goal, Row, faster, in_turns, over
from services.analyzer.language.lexicon.in_use import load_lexicon
from services.analyzer.language.near_miss.forms import right_forms
from services.analyzer.language.near_miss.matcher import built_in
from services.analyzer.language.text.folding import fold
from services.analyzer.language.usage.usage import usage

_POSTS, _CHARACTERS = 300, 700
_SHARE = 0.5
"""Of the speed of the text stage alone: matching may double its cost."""


def measure() -> Iterator[Row]:
    try:
        texts = _posts()
    except SetMissingError as missing:
        yield Row(str(missing), "")
        return
    lexicon, near_misses = load_lexicon(), built_in()

    def stage(text: str) -> None:
        list(lexicon.find_in(text, fold(text)))

    def both(text: str) -> None:
        stage(text)
        list(near_misses.find(text))

    both(texts[0])
    ours, alone = in_turns(over(texts, both), over(texts, stage))
    forms = len(right_forms()) + len(usage().idioms)
    yield faster(f"near-miss: text stage with {forms:,} right forms, to without", ours, alone, "/s", Goal(_SHARE))


def _posts() -> list[str]:
    """Official text, cut into posts."""
    text = "".join(row["text"] for row in rows("gov/work_report_paragraphs"))
    return [text[at : at + _CHARACTERS] for at in range(0, _POSTS * _CHARACTERS, _CHARACTERS)]
