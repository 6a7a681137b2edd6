"""Traditional Chinese characters and their simplified forms."""

import functools

import opencc

_HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2A6E0))


_RIGHT_IN_BOTH = frozenset("乾吒徵拚捱摺薹袷")
"""In simplified text too: 乾坤, 哪吒, 魏徵, 拚命, 蒜薹. Rewriting them would garble right words."""


@functools.cache
def simplified() -> dict[str, str]:
    """Each traditional character with the one that stands for it, character by character, so that places are kept."""
    given = "\n".join(map(chr, _HAN))
    converted = opencc.OpenCC("t2s").convert(given)
    pairs = zip(given.split("\n"), converted.split("\n"), strict=True)
    changed = {before: after for before, after in pairs if before != after and len(after) == 1}
    return {before: after for before, after in changed.items() if before not in _RIGHT_IN_BOTH}
