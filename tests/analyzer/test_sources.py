"""Where a reposted text comes from: named at all, and on the office's list."""

import pytest

from services.analyzer.rules.source_listed import SourceListed
from services.analyzer.rules.source_named import SourceNamed
from shared.events import Kind, Severity
from tests.analyzer.histories import a_history
from tests.builders import a_post

BODY = "秋冬季节是呼吸道疾病高发期，请注意保暖和通风。\n老人和儿童尤其要注意。\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}来源：网络",
        f"{BODY}来源：综合网络整理",
        f"{BODY}（来源：互联网）",
        f"{BODY}文章来源：网络，如有侵权请联系删除。",
        f"{BODY}转自：朋友圈",
        f"{BODY}来源丨网络综合",
        f"{BODY}（图文来源于网络）",
        f"{BODY}来源：网络 编辑：小李",
        f"{BODY}来源：网络（如有侵权请联系我们）",
        f"网络安全要牢记。\n{BODY}来源：网络",
        f"【转载】{BODY}",
        f"转载｜{BODY}",
    ],
)
def test_a_source_that_is_nobody_counts(text: str) -> None:
    (hit,) = SourceNamed().check_text(text)
    assert hit.severity is Severity.DEDUCTION
    assert text[hit.start : hit.end] == hit.text
    assert hit.start == 0 or not text[hit.start :].startswith("网络安全")


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}来源：新华社",
        f"{BODY}来源：国家卫生健康委网站",
        f"【转载】{BODY}来源：青禾县融媒体中心",
        f"{BODY}图片来源：网络",
        f"{BODY}转自：网信青禾",
        BODY,
        "严厉打击来源不明的网络谣言，转载信息要核实。",
        f"本次活动奖金来源：网络募捐和企业捐赠，接受社会监督。\n{BODY * 3}",
        "来源：微信公众号“青禾发布”",
        f"{BODY}来源：网络安全和信息化杂志",
        f"{BODY}来源：综合新华社、人民日报",
        f"{BODY}来源：中国互联网联合辟谣平台",
        f"{BODY}来源：网络、新华社",
        f"{BODY}部分图片来源于网络",
        f"{BODY}来源：抖音@青禾公安",
    ],
)
def test_a_name_or_nothing_said_is_no_objection(text: str) -> None:
    assert list(SourceNamed().check_text(text)) == []


def test_a_title_that_says_repost_is_enough_when_the_text_names_the_source() -> None:
    post = a_post(title="【转载】保暖提示", text=f"{BODY}来源：新华社")
    assert list(SourceNamed().check_post(post, a_history(posts=(post,)))) == []
    bare = a_post(title="【转载】保暖提示", text=BODY)
    assert len(list(SourceNamed().check_post(bare, a_history(posts=(bare,))))) == 1


LISTED = SourceListed(allowed=("新华社", "人民日报", "青禾县人民政府网"))


@pytest.mark.parametrize(
    ("line", "objected"),
    [
        ("来源：新华社客户端", False),
        ("来源：人民日报 记者甲", False),
        ("来源：某某自媒体", True),
        ("转自：养生大讲堂", True),
        ("来源：青禾发布", False),
        ("来源：本局办公室", False),
        ("", False),
    ],
)
def test_only_a_foreign_source_off_the_list_is_told(line: str, objected: bool) -> None:
    post = a_post(text=BODY + line)
    found = list(LISTED.check_post(post, a_history(posts=(post,))))
    assert bool(found) is objected
    assert all(one.confirm for one in found)


def test_a_repost_by_the_platforms_mark_is_judged_by_its_line_too() -> None:
    post = a_post(text=f"{BODY}来源：养生大讲堂", kind=Kind.REPOST)
    assert len(list(LISTED.check_post(post, a_history(posts=(post,))))) == 1


def test_without_a_list_nobody_is_objected_to() -> None:
    post = a_post(text=f"{BODY}来源：养生大讲堂")
    assert list(SourceListed().check_post(post, a_history(posts=(post,)))) == []
