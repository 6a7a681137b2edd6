"""The routes held against the ledger: who would get nothing, and which names in them match nobody."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from services.alerter.channels.base import Channel
from services.alerter.own import Own
from services.alerter.routes import Route, Routes
from shared.account import Account
from shared.errors import PermanentError
from shared.regions import lies_in
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good, some
from xunjian.checks.places import Places

_TITLE = "通知去向"


def check_routes(
    routes: Routes,
    channels: Mapping[str, object],
    accounts: Sequence[Account],
    has_own: Callable[[Account], bool],
    places: Places,
) -> Iterable[Diagnosis]:
    """`accounts`: the whole ledger; `has_own`: whether a unit's own mailbox or robot stands in its row."""
    wrong = [
        *_undefined(routes, channels, places),
        *_without_destination(routes, accounts, has_own, places),
        *(_misspelt(routes.routes, accounts, has_own, places) if accounts else ()),
    ]
    yield from wrong or [good(_TITLE, _told(routes, accounts))]


def _told(routes: Routes, accounts: Sequence[Account]) -> str:
    used = "、".join(dict.fromkeys(name for route in routes.routes for name in route.channels)) or "各单位自己的渠道"
    units = len({account.unit for account in accounts})
    return f"{units} 个单位都有去向（{used}）" if units else used


def _undefined(routes: Routes, channels: Mapping[str, object], places: Places) -> Iterator[Diagnosis]:
    """A name nobody defined would stop the alerter; no name at all would lose messages."""
    used = {f"routes.{number}.channels": tuple(route.channels) for number, route in enumerate(routes.routes)}
    for place, names in {**used, "operators": tuple(routes.operators)}.items():
        for name in names:
            if name not in channels:
                meant = nearest_name(name, channels)
                remedy = f"在 channels 中定义，或改正{places.of(place)}{meant}"
                yield failed(_TITLE, f"{place} 用到的渠道 {name} 没有定义", remedy)
        if not names:
            yield failed(_TITLE, f"{place} 没有渠道", f"至少填一个渠道：{places.of(place)}")


def _without_destination(
    routes: Routes, accounts: Sequence[Account], has_own: Callable[[Account], bool], places: Places
) -> Iterator[Diagnosis]:
    lost = [account for account in accounts if not has_own(account) and first_match(routes.routes, account) is None]
    if units := list(dict.fromkeys(account.unit for account in lost)):
        remedy = f"在{places.of('routes')} 末尾加一条不写 units、regions 的路由，或在台账中填单位自己的邮箱"
        yield failed(_TITLE, f"{len(units)} 个单位收不到任何通知：{some(units)}", remedy)


def first_match(routes: Sequence[Route], account: Account, has_own: bool = False) -> int | None:
    """A destination of its own stands in place of the route for all."""
    matching = (number for number, route in enumerate(routes) if route.matches(account))
    return next((number for number in matching if not (has_own and routes[number].is_for_all)), None)


def check_recipients(routes: Routes, channels: Mapping[str, Channel], places: Places) -> Iterable[Diagnosis]:
    """`channels`: those that could be built. One that only carries the units' own mail has nobody to write to."""
    used = {name for route in routes.routes for name in route.channels} | {*routes.operators}
    for name in sorted(used & channels.keys()):
        if not channels[name].has_recipient:
            remedy = f"填写{places.of(f'channels.{name}.to')}"
            yield failed(_TITLE, f"用到渠道 {name}，它却没有收件人", remedy)


def check_own(accounts: Sequence[Account], own: Mapping[str, Own], routes: Routes) -> Iterable[Diagnosis]:
    """Whether the mailboxes and robots in the ledger's rows can be used; `own`: the alerter's two channels for them."""
    wrong: dict[str, list[str]] = {}
    having = [account for account in accounts if account.mail or account.robot]
    for account in having:
        for name in routes.own_of(account):
            if name not in own:
                continue  # a channel of the settings, which is checked as such
            try:
                own[name].destination(account)
            except PermanentError as error:
                wrong.setdefault(str(error), []).append(account.unit)
    for words, units in wrong.items():
        what, _, remedy = words.partition("；")
        yield failed("单位自己的渠道", f"{what}：{some(dict.fromkeys(units))}", remedy or "改正台账后重新导入")
    if having and not wrong:
        told = len({account.unit for account in having})
        yield good("单位自己的渠道", f"{told} 个单位的通知邮箱或机器人可用（试发：xunjian channel test）")


def _misspelt(
    routes: Sequence[Route], accounts: Sequence[Account], has_own: Callable[[Account], bool], places: Places
) -> Iterator[Diagnosis]:
    units = {account.unit for account in accounts}
    regions = {account.region for account in accounts if account.region}
    taken = {first_match(routes, account, has_own(account)) for account in accounts}
    for number, route in enumerate(routes):
        unknown_units = [name for name in route.units if name not in units]
        unknown_regions = [name for name in route.regions if not any(lies_in(region, name) for region in regions)]
        for key, unknown, known in (("units", unknown_units, units), ("regions", unknown_regions, regions)):
            place = f"routes.{number}.{key}"
            for name in unknown:
                remedy = f"改正{places.of(place)}{nearest_name(name, known)}，或导入含该单位的台账"
                yield advice(_TITLE, f"{place} 的“{name}”在台账里没有", remedy)
        is_spare = route.is_for_all and not any(earlier.is_for_all for earlier in routes[:number])
        if number not in taken and not is_spare and not unknown_units and not unknown_regions:
            why = "它前面的路由已把相符的单位都取走" if any(map(route.matches, accounts)) else "没有单位与它相符"
            yield advice(
                _TITLE, f"routes.{number} 永远用不到：{why}", f"调整次序或删去：{places.of(f'routes.{number}')}"
            )


def nearest_name(name: str, known: Iterable[str]) -> str:
    """（是不是“青禾县教育局”？）, or nothing where nothing is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"（是不是“{found[0]}”？）" if found else ""
