"""Regions match by whole names on the way down."""

import pytest

from shared.regions import lies_in


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        ("河山省云川市青禾县", "青禾县"),
        ("河山省/云川市/青禾县", "青禾县"),
        ("河山省 云川市 青禾县", "云川市青禾县"),
        ("河山省云川市青禾县", "云川市/青禾县"),
        ("河山省云川市青禾县城关镇", "青禾县"),
        ("河山省云川市青禾县", "河山省"),
        ("河山省-云川-青禾", "青禾"),
        ("河山省云川市青禾县", "青禾"),
        ("青禾县", "青禾县"),
        ("青岛市市南区", "市南区"),
        ("浙江省杭州市西湖区", "西湖区"),
        ("浙江省杭州市西湖区", "杭州市"),
        ("景德镇市珠山区", "珠山区"),
        ("延边朝鲜族自治州延吉市", "延吉市"),
        ("湖南省常德市津市市", "津市市"),
        ("广西壮族自治区南宁市", "广西壮族自治区"),
    ],
)
def test_a_whole_name_on_the_way_down_matches(region: str, wanted: str) -> None:
    assert lies_in(region, wanted)


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        ("新青禾县城", "青禾县"),
        ("河山省/云川市/新青禾县", "青禾县"),
        ("河山省云川市", "青禾县"),
        ("河山省云川市", "河山省云川市青禾县"),
        ("济南市市中区", "中区"),
        ("青岛市市南区", "南区"),
        ("青岛市市南区", "南市"),
        ("济南市", "南市"),
        (None, "青禾县"),
        ("", "青禾县"),
        ("青禾县", ""),
        ("青禾县", "/"),
    ],
)
def test_a_part_of_a_name_does_not(region: str | None, wanted: str) -> None:
    assert not lies_in(region, wanted)
