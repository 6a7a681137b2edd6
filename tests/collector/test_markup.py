"""Hostile HTML to plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collector.reading.markup import links_in, node_text, plain_text, tree


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一<b>二</b>\n 三<br>四</p><div>　五 &amp; 六&nbsp;&nbsp;七</div>八", "一二 三\n四\n五 & 六 七\n八"),
        ("<style>p{}</style><script>alert(1)</script>好<!-- 注 -->的", "好的"),
        ('好<img alt="[微笑]"><img alt="照片">', "好[微笑]"),
        ("ＡＢＣ１２③𠮷", "ＡＢＣ１２③𠮷"),
        ("a\x00\ud800b\x08c", "a\ufffd\ufffdbc"),
        ("", ""),
    ],
)
def test_a_reader_s_words_are_kept_and_nothing_else(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("html", ["<div>" * 100_000, "<b></i>" * 100_000, "<" * 300_000, "<table>" * 19_000])
def test_a_page_built_to_exhaust_the_parser_does_not(html: str) -> None:
    started = time.monotonic()
    plain_text(html)
    assert time.monotonic() - started < 10


@given(st.text(max_size=200))
def test_any_text_becomes_text_that_can_be_encoded(text: str) -> None:
    plain_text(text).encode()


@pytest.mark.parametrize("nest", ["<div>", "<ul></b>", "<b><div></i>"])
def test_a_page_that_nests_deeper_than_any_real_one_keeps_its_words(nest: str) -> None:
    assert plain_text(nest * 30_000 + "通告") == "通告"
    assert plain_text("<div>" * 200 + "通告" + "</div>" * 200) == "通告"


@pytest.mark.parametrize("attribute", [" a{}", " a{}=''", "/a{}", "a{}=''", " <{}"])
def test_a_tag_of_more_attributes_than_any_real_one_keeps_the_words(attribute: str) -> None:
    crowd = "".join(attribute.format(n) for n in range(20_000))
    assert plain_text(f"<div {crowd}>正文</div>").endswith("正文")


@pytest.mark.parametrize(
    "text", ["", "一行", " 两行\n中间 \r\n\r\n三行\t[微笑]", "\u3000\xa0空格 \x00\x0b\x1f\ud800", "a > b; c\u2028d"]
)
def test_a_text_without_markup_reads_as_its_tree_does(text: str) -> None:
    assert plain_text(text) == node_text(tree(text).root)
    assert links_in(text) == []
