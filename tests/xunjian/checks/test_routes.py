"""Routes held against the ledger: who would get nothing, and what in them matches nobody."""

from collections.abc import Sequence
from typing import Any

from services.alerter.building import build_channels, channel_kinds
from services.alerter.own import Own, own_channels
from services.alerter.routes import build_routes
from shared.account import Account
from tests.builders import an_account
from tests.xunjian.checks.signs import bad, only
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.places import Places
from xunjian.checks.routes import check_own, check_recipients, check_routes

EDUCATION = an_account("1", unit="青禾县教育局", region="河山省云川市青禾县")
HEALTH = an_account("2", unit="青禾县卫生健康局", region="河山省云川市青禾县")
WATER = an_account("3", unit="云川市水务局", region="河山省云川市", mail=("a@example.cn",))


def found(
    given: Sequence[dict[str, Any]],
    accounts: Sequence[Account] = (EDUCATION, HEALTH),
    operators: tuple[str, ...] = ("mail",),
) -> list[Diagnosis]:
    routes = build_routes(given, operators)
    return list(check_routes(routes, {"mail": {}}, accounts, lambda account: bool(account.mail), Places()))


def test_everybody_reached_is_fine() -> None:
    assert only(found([{"channels": ["mail"]}])).line == "✓ 通知去向：2 个单位都有去向（mail）"


def test_units_that_no_route_matches_are_named() -> None:
    check = only(found([{"units": ["青禾县教育局"], "channels": ["mail"]}]))
    assert check.sign is Sign.FAILED
    assert "1 个单位收不到任何通知：青禾县卫生健康局" in check.detail


def test_of_many_units_the_first_ten_are_named() -> None:
    many = [an_account(str(number), unit=f"第{number}局") for number in range(30)]
    detail = bad(found([{"units": ["第0局"], "channels": ["mail"]}], many))[0].detail
    assert detail.startswith("29 个单位收不到任何通知：第1局、")
    assert detail.endswith("第10局等 29 个")


def test_a_unit_with_its_own_mailbox_is_reached() -> None:
    assert bad(found([{"units": ["青禾县教育局"], "channels": ["mail"]}], [EDUCATION, WATER])) == []


def test_a_misspelt_unit_is_answered_with_the_nearest() -> None:
    check = bad(found([{"units": ["青禾县教育厅"], "channels": ["mail"]}, {"channels": ["mail"]}]))
    assert "routes.0.units 的“青禾县教育厅”在台账里没有" in only(check).detail
    assert "是不是“青禾县教育局”？" in only(check).remedy


def test_a_region_of_nobody_is_told_and_one_written_short_is_none() -> None:
    given = [{"regions": ["青禾", "青河县"], "channels": ["mail"]}]
    assert "“青河县”在台账里没有" in only(bad(found(given))).detail


def test_a_route_behind_one_that_takes_all_is_told() -> None:
    given = [{"channels": ["mail"]}, {"units": ["青禾县教育局"], "channels": ["mail"]}]
    assert "routes.1 永远用不到：它前面的路由" in only(bad(found(given))).detail


def test_a_channel_that_nobody_defined_is_told_with_the_nearest() -> None:
    checks = bad(found([{"channels": ["mial"]}], operators=("ding",)))
    assert [check.sign for check in checks] == [Sign.FAILED, Sign.FAILED]
    assert "routes.0.channels 用到的渠道 mial 没有定义" in checks[0].detail
    assert "是不是“mail”？" in checks[0].remedy
    assert "operators 用到的渠道 ding 没有定义" in checks[1].detail


def test_no_channel_at_all_would_lose_messages() -> None:
    assert [check.sign for check in bad(found([{"channels": []}], operators=()))] == [Sign.FAILED, Sign.FAILED]


def test_without_a_ledger_names_are_not_judged() -> None:
    assert bad(found([{"units": ["青禾县教育局"], "channels": ["mail"]}], [])) == []


def test_a_route_for_all_may_wait_for_units_without_their_own() -> None:
    given = [{"units": ["云川市水务局"], "channels": ["mail"]}, {"channels": ["mail"]}]
    assert bad(found(given, [WATER])) == []


def test_a_channel_without_recipients_is_told() -> None:
    carrier = {"type": "email", "host": "smtp.example.cn", "sender": "a@example.cn"}
    routes = build_routes([{"channels": ["mail"]}], ("mail",))
    check = only(check_recipients(routes, build_channels({"mail": carrier}), Places()))
    assert check.sign is Sign.FAILED
    assert "channels.mail.to" in check.remedy
    whole = build_channels({"mail": {**carrier, "to": ["b@example.cn"]}})
    assert list(check_recipients(routes, whole, Places())) == []


def own_of(channels: dict[str, dict[str, Any]]) -> dict[str, Own]:
    made = own_channels(build_channels(channels), None, channel_kinds())
    return {name: one for name, one in made.items() if isinstance(one, Own)}


def test_a_mailbox_in_the_ledger_needs_a_channel_that_carries_mail() -> None:
    routes = build_routes([], ())
    without = only(check_own([WATER], own_of({}), routes))
    assert without.sign is Sign.FAILED
    assert "云川市水务局" in without.detail
    carrier = {"type": "email", "host": "smtp.example.cn", "sender": "x@example.cn"}
    assert only(check_own([WATER], own_of({"mail": carrier}), routes)).sign is Sign.GOOD


def test_a_robot_in_the_ledger_that_is_none_is_told_with_its_unit() -> None:
    robot = an_account("4", unit="青禾县财政局", robot="值班群")
    check = only(check_own([robot], own_of({}), build_routes([], ())))
    assert check.sign is Sign.FAILED
    assert "青禾县财政局" in check.detail


def test_nobody_with_a_channel_of_his_own_is_not_mentioned() -> None:
    assert list(check_own([EDUCATION], own_of({}), build_routes([], ()))) == []
