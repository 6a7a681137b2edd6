"""Draws the tables of services/analyzer/language/tone.

`python -m bench.tone STATUTES.jsonl.gz`

Learned from texts of our own in tests/analyzer/texts (all but those under `unseen`), paragraphs of statutes (legal
texts carry no copyright: Copyright Law of the PRC, article 5), and sentences made of words drawn as often as jieba's
dictionary (MIT) counts them, which tell what any Chinese text looks like.
"""

import gzip
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import typer

from services.analyzer.language.text import segmenter
from services.analyzer.language.text.folding import fold
from services.analyzer.language.tone.tone import plain_text
from tests.analyzer.tables import texts_of

_HAN = re.compile("[一-鿿]")
"""What pairs must hold: signs, numbers and Latin words are those of no tone."""

_TONES = Path(__file__).parents[1] / "services" / "analyzer" / "language" / "tone"
_LONGEST = 300
_PARAGRAPHS, _SENTENCES = 4_000, 4_000
_LEAST_SEEN = 2
_ROUNDS, _STEP, _DECAY = 400, 0.05, 3e-6
_STEP_OF_WEIGHTS = 0.05
_LEAST_WEIGHT = 0.1
_MORE_OFTEN = 0.6
"""What is rarer among the texts learned from counts for more: to this power of how much rarer it is."""

Numbers = npt.NDArray[np.float64]


def main(statutes: Path) -> None:
    sold, noticed, lured, policed, other = (
        texts_of(name) for name in ("adverts", "notices", "hijacked", "police", "other")
    )
    common = [*noticed, *policed, *other, *other, *paragraphs(statutes), *sentences()]
    _write("selling", *learned([*sold, *lured], common))
    _write("luring", *learned(lured, [*common, *sold]))


def paragraphs(statutes: Path) -> list[str]:
    with gzip.open(statutes, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return random.Random(3).sample(texts, _PARAGRAPHS)  # noqa: S311 -- nothing is kept secret


def sentences() -> list[str]:
    """Words in no order, as frequent as in the corpus behind jieba's dictionary."""
    words, counts = zip(*sorted(segmenter.words()), strict=True)
    source = np.random.default_rng(7)
    shares = np.array(counts, dtype=float) ** 0.9
    drawn = source.choice(len(words), (_SENTENCES, 44), p=shares / shares.sum())
    lengths = source.integers(6, 45, _SENTENCES)
    return [
        "，".join(_joined([words[at] for at in row[:length]], source))
        for row, length in zip(drawn, lengths, strict=True)
    ]


def _joined(words: Sequence[str], source: np.random.Generator) -> list[str]:
    ends = [*(source.random(len(words) - 1) < 0.12).nonzero()[0] + 1, len(words)]
    return ["".join(words[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def learned(those: Sequence[str], others: Sequence[str]) -> tuple[dict[str, float], float]:
    """Weights of pairs and a bias: logistic regression on shares of pairs, by Adam, the same each time."""
    pairs = [_pairs(text) for text in (*those, *others)]
    known = _known(pairs)
    rows = np.concatenate([np.full(len(some), row) for row, some in enumerate(pairs)])
    columns = np.array([known.get(pair, -1) for some in pairs for pair in some])
    values = np.concatenate([np.full(len(some), 1 / np.sqrt(len(some) + 1)) for some in pairs])
    keep = columns >= 0
    truth = np.array([1.0] * len(those) + [0.0] * len(others))
    matter = np.where(truth == 1, (len(others) / len(those)) ** _MORE_OFTEN, 1.0)
    shares = _Shares(rows[keep], columns[keep], values[keep], len(known))
    weights, bias = _fitted(shares, truth, matter / matter.sum())
    return {pair: float(weights[at]) for pair, at in known.items()}, bias


def _known(pairs: Sequence[Sequence[str]]) -> dict[str, int]:
    seen: dict[str, int] = {}
    for some in pairs:
        for pair in filter(_HAN.search, set(some)):
            seen[pair] = seen.get(pair, 0) + 1
    return {pair: at for at, pair in enumerate(sorted(pair for pair, count in seen.items() if count >= _LEAST_SEEN))}


class _Shares(NamedTuple):
    """`values`: the share of pair `columns[i]` (of `size`) in text `rows[i]`."""

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: Numbers
    size: int


def _fitted(shares: _Shares, truth: Numbers, matter: Numbers) -> tuple[Numbers, float]:
    rows, columns, values, size = shares
    weights, mean, square = np.zeros(size + 1), np.zeros(size + 1), np.zeros(size + 1)
    for turn in range(1, _ROUNDS + 1):
        odds = np.bincount(rows, weights=weights[columns] * values, minlength=len(truth)) + weights[-1]
        wrong = (1 / (1 + np.exp(-odds)) - truth) * matter
        slope = np.bincount(columns, weights=wrong[rows] * values, minlength=size + 1) + _DECAY * weights
        slope[-1] = wrong.sum()
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope * slope
        weights -= _STEP * (mean / (1 - 0.9**turn)) / (np.sqrt(square / (1 - 0.99**turn)) + 1e-9)
    return weights[:-1], float(weights[-1])


def _pairs(text: str) -> list[str]:
    plain = plain_text(fold(text).text[:_LONGEST])
    return [plain[at : at + 2] for at in range(len(plain) - 1)]


def _write(name: str, weights: dict[str, float], bias: float) -> None:
    rows: dict[float, list[str]] = {}
    for pair, weight in weights.items():
        if abs(weight) >= _LEAST_WEIGHT:
            rows.setdefault(round(round(weight / _STEP_OF_WEIGHTS) * _STEP_OF_WEIGHTS, 2), []).append(pair)
    lines = ["# Drawn by bench/tone.py: natural logarithm of odds, then the pairs of characters of that weight."]
    lines += [f"bias {bias:.3f}", *(" ".join([str(weight), *sorted(rows[weight])]) for weight in sorted(rows))]
    (_TONES / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
