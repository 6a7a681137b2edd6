"""Whose findings go where."""

import pytest

from services.alerter.building import build_channels
from services.alerter.routes import Route, Routes, build_routes
from shared.errors import InputError
from shared.events import Severity
from tests.builders import a_finding, an_account

ROUTES = Routes(
    routes=(
        Route(units=("青禾县政府办",), channels=("ding", "mail")),
        Route(regions=("北山区",), channels=("north",)),
        Route(channels=("inbox",)),
    ),
    operators=("ops",),
)


def test_the_first_route_that_matches_is_taken_with_all_its_channels() -> None:
    assert ROUTES.channels_for(a_finding(), an_account(region="北山区")) == ("ding", "mail")
    assert ROUTES.channels_for(a_finding(), an_account(unit="别家", region="北山区")) == ("north",)
    assert ROUTES.channels_for(a_finding(), an_account(unit="别家")) == ("inbox",)


def test_what_could_not_be_verified_goes_to_operators_only() -> None:
    assert ROUTES.channels_for(a_finding(severity=Severity.UNVERIFIED), an_account()) == ("ops",)
    assert ROUTES.channels_for(a_finding(account_id="*"), None) == ("ops",)


def test_a_region_of_a_route_matches_what_lies_in_it() -> None:
    routes = Routes((Route(regions=("青禾县",), channels=("county",)),), ("ops",))
    assert routes.channels_for(a_finding(), an_account(region="河山省云川市青禾县")) == ("county",)
    assert routes.channels_for(a_finding(), an_account(region="河山省云川市")) == ()


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({}, "routes.1.channels"),
        ({"channels": ["a"], "unit": ["x"]}, "routes.1.unit"),
        ({"channels": "a"}, "routes.1.channels"),
    ],
)
def test_a_wrong_route_is_named_by_its_place(options: dict[str, object], place: str) -> None:
    with pytest.raises(InputError) as caught:
        build_routes([{"channels": ["a"]}, options], ("a",))
    assert caught.value.place == place


def test_a_route_to_nowhere_stops_the_start() -> None:
    with pytest.raises(InputError, match=r"routes\.0\.channels: 设置 channels 中没有渠道 ding"):
        ROUTES.check({"inbox": build_channels({"inbox": {"type": "inbox", "folder": "x"}})["inbox"]})


def test_all_six_channels_are_found_by_their_file_names() -> None:
    built = build_channels(
        {
            "a": {"type": "inbox", "folder": "x"},
            "b": {"type": "email", "host": "mail", "sender": "a@b.cn", "to": ["c@d.cn"]},
            "c": {"type": "webhook", "url": "https://hook.example.org"},
            "d": {"type": "dingtalk", "token": "t", "secret": "s"},
            "e": {"type": "wecom", "key": "k"},
            "f": {"type": "feishu", "token": "t"},
        }
    )
    assert sorted(built) == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"type": "pager"}, "channels.x.type"),
        ({}, "channels.x.type"),
        ({"type": "wecom"}, "channels.x.key"),
        ({"type": "wecom", "key": "TOPSECRET", "colour": "red"}, "channels.x.colour"),
        ({"type": "email", "host": "m", "sender": "TOPSECRET", "to": ["a@b.cn"]}, "channels.x.sender"),
    ],
)
def test_a_wrong_option_is_named_and_its_value_is_not_repeated(options: dict[str, object], place: str) -> None:
    with pytest.raises(InputError) as caught:
        build_channels({"x": options})
    assert caught.value.place == place
    assert "TOPSECRET" not in str(caught.value)
