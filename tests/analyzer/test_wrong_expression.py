"""Right forms written almost right are found, named and mended; ordinary text is left alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.analyzer.objection import History, Hit
from services.analyzer.rules.proofreading import Proofreading
from services.analyzer.rules.wrong_expression import WrongExpression
from shared.errors import InputError
from shared.events import Severity
from tests.builders import NOW, a_post, an_account

_HISTORY = History(account=an_account(), watched_since=NOW)


def _hits(text: str) -> list[Hit]:
    return list(WrongExpression().check_text(text))


def _mended(text: str) -> str:
    for hit in reversed(_hits(text)):
        assert text[hit.start : hit.end] == hit.text
        if hit.suggestion is not None:
            text = text[: hit.start] + hit.suggestion + text[hit.end :]
    return text


GRAVE = {
    "中华人民共合国成立以来，水利事业不断发展。": "中华人民共和国成立以来，水利事业不断发展。",
    "庆祝中国人民共和国成立七十五周年": "庆祝中华人民共和国成立七十五周年",
    "中国共产觉章程规定了党员的义务。": "中国共产党章程规定了党员的义务。",
    "支部组织党员观看中国共产党第二十次全国代表大会开幕。": "支部组织党员观看中国共产党第二十次全国代表大会开幕。",
    "学习贯彻习近平总书计重要讲话精神": "学习贯彻习近平总书记重要讲话精神",
    "我镇认真贯彻习进平总书记重要指示精神。": "我镇认真贯彻习近平总书记重要指示精神。",
    "全体干部认真学习习近平新时代中国特色社会注意思想。": "全体干部认真学习习近平新时代中国特色社会主义思想。",
    "大力践行社会主义核心价值现。": "大力践行社会主义核心价值观。",
    "践行绿水清山就是金山银山理念": "践行绿水青山就是金山银山理念",
    "我区“扫黑除恶”专项斗挣取得实效": "我区“扫黑除恶”专项斗争取得实效",
    "开展“不忘初心、牢记使名”主题教育": "开展“不忘初心、牢记使命”主题教育",
    "铸牢中华名族共同体意识": "铸牢中华民族共同体意识",
    "学习党的二十大三中全会精神": "学习党的二十届三中全会精神",
    "党的十九届代表大会以来": "党的十九次代表大会以来",
    "坚定“三个自信”，做到“四个维护”": "坚定“四个自信”，做到“两个维护”",
    "严格落实中央六项规定": "严格落实中央八项规定",
    "构建人类命运共同提": "构建人类命运共同体",
    "习近平新时代中国特色社会主义主思想": "习近平新时代中国特色社会主义思想",
}


@pytest.mark.parametrize(("written", "right"), [*GRAVE.items()])
def test_a_name_of_the_state_or_a_formula_written_wrongly_is_mended(written: str, right: str) -> None:
    assert _mended(written) == right
    if written != right:
        assert all(hit.severity is Severity.DEDUCTION for hit in _hits(written))


SHORT = {
    "持续推进扫黑险恶": "扫黑除恶",
    "坚持为人名服务的宗旨": "为人民服务",
    "打赢脱贫功坚战": "脱贫攻坚",
    "全面推进乡村正兴": "乡村振兴",
    "坚决做到两个为护": "两个维护",
    "落实“三会一刻”制度": "三会一课",
    "参与一代一路建设": "一带一路",
    "学习党的二十界三中全会精神": "二十届三中全会",
    "青山绿水就是金山银山": "绿水青山就是金山银山",
    "政治协商会义召开": "政治协商会议",
    "新时代特色社会主义思想": "新时代中国特色社会主义思想",
}


@pytest.mark.parametrize(("written", "right"), [*SHORT.items()])
def test_short_formulas_are_known_by_what_is_left_of_them(written: str, right: str) -> None:
    assert right in _mended(written)


def test_a_post_gets_one_objection_that_a_person_must_confirm() -> None:
    post = a_post(text="我区扫黑险恶专项斗争取得实效，坚持为人名服务。")
    (objection,) = WrongExpression().check_post(post, _HISTORY)
    assert "扫黑除恶专项斗争" in objection.sentence
    assert "2处" in objection.measured
    assert objection.confirm is True
    assert objection.severity is None


ORDINARY = {
    "区人民政付办公室发布通知": "区人民政府办公室发布通知",
    "县人名法院公开审理此案": "县人民法院公开审理此案",
    "呼合浩特市启动应急响应": "呼和浩特市启动应急响应",
    "齐齐哈市人民政府": "齐齐哈尔市人民政府",
    "呼伦贝市教育局": "呼伦贝尔市教育局",
    "南山乡人名政府公告": "南山乡人民政府公告",
    "县县长到村调研": "县长到村调研",
    "来自埃塞饿比亚的留学生": "来自埃塞俄比亚的留学生",
    "根据《中华人民共和国道路交通安权法》的规定": "根据《中华人民共和国道路交通安全法》的规定",
    "完善农村基本经营制渡。": "完善农村基本经营制度。",
    "依法追究刑事责认。": "依法追究刑事责任。",
}


@pytest.mark.parametrize(("written", "right"), [*ORDINARY.items()])
def test_what_is_no_name_of_the_state_only_reminds(written: str, right: str) -> None:
    assert _mended(written) == right
    assert {hit.severity for hit in _hits(written)} <= {Severity.REMINDER, Severity.HINT, Severity.DEDUCTION}


@pytest.mark.parametrize(
    "text",
    [
        "中华人民共和国成立以来，中国共产党团结带领人民不断前进。",
        "深入学习习近平总书记重要讲话精神。",
        "全国人民代表大会代表和全国人大代表出席会议。",
        "全面建成小康社会之前，我们提出全面建设小康社会。",
        "朝鲜民主主义人民共和国、老挝人民民主共和国。",
        "越共中央政治局委员率团访问。",
        "党的二十届三中全会和十三届八中全会",
        "第十四届全国人民代表大会第三次会议",
        "中国共产党第二十次全国代表大会",
        "增强三个意识，做好服务",
        "东城区区委书记、县县委书记培训班",
        "依法治省、依法治市、依法治县",
        "越南、柬埔寨和老挝",
        "促进国家治理体系和治理能力现代化",
        "在公共场所拉客招嫖的，处五日以下拘留。",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert _hits(text) == []


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("《中华人民共和国道路交通安金法》", "道路交通安全法"),
        ("《未成年人保护发》", "未成年人保护法"),
        ("《妇女权益保漳法》", "妇女权益保障法"),
    ],
)
def test_a_title_in_book_marks_is_known_whole(written: str, right: str) -> None:
    (hit,) = _hits(f"根据{written}的规定，现予公告。")
    assert hit.suggestion == right
    assert hit.severity is Severity.REMINDER


@pytest.mark.parametrize(
    "title", ["中华人民共和国航道管理条例", "沙漠污染防治法", "食品质量安全法", "甘肃省水利管理条例"]
)
def test_a_title_that_may_be_another_law_s_is_left_alone(title: str) -> None:
    assert _hits(f"根据《{title}》的规定，现予公告。") == []


def test_a_character_too_many_is_taken_out() -> None:
    assert _mended("全国人民代表大会常务委员全会") == "全国人民代表大会常务委员会"
    assert _mended("中国人民政治协商会的议") == "中国人民政治协商会议"
    assert _hits("省发展和改革委员及会员单位") == []
    assert _hits("国家发展和改革委员和会员单位") == []
    assert _hits("国务院批准的较大的市的人民政府") == []


def test_a_congress_never_held_so_many_sessions() -> None:
    (hit,) = _hits("第十四届全国人民代表大会第七次会议在北京召开。")
    assert hit.advice is not None
    assert "至多举行5次会议" in hit.advice
    assert _hits("第十四届全国人民代表大会第三次会议、第十四届全国人民代表大会常务委员会第二十次会议") == []
    assert _hits("县第十八届人民代表大会第六次会议") == []


@pytest.mark.parametrize("text", ["最高人民检查院发布典型案例。", "做好秸杆禁烧工作。", "广大干部一如继往地工作。"])
def test_one_place_is_said_by_one_rule(text: str) -> None:
    assert len([*_hits(text), *Proofreading().check_text(text)]) == 1


@pytest.mark.parametrize(
    "text",
    ["国内生产总值=总消费+总投资+净出口。", "发放居家养老服务券。", "从消费侧推动绿色转型。", "录取航空类专业。"],
)
def test_a_character_that_makes_words_of_words_is_not_accused(text: str) -> None:
    assert not [hit for hit in _hits(text) if hit.severity.accuses]


def test_a_finding_names_the_right_form_and_how_it_differs() -> None:
    (hit,) = _hits("大力弘扬社会主义核心价观。")
    assert hit.suggestion == "社会主义核心价值观"
    assert hit.tag == "formula"
    assert "少“值”字" in (hit.advice or "")
    assert "社会主义核心价值观" in (hit.reason or "")


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("推动中国式现化代迈出新步伐。", "推动中国式现代化迈出新步伐。"),
        ("实施战略性新兴业产集群工程。", "实施战略性新兴产业集群工程。"),
        ("增强人民群众的获得感、幸福感、安感全。", "增强人民群众的获得感、幸福感、安全感。"),
        ("村民委会员应当公开账目。", "村民委员会应当公开账目。"),
        ("由县民人政府批准。", "由县人民政府批准。"),
    ],
)
def test_two_characters_swapped_at_an_end_are_both_replaced(written: str, right: str) -> None:
    (hit,) = _hits(written)
    assert written[: hit.start] + (hit.suggestion or "") + written[hit.end :] == right
    assert "字序颠倒" in (hit.advice or "")


@pytest.mark.parametrize("text", ["1988年9月8日 华人民共和国国务院公布。", "见附件“华人民共和国”。"])
def test_a_character_beyond_a_mark_is_not_taken_for_a_part_of_the_name(text: str) -> None:
    assert all((hit.suggestion or "")[0] not in "中“" for hit in _hits(text))


def test_marks_inside_a_formula_stay_where_they_are() -> None:
    (hit,) = _hits("开展“扫黑”除恶专项斗挣")
    assert hit.suggestion == "“扫黑”除恶专项斗争"


def test_no_suggestion_leaves_a_mark_open_whose_other_half_stands_beside_it() -> None:
    (hit,) = _hits("增强“四个意识”、坚定“四个自信”、做到“四个维护”。")
    assert (hit.text, hit.suggestion) == ("做到“四个维护”", "做到“两个维护”")


@pytest.mark.parametrize("text", ["竑观资产合伙人出席论坛", "我市竑观建设集团有限公司中标。"])
def test_what_may_be_the_name_of_a_firm_is_hinted_at_only(text: str) -> None:
    assert all(hit.severity is Severity.HINT for hit in _hits(text))


@pytest.mark.parametrize(("written", "accused"), [("阿根延等国代表出席。", True), ("巨蜥有科摩多龙的两倍大。", False)])
def test_a_short_name_that_only_looks_like_a_country_needs_a_country_beside_it(written: str, accused: bool) -> None:
    assert bool(_hits(written)) == accused


def test_a_session_that_was_never_held_is_told_without_a_suggestion() -> None:
    (hit,) = _hits("学习贯彻党的二十届九中全会精神")
    assert hit.text == "二十届九中全会"
    assert hit.suggestion is None


def test_what_can_mean_nothing_else_is_found_in_any_context_and_once() -> None:
    assert _mended("坚持为人名服务。") == "坚持为人民服务。"
    assert _mended("党的二十界三中全会") == "党的二十届三中全会"
    (hit,) = _hits("持续推进扫黑险恶专项斗争")
    assert hit.suggestion == "扫黑除恶专项斗争"


_PEOPLE = str(Path(__file__).parents[2] / "docs" / "people.csv")


def _by_people(text: str) -> list[Hit]:
    return list(WrongExpression(people=_PEOPLE).check_text(text))


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("县长李范木出席会议。", "县长李范本"),
        ("县委书记张示列讲话。", "县委书记张示例"),
        ("王样章副县长到会。", "王样张副县长"),
    ],
)
def test_a_name_of_the_office_s_file_written_almost_right_is_found(written: str, right: str) -> None:
    assert [hit.suggestion for hit in _by_people(written)] == [right]


def test_a_post_that_the_person_did_not_hold_on_the_day_of_publishing_is_found() -> None:
    (hit,) = _by_people("县委书记李范本出席会议。")
    assert hit.suggestion == "县长李范本"
    rule = WrongExpression(people=_PEOPLE)
    post = a_post(text="副县长王样张到会。", published_at=datetime(2025, 6, 1, tzinfo=UTC))
    (objection,) = rule.check_post(post, _HISTORY)
    assert "常务副县长" in objection.sentence
    earlier = a_post(text="副县长王样张到会。", published_at=datetime(2024, 6, 1, tzinfo=UTC))
    assert not list(rule.check_post(earlier, _HISTORY))


def test_names_out_of_their_order_are_found() -> None:
    (hit,) = _by_people("李范本、张示例、王样张出席会议。")
    assert hit.suggestion == "张示例、李范本、王样张"
    assert not _by_people("张示例、李范本、王样张出席会议。")


def test_a_file_that_cannot_be_read_is_refused_with_row_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("姓名,职务,起\n张示例,县长,去年\n", encoding="utf-8")
    with pytest.raises(InputError, match="2025-03-01"):
        WrongExpression(people=str(path))
