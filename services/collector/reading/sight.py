"""What single captures tell, and how they settle together into one Reading: the part every JSON platform shares."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from services.collector.capture import Capture, Reading, ShownAccount, ShownPost
from shared.account import Account, is_sec_uid
from shared.events import Comments, Coverage, Kind, Outcome, Value

_WORST_FIRST = (Outcome.BLOCKED, Outcome.LOGIN_WALL, Outcome.GONE, Outcome.NETWORK, Outcome.PARSE_ERROR)
BLOCK_STATUSES = frozenset({403, 412, 418, 429, 432})
_ERROR_PAGE = re.compile(r"<title>\s*([45]\d\d)\b")
_LONGEST_ERROR_PAGE = 4000
_UNKNOWN = "页面内容无法识别，可能已改版或不完整"
_OTHERS_ONLY = "列表中只有其他账号的内容"
UNREAD = "列表中有未能识别的内容，不能据此认定没有更新"
_PART_ONLY = "看到的只是列表的后续页或部分内容，不能据此认定没有更新"


class Sight(Value):
    """What one capture tells. `ids` are all the ids its account goes by (uid, token …), `account.id` among them.

    `refusal` says the platform did not show what was asked for; a refusal of GONE that covers PROFILE means the account
    itself is gone. `complete` is a list that says nothing more follows, so that an empty one was really loaded.
    `part`: a later page of a list, or a choice of its items. `unread`: something in the list was not recognised.
    """

    account: ShownAccount | None = None
    ids: tuple[str, ...] = ()
    posts: tuple[ShownPost, ...] = ()
    covers: Coverage = Coverage.NOTHING
    complete: bool = False
    part: bool = False
    unread: bool = False
    refusal: Outcome | None = None
    reason: str | None = None


class Item(Value):
    """One item of a list with its author: `ids` are all the author's ids, none where the item does not tell."""

    post: ShownPost
    author: ShownAccount | None = None
    ids: tuple[str, ...] = ()


def refused(outcome: Outcome, reason: str) -> Sight:
    return Sight(refusal=outcome, reason=reason)


def refused_by_status(status: int | None) -> Sight | None:
    """The refusal an HTTP status alone stands for; null for success and where a saved file has no status."""
    if status is None or status < 400:
        return None
    if status in BLOCK_STATUSES:
        return refused(Outcome.BLOCKED, f"平台拒绝访问（HTTP {status}）")
    if status == 401:
        return refused(Outcome.LOGIN_WALL, "平台要求登录（HTTP 401）")
    if status >= 500:
        return refused(Outcome.NETWORK, f"平台服务器出错（HTTP {status}）")
    return refused(Outcome.PARSE_ERROR, f"平台没有给出内容（HTTP {status}）")


def refused_by_page(page: str) -> Sight | None:
    """The same for a saved file: a web server's own error page names the status in its title."""
    match = _ERROR_PAGE.search(page) if len(page) < _LONGEST_ERROR_PAGE else None
    return refused_by_status(int(match[1])) if match else None


def asked_for(capture: Capture, name: str) -> str | None:
    """A query parameter of the address that was asked; null where a saved file tells no address."""
    try:
        values = parse_qs(urlsplit(capture.url or "").query).get(name)
    except ValueError:
        return None
    return values[0] if values else None


def gathered(items: Sequence[Item], shape: Coverage = Coverage.ITEM, owner: str | None = None) -> Sight:
    """A sight of items. `shape` is what the answer is by its form: LIST an account's list, TIMELINE a feed of many
    accounts, ITEM bare items, of which several by one author are taken for that author's list.

    `owner` is the id of the account whose list was asked for: others' items are left out of it, and when all are
    others' nothing of that account was shown. Without an owner, items of different or unknown authors are a timeline,
    which says nothing of any one account.
    """
    own = [item for item in items if owner is None or not _differs(owner, item.ids)]
    if items and not own:
        return Sight(account=ShownAccount(id=owner), ids=(owner or "",), covers=Coverage.LIST, reason=_OTHERS_ONLY)
    shape = _shape(own, shape, owner)
    posts = tuple(item.post for item in own)
    if shape is not Coverage.LIST:
        posts = tuple(_without_guess(post) for post in posts)
    if shape is Coverage.TIMELINE:
        return Sight(posts=posts, covers=shape)
    ids = {value for item in own for value in item.ids} | ({owner} if owner else set())
    author = _merged_account([ShownAccount(id=owner) if owner else None, *(item.author for item in own)])
    return Sight(account=author, ids=tuple(sorted(ids)), posts=posts, covers=shape)


def all_known(sight: Sight, known: Iterable[bool]) -> Sight:
    """A list with an element that is neither an item nor surely something else: that may be its newest item."""
    if sight.covers is not Coverage.LIST or all(known):
        return sight
    return sight.model_copy(update={"unread": True, "complete": False, "reason": sight.reason or UNREAD})


def part_of_list(sight: Sight) -> Sight:
    """A later page, or a choice of the items: what it shows was posted, what it does not show says nothing."""
    if sight.covers is not Coverage.LIST:
        return sight
    if not sight.posts:
        return sight.model_copy(update={"part": True, "complete": False})
    return sight.model_copy(update={"part": True, "covers": Coverage.ITEM, "reason": _PART_ONLY})


def settled(sights: Sequence[Sight], account: Account | None = None) -> Reading:
    """One reading of all sights. Answers that hold items decide; refusals count only where nothing was shown but parts
    of a list, since a first page that was refused or did not load decides over later ones.

    With an `account`, what cannot be proved to be that account's is a PARSE_ERROR, never `ok` or `empty`.
    """
    if account is None:
        return _told(sights)
    wanted = _known_as({account.id}, sights)
    own = [sight for sight in sights if not _is_stranger(sight, wanted)]
    proved = any(wanted & set(sight.ids) for sight in own)
    strangers = [sight for sight in sights if sight not in own]
    if strangers and not proved:
        name = strangers[0].account.name if strangers[0].account else None
        return _failed(f"页面属于其他账号（{name or strangers[0].ids[0]}），不是台账中的账号")
    reading = _told(own)
    if not reading.outcome.is_evidence:
        return reading
    if reading.covers is Coverage.TIMELINE:
        return _failed("页面内容不是该账号的作品列表（多个账号的内容或精选）")
    return reading if proved else _failed("未能确认页面属于该账号")


def _told(sights: Sequence[Sight]) -> Reading:
    for attempt in (_list, _account_gone, _items, _refused, _proved_empty, _not_loaded, _profile, _nothing):
        if (reading := attempt(sights)) is not None:
            return reading
    return _failed(_UNKNOWN)


def _account_gone(sights: Sequence[Sight]) -> Reading | None:
    for sight in sights:
        if sight.refusal is Outcome.GONE and sight.covers is Coverage.PROFILE:
            return Reading(outcome=Outcome.GONE, reason=sight.reason, account=sight.account, covers=Coverage.PROFILE)
    return None


def _list(sights: Sequence[Sight]) -> Reading | None:
    lists = [sight for sight in sights if sight.covers is Coverage.LIST and sight.posts]
    if not lists:
        return None
    if not _are_one(lists):
        return _timeline(lists)
    items = [sight for sight in _related(sights, lists) if sight.covers is Coverage.ITEM]
    covers = Coverage.ITEM if any(sight.unread for sight in lists) else Coverage.LIST
    return _ok(covers, _related(sights, lists), [*lists, *items])


def _items(sights: Sequence[Sight]) -> Reading | None:
    shown = [sight for sight in sights if sight.posts]
    if not shown or (all(sight.part for sight in shown) and any(map(_first_is_missing, sights))):
        return None
    if any(sight.covers is Coverage.TIMELINE for sight in shown) or not _are_one(shown):
        return _timeline(shown)
    return _ok(Coverage.ITEM, _related(sights, shown), shown)


def _first_is_missing(sight: Sight) -> bool:
    return sight.refusal is not None or (sight.covers is Coverage.LIST and not sight.part)


def _proved_empty(sights: Sequence[Sight]) -> Reading | None:
    lists = [sight for sight in sights if sight.covers is Coverage.LIST and sight.complete]
    related = _related(sights, lists)
    if not lists or not _are_one(related):
        return None
    account = _merged_account(sight.account for sight in related)
    if account is None or account.id is None or account.posts_total != 0:
        return None
    reason = "账号页面和作品列表均已加载，账号没有发布过内容"
    return Reading(outcome=Outcome.EMPTY, reason=reason, account=account, covers=Coverage.LIST)


def _refused(sights: Sequence[Sight]) -> Reading | None:
    refusals = [sight for sight in sights if sight.refusal is not None]
    if not refusals:
        return None
    worst = min(refusals, key=lambda sight: _WORST_FIRST.index(sight.refusal or Outcome.PARSE_ERROR))
    account = _merged_account(sight.account for sight in sights) if _are_one(sights) else None
    return Reading(outcome=worst.refusal or Outcome.PARSE_ERROR, reason=worst.reason, account=account)


def _not_loaded(sights: Sequence[Sight]) -> Reading | None:
    lists = [sight for sight in sights if sight.covers is Coverage.LIST]
    if not lists:
        return None
    account = _merged_account(sight.account for sight in _related(sights, lists))
    total = account.posts_total if account else None
    others = next((sight.reason for sight in lists if sight.reason), None)
    if others:
        return Reading(outcome=Outcome.PARSE_ERROR, reason=others, account=account)
    shown = f"主页显示有 {total} 条作品，列表却是空的" if total else "列表是空的，又不能证明账号没有作品"
    return Reading(outcome=Outcome.PARSE_ERROR, reason=f"列表未加载：{shown}", account=account)


def _profile(sights: Sequence[Sight]) -> Reading | None:
    profiles = [sight for sight in sights if sight.covers is Coverage.PROFILE]
    return _ok(Coverage.PROFILE, profiles, []) if profiles else None


def _nothing(sights: Sequence[Sight]) -> Reading | None:
    return next((Reading(outcome=Outcome.OK, reason=sight.reason) for sight in sights if sight.reason), None)


def _ok(covers: Coverage, related: Sequence[Sight], shown: Sequence[Sight]) -> Reading:
    account = _merged_account(sight.account for sight in related) if _are_one(related) else None
    reason = None if covers is Coverage.LIST else next((sight.reason for sight in shown if sight.reason), None)
    return Reading(outcome=Outcome.OK, reason=reason, account=account, posts=_merged_posts(shown), covers=covers)


def _timeline(shown: Sequence[Sight]) -> Reading:
    return Reading(outcome=Outcome.OK, posts=_merged_posts(shown), covers=Coverage.TIMELINE)


def _failed(reason: str) -> Reading:
    return Reading(outcome=Outcome.PARSE_ERROR, reason=reason)


def _shape(items: Sequence[Item], shape: Coverage, owner: str | None) -> Coverage:
    if shape is Coverage.TIMELINE or not items or (shape is Coverage.ITEM and len(items) == 1):
        return shape
    return Coverage.LIST if owner or _same_author(items) else Coverage.TIMELINE


def _differs(account_id: str, ids: Sequence[str]) -> bool:
    """True only for another id of the same kind: a uid cannot tell whether a token is somebody else's."""
    return account_id not in ids and any(_kind_of(value) == _kind_of(account_id) for value in ids)


def _same_author(items: Sequence[Item]) -> bool:
    """An item that names its author without an id is that author's where the names agree."""
    known = [item for item in items if item.ids]
    authors = {item.author.id for item in known if item.author}
    names = {item.author.name for item in known if item.author}
    unnamed = [item for item in items if not item.ids]
    return len(authors) == 1 and all(item.author is not None and item.author.name in names for item in unnamed)


def _without_guess(post: ShownPost) -> ShownPost:
    """Only the account's own list can show that an item is not pinned there."""
    return post if post.pinned else post.model_copy(update={"pinned": None})


def _known_as(ids: Iterable[str], sights: Sequence[Sight]) -> set[str]:
    """All ids of one account: sights that share an id speak of the same one."""
    known, before = set(ids), 0
    while len(known) != before:
        before = len(known)
        for sight in sights:
            if not known.isdisjoint(sight.ids):
                known.update(sight.ids)
    return known


def _is_stranger(sight: Sight, wanted: set[str]) -> bool:
    main = sight.account.id if sight.account else None
    return main is not None and wanted.isdisjoint(sight.ids) and _differs(main, tuple(wanted))


def _kind_of(account_id: str) -> str:
    if is_sec_uid(account_id):
        return "token"
    return "number" if account_id.isdigit() else "word"


def _are_one(sights: Sequence[Sight]) -> bool:
    named = [sight for sight in sights if sight.ids]
    return not named or all(not _known_as(named[0].ids, named).isdisjoint(sight.ids) for sight in named)


def _related(sights: Sequence[Sight], anchors: Sequence[Sight]) -> list[Sight]:
    """The sights that may speak of the same account as `anchors`; profiles first, since they know most about it."""
    wanted = _known_as({value for sight in anchors for value in sight.ids}, sights)
    related = [sight for sight in sights if not wanted or not sight.ids or not wanted.isdisjoint(sight.ids)]
    return sorted(related, key=lambda sight: sight.covers is not Coverage.PROFILE)


def _merged_account(accounts: Iterable[ShownAccount | None]) -> ShownAccount | None:
    known = [account for account in accounts if account is not None]
    fields = {
        name: next((value for account in known if (value := getattr(account, name)) is not None), None)
        for name in ShownAccount.model_fields
    }
    return ShownAccount(**fields) if known else None


def _merged_posts(sights: Sequence[Sight]) -> tuple[ShownPost, ...]:
    posts: dict[str, ShownPost] = {}
    for sight in sights:
        for post in sight.posts:
            posts[post.id] = _merged_post(posts[post.id], post) if post.id in posts else post
    return tuple(posts.values())


def _merged_post(one: ShownPost, other: ShownPost) -> ShownPost:
    """The same item seen twice: what either tells, and the longer text (lists cut it)."""
    dated = min((post for post in (one, other) if post.published_at), key=lambda post: post.approximate, default=one)
    return ShownPost(
        id=one.id,
        url=one.url or other.url,
        title=one.title or other.title,
        text=max(one.text, other.text, key=len) if one.text and other.text else one.text or other.text,
        published_at=dated.published_at,
        approximate=dated.approximate,
        pinned=other.pinned if one.pinned is None else one.pinned,
        kind=other.kind if one.kind is Kind.UNKNOWN else one.kind,
        comments=other.comments if one.comments is Comments.UNKNOWN else one.comments,
        ad_signals=tuple(dict.fromkeys((*one.ad_signals, *other.ad_signals))),
        links=tuple(dict.fromkeys((*one.links, *other.links))),
    )
