"""Words that sound or look like others and are meant as they stand: nobody is accused for writing them."""

import pytest

from services.analyzer.language.usage.likeness import Likeness, likeness
from services.analyzer.rules.wrong_expression import WrongExpression

_DICTIONARY_WORDS = (
    "听到孩子的哭声，他心头一阵悸动。",
    "不及时整改，徒然增加成本。",
    "老人怡然自得，生活安逸。",
    "入户走访了几户困难群众，听取意见。",
)
_NAMES = (
    "记者采访了党组书记努里，他介绍了有关情况。",
    "来自农业农村局的庄利，驻村已有三年。",
    "广告科的单伟同志接过话筒。",
    "当选的有冯光荣、邢福义、叶静等七人。",
    "该款VCD机将陆续送到村民手中。",
)
_CONTENT_WORDS = (
    "在严重缺碘地区推广碘盐。",
    "渔民划着单桅帆船出海。",
    "工人把管子一点一点弯成弧形。",
    "公告了货币更换的时间和旧币的处理。",
    "木桩被揳入泥土之中。",
    "后续保费及时返付到位。",
)
_COUNTED = (
    "他参加了党校第三十期培训班。",
    "共有九十九名战士立功受奖。",
    "全年调解纠纷一百二十起，化解率百分之百。",
    "全市12个街道办事处全部完成换届。",
    "每个街道办事处配备两名专干。",
)
_OTHER_FORMULAS = (
    "2017年，打黑除恶专项斗争取得阶段性成效。",
    "扫黑除霸、扫黑治乱同步推进，扫黄禁赌不放松。",
    "公安机关开展扫黄打丑专项行动。",
    "坚持“三个务必”，落实“四个最严”，做到“四个不摘”。",
    "原国家卫生计生委、国家食品药品监督管理局、国土资源部印发的文件继续有效。",
    "统筹推进“五位一体”，探索“四位一体”“三位一体”的村级服务模式。",
    "朝鲜民主主义人民共和国、老挝人民民主共和国、大韩民国代表出席。",
    "铸牢中华民族共同体意识，构建人与自然生命共同体。",
    "中国人民志愿军、人民子弟兵和新疆生产建设兵团的故事。",
)
_BOTH_WAYS = (
    "孩子们放假后呆在家里看书。",
    "各村把利益紧密联在一起，联为一体。",
    "努力成长为国家的有用之材。",
    "他发表了热情洋溢的新年贺辞。",
    "这项工程举世注目。",
    "花园里百花争芳斗妍。",
)
_BELONGS_OUTSIDE = (
    "北方城市开设这样的花市还不多。",
    "眼前的一切都使人感到振奋。",
    "原总参某部干部刘同志到场。",
    "名誉主席、秘书长及机关部门负责人参加。",
)
_NAMES_OF_OTHERS = (
    "向各国红十字会通报了灾情。",
    "中国红十字总会调拨了救灾物资。",
    "在这场抗洪斗争中，人民解放军和武警官兵冲锋在前。",
    "推荐图书：《邓小平论祖国统一》。",
    "促进有中国特色社会主义文艺的繁荣发展。",
)


@pytest.mark.parametrize(
    "text",
    [
        *_DICTIONARY_WORDS,
        *_NAMES,
        *_CONTENT_WORDS,
        *_COUNTED,
        *_OTHER_FORMULAS,
        *_BOTH_WAYS,
        *_BELONGS_OUTSIDE,
        *_NAMES_OF_OTHERS,
    ],
)
def test_nobody_is_accused(text: str) -> None:
    assert not [hit for hit in WrongExpression().check_text(text) if hit.severity.accuses]


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("高举邓小平论伟大旗帜。", "邓小平理论"),
        ("加强劳动保张监察。", "保障"),
        ("全面贯彻第十四界全国人民代表大会精神。", "届"),
        ("中国人名解放军驻守边疆。", "中国人民解放军"),
    ],
)
def test_the_wrong_word_beside_it_is_still_found(text: str, suggestion: str) -> None:
    found = [hit for hit in WrongExpression().check_text(text) if hit.severity.accuses]
    assert [hit for hit in found if suggestion in (hit.suggestion or "")]


def test_what_only_seldom_readings_share_is_no_like_sound() -> None:
    assert likeness("机", "有") is None
    assert likeness("法", "发") is Likeness.SOUND


def test_a_number_in_a_formula_is_not_called_a_session() -> None:
    (hit,) = WrongExpression().check_text("坚定“四个自信”、做到“四个维护”。")
    assert "带数字的固定提法" in (hit.reason or "")
