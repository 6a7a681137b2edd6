"""What the options of a list change. A wrong one is refused with those that are possible."""

import pytest

from services.analyzer.language.lexicon.in_use import Lexicon, Word
from services.analyzer.language.lexicon.options import parse_options, parse_pairs
from shared.errors import InputError


def _found(text: str, *words: str, allow: tuple[str, ...] = (), **options: object) -> list[str]:
    entries = [*(Word(word, "custom") for word in words), *(Word(phrase, "allow") for phrase in allow)]
    lexicon = Lexicon(entries, parse_options(options))
    return [text[match.start : match.end] for match in lexicon.find(text)]


def test_the_longest_or_the_shortest_of_those_that_begin_together() -> None:
    assert _found("发放补贴资金", "补贴", "补贴资金") == ["补贴资金"]
    assert _found("发放补贴资金", "补贴", "补贴资金", match="shortest") == ["补贴"]


def test_overlapping_hits_are_named_where_asked_even_when_they_cut_each_other() -> None:
    assert _found("我是中国人", "中国", "国人", "中国人") == ["中国人"]
    assert _found("我是中国人", "中国", "国人", "中国人", overlap="true") == ["中国", "中国人", "国人"]


def test_chinese_words_may_be_cut_across_where_asked() -> None:
    assert _found("路口交通", "口交") == []
    assert _found("路口交通", "口交", word_boundary="false") == ["口交"]


def test_latin_words_and_numbers_need_no_edges_where_asked() -> None:
    assert _found("classic 695", "ass", "69") == []
    assert _found("classic 695", "ass", "69", latin_word_boundary="false") == ["ass"]
    assert _found("classic 695", "ass", "69", digit_boundary="false") == ["69"]


def test_case_counts_where_asked() -> None:
    assert _found("VPN vpn ＶＰＮ", "VPN") == ["VPN", "vpn", "ＶＰＮ"]
    assert _found("VPN vpn ＶＰＮ", "VPN", case_sensitive="true") == ["VPN", "ＶＰＮ"]


def test_digits_stand_for_numerals_but_numerals_for_digits_only_where_asked() -> None:
    assert _found("又是3级片", "三级片") == ["3级片"]
    assert _found("又是叁级片", "三级片") == ["叁级片"]
    assert _found("又是③级片", "三级片") == ["③级片"]
    assert _found("又是3级片", "三级片", fold_styles="false") == []
    assert _found("社会消费品零售总额", "0售") == []
    assert _found("零售", "0售", numerals="both") == ["零售"]
    assert _found("3月", "三") == []


def test_styles_of_letters_and_digits_are_kept_where_asked() -> None:
    assert _found("加Ⓥ信", "v信") == ["Ⓥ信"]
    assert _found("加Ⓥ信", "v信", fold_styles="false") == []


def test_spaces_signs_and_chosen_characters_are_passed_over_where_asked() -> None:
    assert _found("代 开发票", "代开发票") == []
    assert _found("代 开发票", "代开发票", skip_spaces="true") == ["代 开发票"]
    assert _found("代·开-发票", "代开发票", skip_symbols="true") == ["代·开-发票"]
    assert _found("代x开发票", "代开发票", skip_chars="x*") == ["代x开发票"]


def test_signs_of_the_word_itself_are_never_passed_over() -> None:
    assert _found("info 与 a.info", "a.info", skip_symbols="true") == ["a.info"]


def test_a_sign_between_two_words_still_parts_them_when_signs_are_passed_over() -> None:
    assert _found("种植大麻，烦请举报", "大麻", skip_symbols="true") == ["大麻"]


def test_repeated_characters_count_once_where_asked_but_never_for_more() -> None:
    assert _found("代代开开开发票", "代开发票", collapse_repeats="true") == ["代代开开开发票"]
    assert _found("al all allll", "all", collapse_repeats="true") == ["all", "allll"]
    assert _found("al all", "all", "al", collapse_repeats="true") == ["al", "all"]


def test_wildcards_stand_for_any_or_for_some_characters_where_asked() -> None:
    assert _found("办假证和办真证", "办[假真]证", wildcards="true") == ["办假证", "办真证"]
    assert _found("办假证", "办.证", wildcards="true") == ["办假证"]
    assert _found("办证", "办.证", wildcards="true") == []
    assert _found("办.证", "办.证") == ["办.证"]
    assert _found("kac", "[ab][cd]", wildcards="true", latin_word_boundary="false") == ["ac"]


def test_characters_of_one_sound_are_found_where_asked_unless_they_read_as_ordinary_words() -> None:
    assert _found("网络读搏平台", "赌博", homophones="true") == ["读搏"]
    assert _found("网络读搏平台", "赌博") == []
    assert _found("他在读博士", "赌博", homophones="true") == []
    assert _found("公事公办，攻势猛烈", "公式", homophones="true") == []


def test_characters_written_apart_are_found_where_asked() -> None:
    assert _found("网络贝者博平台", "赌博", split_characters="true") == ["贝者博"]
    assert _found("网络贝者十尃平台", "赌博", split_characters="true") == ["贝者十尃"]
    assert _found("网络贝者博平台", "赌博") == []


def test_numbers_links_mail_and_hosts_are_found_by_their_make_where_asked() -> None:
    text = "客服12345678，a.b@xx.com.cn，见 https://x.cn/a?b=1。主机10.0.0.1"
    assert _found(text) == []
    assert _found(text, detect_number="true") == ["12345678"]
    assert _found(text, detect_number="true", number_min_len="9") == []
    assert _found(text, detect_email="true") == ["a.b@xx.com.cn"]
    assert _found(text, detect_url="true") == ["https://x.cn/a?b=1"]
    assert _found(text, detect_ipv4="true") == ["10.0.0.1"]
    assert _found("编号1234-5678", detect_number="true", skip_symbols="true") == ["1234-5678"]
    assert _found("号码⓿二肆⁹₈③⑸⒋㈤", detect_number="true") == ["⓿二肆⁹₈③⑸⒋㈤"]
    assert _found("号码⓿二肆⁹₈③⑸⒋㈤", detect_number="true", fold_styles="false") == []


def test_one_category_is_found_where_asked() -> None:
    words = [Word("甲词", "广告"), Word("乙词", "其他")]
    lexicon = Lexicon(words, parse_options({"only_category": "广告", "word_boundary": False}))
    assert [match.word.word for match in lexicon.find("甲词，乙词")] == ["甲词"]


def test_a_word_of_two_categories_is_found_by_either() -> None:
    words = [Word("甲词", "广告"), Word("甲词", "其他")]
    for category in ("广告", "其他", " 无 , 广告"):
        lexicon = Lexicon(words, parse_options({"only_category": category, "word_boundary": False}))
        assert [match.word.tag for match in lexicon.find("甲词")] == [category.split(" ")[-1]]


@pytest.mark.parametrize(
    ("given", "possible"),
    [
        ({"number_min_len": "9" * 5000}, "整数"),
        ({"homophone": "true"}, "homophones"),
        ({"homophones": "maybe"}, "true"),
        ({"match": "any"}, "shortest"),
        ({"number_min_len": "-1"}, "整数"),
        ({"number_min_len": "²"}, "整数"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_possible(given: dict[str, object], possible: str) -> None:
    with pytest.raises(InputError, match=possible) as caught:
        parse_options(given)
    assert "请改" in str(caught.value)


def test_a_pair_without_a_value_is_refused() -> None:
    assert parse_pairs(("match=longest", "skip_chars==")) == {"match": "longest", "skip_chars": "="}
    with pytest.raises(InputError, match="名称=值"):
        parse_pairs(("homophones",))
