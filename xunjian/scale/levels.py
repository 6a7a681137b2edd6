"""The four sizes of an authority that docs/scale.md speaks of, and how its accounts lie on the platforms."""

from typing import NamedTuple

MIX = {"wechat": 0.55, "weibo": 0.18, "douyin": 0.14, "toutiao": 0.13}
"""After one city's notice of 1,652 accounts (880 of them on WeChat, 293 on Weibo); the other two are our guess."""


class Level(NamedTuple):
    name: str
    accounts: int


LEVELS = (Level("县", 50), Level("市", 2_000), Level("省", 30_000), Level("全国", 300_000))
