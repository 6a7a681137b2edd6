"""What a list may ask to be found by its make rather than its words: long numbers, mail addresses, links, hosts."""

import re
from collections.abc import Iterator

from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.variants import as_digits
from services.analyzer.language.lexicon.words import Word
from services.analyzer.language.text.folding import Folded, fold

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|\bwww\.)[!-~]+", re.IGNORECASE)
_URL_TAIL = ".,;:!?'\")]}>"
_IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\.?\d)")
_DIGITS = re.compile(r"[0-9]+")
_MAKES = {"email": _EMAIL, "url": _URL, "ipv4": _IPV4}


def detect(text: str, folded: Folded, options: LexiconOptions) -> list[tuple[int, int, Word]]:
    """Places in `folded.text`, each tagged by its kind; none unless an option asks."""
    found: list[tuple[int, int, Word]] = []
    if options.detect_number:
        digits = as_digits(folded.text) if options.digits_for_numerals else folded.text
        found += [
            (*number.span(), Word(number.group(), "number"))
            for number in _DIGITS.finditer(digits)
            if len(number.group()) >= options.number_min_len
        ]
    if options.detect_email or options.detect_url or options.detect_ipv4:
        found += _by_make(fold(text), folded, options)
    return found


def _by_make(plain: Folded, folded: Folded, options: LexiconOptions) -> Iterator[tuple[int, int, Word]]:
    """Signs belong to these, so they are read where no sign is left out, and then found again in `folded`."""
    kinds = (("email", options.detect_email), ("url", options.detect_url), ("ipv4", options.detect_ipv4))
    for kind, pattern in [(kind, _MAKES[kind]) for kind, asked in kinds if asked]:
        for match in pattern.finditer(plain.text):
            value = match.group().rstrip(_URL_TAIL) if kind == "url" else match.group()
            first, last = plain.span(match.start(), match.start() + len(value))
            start, end = folded.place_of(first), folded.place_of(last)
            if start < end:
                yield start, end, Word(value, kind)
