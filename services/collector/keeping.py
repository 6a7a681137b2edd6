"""Keeps the proof of a look: its captures, and a picture of what a finding or a wall rests on."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from services.collector.capture import Capture
from services.collector.looker import Visit
from services.collector.pictured import Caption, Captioning, Opened, Picture, no_picture
from services.collector.platforms.base import Platform
from services.collector.worth import Circumstances, Walls, Why, reasons_to_keep
from shared.account import WHOLE_PLATFORM, Account
from shared.addresses import refusal
from shared.backoff import doubled
from shared.clock import Clock
from shared.errors import InputError, PermanentError, TransientError
from shared.events import Finding, Outcome
from shared.evidence.keeper import Keeper
from shared.evidence.look import KeptCapture, Look, headers_kept
from shared.evidence.vault import sha256_of
from shared.storage.pictures import OF_ACCOUNT, Page, Pictures, Wanted
from shared.storage.visits import Due

log = structlog.get_logger(__name__)

AT_ONCE = 3
"""Accounts of a platform whose visits are brought forward each minute: the platform's pace is as ever."""
MOST_POSTS = 3
"""Posts' own pages that are photographed for one finding."""
MOST_ATTEMPTS = 5
MOST_UNKEPT = 10
"""Looks that are held while nothing can be stored: the newest, since each may be megabytes."""
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 600.0, 43_200.0
_WALLS = (Outcome.BLOCKED, Outcome.LOGIN_WALL)
_TOO_FAST = (418, 429)
NOT_ASKED = "本次核查不需要拍照"
NO_PAGE = "该来源没有网页，无法拍照"
_NOT_OPENED = "页面没有打开，无法拍照"
_SAME_TODAY = "今天已拍过同样的页面"
_WRONG_CLOCK = "本机时间有误，没有拍照"
_NOT_STORED = "证据没有存入，请检查证据存放处"
_SLOW_DOWN = "平台要求放慢，没有再打开页面拍照"


class Photographer(Protocol):
    """What keeping needs of the browser."""

    def picture(self, platform: str, url: str, hosts: tuple[str, ...], caption: Captioning) -> Picture: ...


@dataclass(frozen=True)
class _Taken:
    """A picture, whether the page turned out to be a wall, and the address that was to be opened."""

    picture: Picture
    url: str | None = None
    sight: Outcome | None = None

    @property
    def failure(self) -> str | None:
        """Why this proves nothing of the page, in Chinese."""
        if self.picture.jpeg is None:
            return self.picture.note or _NOT_OPENED
        if self.sight in _WALLS:
            return self.sight.words
        return _not_there(self.picture.opened)


class Keeping:
    """One visit at a time. What cannot be kept is logged and never stops the looking."""

    def __init__(
        self,
        *,
        keeper: Keeper,
        pictures: Pictures,
        platforms: Mapping[str, Platform],
        photographer: Photographer,
        clock: Clock,
        program: str = "",
    ) -> None:
        """`program`: the version that looks, as it stands in each manifest."""
        self._keeper = keeper
        self._pictures = pictures
        self._platforms = platforms
        self._photographer = photographer
        self._clock = clock
        self._program = program
        self._walls = Walls()
        self._unkept: deque[tuple[Look, Mapping[str, bytes]]] = deque(maxlen=MOST_UNKEPT)
        self._trouble: str | None = None

    def check(self) -> None:
        """Raises TransientError while evidence is not stored, which nobody would notice before it is asked for."""
        if self._trouble:
            raise TransientError(f"证据没有存入：{self._trouble}")

    def take_stock(self, platforms: Iterable[str], now: datetime) -> None:
        """Note what new findings are to be photographed, and bring the visits of the first few forward.

        What could not be stored is tried again.
        """
        self._keep_again()
        self._pictures.note(self._pages_of, now)
        for name in () if self._trouble else platforms:
            self._pictures.hasten(name, now, AT_ONCE)

    def kept(self, due: Due, visit: Visit, deadline_days: Collection[int], renew: Callable[[], None]) -> Visit:
        """The visit with the hash of its manifest, and what it is worth in the store. Makes at most one picture, and
        calls `renew` before."""
        account = due.account
        # Another source has no page of its own to be photographed; what cannot be stored is not asked for.
        wanted = () if visit.probe.source or self._trouble else self._wanted(account, self._clock())
        reasons = reasons_to_keep(
            Circumstances(
                at=visit.probe.at,
                outcome=visit.probe.outcome,
                has_news=bool(visit.news),
                is_asked=bool(wanted),
                last_at=due.last_at,
                newest_post_at=due.newest_post_at,
                deadline_days=deadline_days,
            )
        )
        asked = wanted[0] if wanted else None
        taken = self._of_account(account, visit, reasons, asked, renew)
        look = self._look(account, visit, taken)
        is_kept = bool(reasons) and self._keep(look, contents_of(visit.captured.captures, taken.picture))
        if asked and asked.place == OF_ACCOUNT:
            self._note(asked, look, taken, is_kept, visit.probe.outcome.words if _is_walled(visit) else None)
        elif asked:
            taken = self._of_post(account, visit, asked, renew)
        probe = visit.probe.but(evidence_sha256=look.sha256)
        return replace(visit, probe=probe, pages=visit.pages + (taken.url is not None))

    def _wanted(self, account: Account, now: datetime) -> Sequence[Wanted]:
        try:
            return self._pictures.wanted(account.key, now)
        except TransientError as error:
            log.warning("pictures_not_known", account=account.key, error=str(error))
            return ()

    def _of_account(
        self, account: Account, visit: Visit, reasons: Sequence[Why], asked: Wanted | None, renew: Callable[[], None]
    ) -> _Taken:
        outcome = visit.probe.outcome
        if visit.probe.source:
            return _Taken(no_picture(NO_PAGE))
        for_finding = asked is not None and asked.place == OF_ACCOUNT and not _is_walled(visit)
        if not for_finding and Why.FAILED not in reasons:
            return _Taken(no_picture(NOT_ASKED))
        url = self._page(account)
        if note := _impossible(visit, url):
            return _Taken(no_picture(note))
        if not for_finding and not self._walls.is_new(account.key, outcome, visit.probe.at):
            return _Taken(no_picture(_SAME_TODAY))
        return self._taken(account, url or "", partial(self._said, account, outcome.words), renew)

    def _of_post(self, account: Account, visit: Visit, asked: Wanted, renew: Callable[[], None]) -> _Taken:
        """The post's own page is a look of its own."""
        began_at = self._clock()
        note = _impossible(visit, asked.url) or (visit.probe.outcome.words if _is_walled(visit) else None)
        if note:
            taken = _Taken(no_picture(note))
        else:
            taken = self._taken(account, asked.url or "", partial(self._said, account, "已打开内容页"), renew)
        document = taken.picture.opened.document if taken.picture.opened else None
        captures = (document,) if document else ()
        look = self._manifest(
            account, captures, taken, outcome=taken.sight or Outcome.OK, reason=None, began_at=began_at
        )
        is_kept = taken.failure is None and self._keep(look, contents_of(captures, taken.picture))
        self._note(asked, look, taken, is_kept)
        return taken

    def _taken(self, account: Account, url: str, caption: Captioning, renew: Callable[[], None]) -> _Taken:
        platform = self._platforms[account.platform]
        try:
            renew()
            picture = self._photographer.picture(account.platform, url, platform.hosts, caption)
        except TransientError as error:
            return _Taken(no_picture(str(error)), url)
        document = picture.opened.document if picture.opened else None
        return _Taken(picture, url, self._sight(account, document))

    def _said(self, account: Account, words: str, opened: Opened) -> Caption:
        """What the page turned out to be counts for more than what the look before it was."""
        sight = self._sight(account, opened.document)
        return Caption(
            account=account.name,
            platform=account.platform_name,
            account_id=account.id,
            unit=account.unit,
            outcome=sight.words if sight else _not_there(opened) or words,
        )

    def _sight(self, account: Account, document: Capture | None) -> Outcome | None:
        """A wall or a tombstone, where the page is one."""
        if document is None:
            return None
        try:
            outcome = self._platforms[account.platform].read((document,), account).outcome
        except Exception:
            log.exception("reader_raised", account=account.key)
            return None
        return outcome if outcome in (*_WALLS, Outcome.GONE) else None

    def _page(self, account: Account) -> str | None:
        try:
            platform = self._platforms.get(account.platform)
            return platform.plan(account).page if platform else None
        except InputError:
            return None

    def _pages_of(self, finding: Finding) -> Sequence[Page]:
        platform = self._platforms.get(finding.platform)
        if platform is None or not platform.hosts or finding.account_id == WHOLE_PLATFORM:
            return (Page(OF_ACCOUNT, impossible=NO_PAGE),)
        posts = [
            Page(one.post_id, one.url)
            for one in finding.evidence
            if one.post_id and one.url and refusal(one.url, platform.hosts) is None
        ]
        by_place = {page.place: page for page in posts}
        return (Page(OF_ACCOUNT), *list(by_place.values())[:MOST_POSTS])

    def _look(self, account: Account, visit: Visit, taken: _Taken) -> Look:
        probe = visit.probe
        began_at = probe.at - timedelta(milliseconds=probe.duration_ms or 0)
        made = self._manifest(
            account,
            visit.captured.captures,
            taken,
            outcome=probe.outcome,
            reason=probe.reason,
            began_at=min([began_at, *(capture.at for capture in visit.captured.captures)]),
        )
        return made.model_copy(
            update={"url": probe.url, "source": probe.source, "session": probe.session, "at": probe.at}
        )

    def _manifest(
        self,
        account: Account,
        captures: Sequence[Capture],
        taken: _Taken,
        *,
        outcome: Outcome,
        reason: str | None,
        began_at: datetime,
    ) -> Look:
        picture = taken.picture
        return Look(
            platform=account.platform,
            account_id=account.id,
            account_name=account.name,
            unit=account.unit,
            url=taken.url,
            began_at=began_at,
            at=picture.opened.at if picture.opened else self._clock(),
            outcome=outcome,
            reason=reason,
            captures=tuple(map(kept_capture, captures)),
            picture=_sha256(picture.jpeg),
            picture_size=len(picture.jpeg) if picture.jpeg else None,
            thumbnail=_sha256(picture.thumbnail),
            picture_url=picture.opened.url if picture.opened else None,
            picture_note=picture.note,
            program=self._program,
        )

    def _keep(self, look: Look, contents: Mapping[str, bytes]) -> bool:
        try:
            self._keeper.keep(look, contents, self._clock())
        except (TransientError, PermanentError, InputError) as error:
            log.error("evidence_not_kept", account=f"{look.platform}/{look.account_id}", error=str(error))
            self._trouble = str(error)
            if isinstance(error, TransientError | InputError):
                self._unkept.append((look, contents))
            return False
        self._trouble = None
        return True

    def _keep_again(self) -> None:
        """The oldest first, until one is refused again: that and the rest wait."""
        waiting = deque(self._unkept)
        self._unkept.clear()
        while waiting:
            if not self._keep(*waiting.popleft()):
                break
        self._unkept.extend(waiting)

    def _note(self, asked: Wanted, look: Look, taken: _Taken, is_kept: bool, wall: str | None = None) -> None:
        """What became of the picture that a finding waits for. `wall`: what the look itself met."""
        now, picture = self._clock(), taken.picture
        try:
            failure = wall or taken.failure
            if failure or not picture.jpeg:
                self._pictures.miss(asked, failure or _NOT_OPENED, _again_at(asked.attempts, now))
            elif is_kept:
                self._pictures.keep(asked, look.sha256, sha256_of(picture.jpeg), _sha256(picture.thumbnail), now)
            else:
                self._pictures.put_off(asked, _NOT_STORED, now + timedelta(seconds=_FIRST_RETRY_SECONDS))
        except TransientError as error:
            log.warning("picture_not_noted", account=asked.key, error=str(error))


def kept_capture(capture: Capture) -> KeptCapture:
    headers = headers_kept(capture.headers)
    return KeptCapture(
        url=capture.url,
        status=capture.status,
        at=capture.at,
        headers=headers,
        media_type=headers.get("content-type", "").partition(";")[0].strip() or "application/octet-stream",
        sha256=capture.sha256,
        size=len(capture.body),
    )


def contents_of(captures: Iterable[Capture], picture: Picture) -> dict[str, bytes]:
    """The bytes that a manifest names, and the thumbnail, by sha256."""
    images = [image for image in (picture.jpeg, picture.thumbnail) if image is not None]
    return {capture.sha256: capture.body for capture in captures} | {sha256_of(image): image for image in images}


def _impossible(visit: Visit, url: str | None) -> str | None:
    """Why no picture can or may be made after this look."""
    if url is None:
        return NO_PAGE
    if visit.probe.outcome is Outcome.CLOCK:
        return _WRONG_CLOCK
    if visit.captured.failure is not None or not visit.captured.captures:
        return _NOT_OPENED
    too_fast = any(capture.status in _TOO_FAST for capture in visit.captured.captures)
    return _SLOW_DOWN if too_fast else None


def _not_there(opened: Opened | None) -> str | None:
    status = opened.document.status if opened and opened.document else None
    return f"页面打不开（HTTP {status}），可能已删除" if status is not None and status >= 400 else None


def _is_walled(visit: Visit) -> bool:
    return visit.probe.outcome in _WALLS


def _again_at(attempts: int, now: datetime) -> datetime | None:
    if attempts + 1 >= MOST_ATTEMPTS:
        return None
    return now + timedelta(seconds=doubled(_FIRST_RETRY_SECONDS, attempts, _LONGEST_RETRY_SECONDS))


def _sha256(image: bytes | None) -> str | None:
    return None if image is None else sha256_of(image)
