"""Who finds a record put aside reads why, in Chinese, and what to do."""

import pytest

from shared.bus.aside import MOST_CHARACTERS, why
from shared.bus.contract import MAX_REASON_CHARACTERS
from shared.errors import PermanentError, PoisonError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PoisonError("不是 JSON"), "不是 JSON；请核对是哪个程序写的；确是本程序写的，请保留原文并报告开发者"),
        (PoisonError("由较新的版本 2 写成", "请升级本服务"), "由较新的版本 2 写成；请升级本服务"),
        (PermanentError("数据库拒绝执行：x"), "数据库拒绝执行：x；请保留原文并报告开发者"),
        (KeyError("a"), "处理时出错（KeyError：'a'）；请保留原文并报告开发者"),
    ],
)
def test_what_is_wrong_is_followed_by_what_to_do(error: Exception, said: str) -> None:
    assert why(error) == said


@pytest.mark.parametrize("kind", [PoisonError, PermanentError, ValueError])
def test_a_long_story_leaves_room_for_what_to_do(kind: type[Exception]) -> None:
    said = why(kind("长" * 10 * MOST_CHARACTERS))
    assert len(said) < MAX_REASON_CHARACTERS
    assert said.endswith("请保留原文并报告开发者")
