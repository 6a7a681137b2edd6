"""Cities and counties behind what they belong to: one character wrong, and names of old that are right."""

import pytest

from services.analyzer.language.near_miss import divisions

_WRONG = (
    *(
        "福建省泉洲市",
        "甘肃省张液市",
        "广州市荔弯区",
        "杭州市肖山区",
        "苏州市虎邱区",
        "成都市武候区",
        "西安市雁踏区",
        "重庆市涪凌区",
    ),
    *(
        "深圳市罗胡区",
        "南京市玄舞区",
        "北京市海定区",
        "天津市合平区",
        "凉山夷族自治州",
        "临夏回旅自治州",
        "阿坝藏族姜族自治州",
    ),
)
_OF_OLD = (
    *(
        "湖北省襄樊市",
        "江苏省淮阴市",
        "云南省思茅市",
        "四川省万县市",
        "北京市崇文区",
        "北京市宣武区",
        "上海市南市区",
        "上海市卢湾区",
    ),
    *(
        "天津市塘沽区",
        "广州市芳村区",
        "杭州市下城区",
        "南京市白下区",
        "苏州市平江区",
        "哈尔滨市动力区",
        "长沙市望城县",
        "石家庄市桥东区",
    ),
    *(
        "西宁市湟中县",
        "拉萨市达孜县",
        "银川市新城区",
        "吉林省浑江市",
        "辽宁省锦西市",
        "湖南省大庸市",
        "太原市南城区",
        "广西壮族自治区玉林地区",
    ),
)
_NO_DIVISIONS = (
    "苏州市工业园区",
    "成都市高新区",
    "各省市县区",
    "广东省城市群",
    "山西省级城市",
    "兰州市新区",
    "福建省、泉州市",
    "自治州自治县",
    "国家和地区",
    "广西自治区",
    "石庄市场",
)


@pytest.mark.parametrize("text", _WRONG)
def test_one_character_wrong_is_found_behind_what_a_place_belongs_to(text: str) -> None:
    (miss,) = divisions.misses(f"{text}人民政府")
    assert miss.sure
    assert text[: miss.start] + miss.form + text[miss.end :] != text


@pytest.mark.parametrize("text", [*_OF_OLD, *_NO_DIVISIONS])
@pytest.mark.parametrize("ending", ["", "人民政府", "召开会议"])
def test_names_of_old_and_what_is_no_division_are_let_stand(text: str, ending: str) -> None:
    assert not list(divisions.misses(text + ending))
