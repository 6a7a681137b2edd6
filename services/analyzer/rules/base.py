"""What a rule is: a pure look at an event and the account's history, yielding objections."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from services.analyzer.objection import Earlier, History, Hit, Objection
from shared.account import Account
from shared.events import Finding, Post, Probe
from shared.links import Link
from shared.plugins import Plugin
from shared.questions import Question


class Rule(Plugin):
    """One file per rule, named like its entry in the rulebook; fields are its options there. Override what is needed.

    `scope` tells the engine when an open finding no longer holds: an `account` finding when a later look that proves
    the list does not yield it again; a `post` finding when the post is seen again without it, or is seen to be gone; a
    `platform` finding when the timer does not yield it again; a `copy` finding as a `post` one, but the post is asked
    about after all that came with it, and again when something earlier comes to light; a `link` finding when the
    account's links, opened again, do not yield it, and a `question` finding likewise.
    """

    scope: ClassVar[Literal["account", "post", "platform", "copy", "link", "question"]] = "account"
    rests_on_text: ClassVar[bool] = False
    """True when `check_post` says nothing of a post whose title and text `check_text` has nothing to say of."""
    paths: ClassVar[tuple[str, ...]] = ()
    """Options that name files; a relative one in a rulebook file lies beside that rulebook."""
    asks_cancelled: ClassVar[bool] = False
    """Of an account that the ledger has as cancelled only rules that say so are asked."""

    def at_least_as_strict_as(self, other: "Rule") -> bool:
        """True when this one objects to whatever `other` objects to; a local rulebook must keep that for a veto."""
        return self == other

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        """Called for every new or changed post."""
        return iter(())

    def check_copy(self, post: Post, account: Account, earlier: Sequence[Earlier]) -> Iterator[Objection]:
        """Called for a new or changed post with what other units published before that is the same text.

        Not for a new post that is like no other.
        """
        return iter(())

    @property
    def looks_back(self) -> timedelta:
        """So long after others published something `check_copy` still asks about it."""
        return timedelta(0)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        """Called for every probe, evidence or not; `history` includes the probe and its posts."""
        return iter(())

    def is_over(self, finding: Finding, probe: Probe, history: History) -> bool:
        """Asked of an open account finding that `check_probe` did not yield again: does this look show it is over?"""
        return probe.proves_list

    def check_time(self, now: datetime, history: History) -> Iterator[Objection]:
        """Called on the timer for accounts nobody has looked at; only coverage rules need it, so there are no posts."""
        return iter(())

    def lapses_at(self, history: History) -> datetime | None:
        """When `check_time` begins to object if nothing comes in between; null: never. Only then the timer asks it."""
        return None

    def deadlines(self) -> tuple[timedelta, ...]:
        """Ages of the newest post at which `check_probe` says something new, so that the collector comes just then."""
        return ()

    def check_platform(self, now: datetime, latest: Sequence[Probe]) -> Iterator[Objection]:
        """Called on the timer for each platform with the last probes of its accounts, newest first, bounded.

        What it objects to concerns the watch itself, not an account.
        """
        return iter(())

    def check_links(self, now: datetime, account: Account, links: Sequence[Link]) -> Iterator[Objection]:
        """Called on the timer for an account of which a link was opened, with all of its links."""
        return iter(())

    def check_questions(self, now: datetime, account: Account, asked: Sequence[Question]) -> Iterator[Objection]:
        """Called on the timer for an account whose comments were read, with all that was asked lately."""
        return iter(())

    @property
    def reads_posts(self) -> bool:
        """True when it has something to say of a post by itself."""
        return type(self).check_post is not Rule.check_post

    @property
    def reads_text(self) -> bool:
        """True when it has something to say of a text before it is published."""
        return type(self).check_text is not Rule.check_text

    def trouble(self) -> str | None:
        """What it cannot follow at the moment, in Chinese: a list of words that cannot be read, so the old one stays.

        Asked at the start, when it may raise InputError, and after every round.
        """
        return None

    def check_text(self, text: str) -> Iterator[Hit]:
        """What this rule would say of a text before it is published; no account needed."""
        return iter(())

    def which_of(self, texts: Sequence[str]) -> Iterator[int]:
        """The numbers of those of many texts of which `check_text` may have something to say, in order."""
        return (number for number, text in enumerate(texts) if any(True for _ in self.check_text(text)))
