"""What a source is: one place where an account can be seen, what it can prove, and what it cannot see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from services.collector.capture import Capture, Captured, Plan, Reading
from services.collector.owners.options import OwnerAccount
from services.collector.platforms.base import Platform
from shared.account import Account
from shared.plugins import Plugin
from shared.source import BRIDGE, GivenSource

Platforms = Mapping[str, Platform]


class Proves(StrEnum):
    """The most that a look may be used for."""

    LIST = "list"
    """It lists all that the account published: silence can be proven."""
    LOWER_BOUND = "lower_bound"
    """What it shows was published; what it does not show may have been. A reading's list becomes single items."""

    @property
    def words(self) -> str:
        return "可以证明有无更新" if self is Proves.LIST else "只能证明有更新，不能证明没有更新"


class Teller(Protocol):
    """Asks the interfaces of an owner (services/collector/owners)."""

    def captured(self, key: str, owner: OwnerAccount, now: datetime) -> Captured: ...


class Source(Plugin):
    """One file per kind, named like the kind. `plan` and `read` are pure; what is opened through no browser and no
    plain download (an owner's interface with its token) is opened by `gather`.

    Fields are configuration (`sources.KIND` of the settings). The readers are the platforms': a source says which of
    them reads what it opens and never reads a second time what a platform can read.
    """

    words: ClassVar[str] = ""
    """What an official calls it."""
    trust: ClassVar[int] = 50
    """The least is asked first: page 0, wechat_owner 10, export 20, album 30, articles 40, bridge 50."""
    proves: ClassVar[Proves] = Proves.LOWER_BOUND
    """The most it can prove."""
    blind_spots: ClassVar[tuple[str, ...]] = ()
    """What it cannot see, each a Chinese sentence."""
    platforms: ClassVar[tuple[str, ...]] = ()
    """Whose accounts it can show; none is every platform's."""
    plain_first: ClassVar[bool] = False
    """True where its page says all that is read without running a script: it is asked by plain HTTP, and opened in the
    browser only where that answer shows nothing."""
    names_account: ClassVar[bool] = False
    """True where it shows the account's own name; a feed's title may be anything."""

    has_own_pace: ClassVar[bool] = False
    """True where it asks neither the platform's pages nor their hosts: it keeps its own count of calls, and what
    blocks the page does not block it."""

    def for_owners(self, owners: Mapping[str, OwnerAccount]) -> Self:
        """With those of the accounts' owners (`platform/id`) who gave their interfaces."""
        return self

    def given_to(self, account: Account) -> GivenSource | None:
        """This source where the settings alone give it to the account; pure."""
        return None

    def recognises(self, address: str) -> bool:
        """True for an address that can be of no other kind; pure."""
        return False

    def reader(self, account: Account) -> str:
        """The platform whose hosts may be opened, whose reader reads and whose pace is kept."""
        return account.platform

    def seen_as(self, account: Account, given: GivenSource) -> Account:
        """The account as its platform's reader has to take it: with the address of this source."""
        return account.model_copy(update={"url": given.address})

    def plan(self, account: Account, given: GivenSource, platforms: Platforms) -> Plan | None:
        """What to open; null: `gather` brings it. Raises InputError when the address cannot be opened."""
        return platforms[self.reader(account)].plan(self.seen_as(account, given))

    def gather(self, account: Account, given: GivenSource, now: datetime, teller: Teller | None = None) -> Captured:
        """What is to be read, where `plan` names nothing to open. `teller`: null where nobody can ask.

        A refusal is a `failure` with its reason in Chinese (login_wall: no authority; blocked: quota used), never an
        exception; raises TransientError only where nothing was asked.
        """
        raise NotImplementedError

    def proved_until(self, captures: Sequence[Capture], given: GivenSource) -> datetime | None:
        """Until when its list is whole, where that is not the moment of capture (yesterday's figures, an export)."""
        return None

    def read(self, captures: Sequence[Capture], account: Account, given: GivenSource, platforms: Platforms) -> Reading:
        """What the captures tell; as `Platform.read`. What it may prove is held to `proves` by whoever asked."""
        return platforms[self.reader(account)].read(captures, self.seen_as(account, given))


def given_by(account: Account, kinds: Mapping[str, Source]) -> list[GivenSource]:
    """What the settings give, and what the ledger's column names: its kind told by the address; what no kind knows is a
    feed of a bridge."""
    own = [one for kind in kinds.values() if (one := kind.given_to(account)) is not None]
    named = [
        GivenSource(key=account.key, kind=_kind_of(address, kinds), address=address)
        for address in account.other_sources
    ]
    return [*own, *named]


def _kind_of(address: str, kinds: Mapping[str, Source]) -> str:
    return next((name for name, kind in kinds.items() if kind.recognises(address)), BRIDGE)
