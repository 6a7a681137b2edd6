"""`xunjian rescan`: what the rules would say today of the posts that are stored, telling nobody."""

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from services.analyzer.in_force import Rulebooks, load_rulebooks
from services.analyzer.language.lexicon.options import parse_options, parse_pairs
from services.analyzer.objection import History
from services.analyzer.rulebook import Entry
from shared.account import Account
from shared.clock import chinese_time, utc_now
from shared.errors import InputError, TransientError
from shared.event_json import read
from shared.events import Post
from shared.runtime.settings import Settings, load_settings
from shared.storage.store import Store, open_to_read
from xunjian.shown.found import Found, writing
from xunjian.shown.progress import Shown
from xunjian.shown.where import where
from xunjian.typed.moments import moment

PERIOD = timedelta(days=365)
_FOUND = 1
_INTERRUPTED = 130


def rescan(
    *,
    lexicon: Annotated[Path | None, typer.Option(help="只查这份词库里的词（格式同 check --lexicon）")] = None,
    lexicon_option: Annotated[
        list[str] | None, typer.Option(help="词库选项 名称=值（同 check --lexicon-option），可多次给出")
    ] = None,
    rulebook: Annotated[str | None, typer.Option(help="规则集名称或文件；不给则用设置里各账号所用的")] = None,
    since: Annotated[str | None, typer.Option(help="从何时发布的内容起（ISO 8601，北京时间）；默认一年前")] = None,
    until: Annotated[str | None, typer.Option(help="到何时为止；默认现在")] = None,
    after: Annotated[
        str | None, typer.Option(help="接着上次：从这个账号（平台/账号ID）之后继续，--csv 的文件接着写")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="每条一行 JSON")] = False,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="另存为 CSV 文件")] = None,
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
) -> None:
    """用现在的规则重查已存的内容，只列出结果，不发消息、不改数据。退出码：0 没有，1 有，2 输入有误。"""
    now = utc_now()
    settings = load_settings(config)
    asking = Asking(_rulebooks(settings, rulebook), lexicon, now, lexicon_option or ())
    start = moment(since, "--since") if since else now - PERIOD
    end = moment(until, "--until") if until else now
    if start >= end:
        raise InputError("--since", "晚于截止时间，没有可查的内容；请改正 --since 或 --until")
    if jsonl and csv_file:
        raise InputError("--jsonl", "不能与 --csv 同时使用；请去掉一个")
    typer.echo(where(settings), err=True)
    with closing(_opened(settings)) as store:
        accounts = _accounts(store, after)
        scan = Scan(store, asking, start, end)
        try:
            with _stoppable(), writing(as_jsonl=jsonl, csv_file=csv_file, goes_on=after is not None) as write:
                for found in scan.over(accounts):
                    write(found)
        except (KeyboardInterrupt, TransientError) as error:
            place = f" --after {scan.done}" if scan.done else ""
            typer.echo(f"已中断；接着查请加 --since {start.isoformat()}{place}", err=True)
            if isinstance(error, TransientError):
                raise
            raise typer.Exit(_INTERRUPTED) from None
    typer.echo(
        f"查了 {scan.posts} 条内容，{scan.hits} 处须看（{chinese_time(start)} 至 {chinese_time(end)}）。", err=True
    )
    if scan.hits:
        raise typer.Exit(_FOUND)


@contextmanager
def _stoppable() -> Iterator[None]:
    """A request to end is an interruption too, which says how to go on."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Asking:
    """The entries that read posts, by account; with a lexicon, only those that take one, and that one alone.

    Every rule is asked once before anything is read, so that a broken list is refused by line. Raises InputError.
    """

    def __init__(
        self, rulebooks: Rulebooks, lexicon: Path | None, now: datetime, lexicon_options: Sequence[str] = ()
    ) -> None:
        self._rulebooks = rulebooks
        options = parse_pairs(tuple(lexicon_options))
        parse_options(options)
        self._own: dict[str, Any] = {"lexicons": (str(lexicon),)} if lexicon else {}
        self._own |= {"lexicon_options": options} if options else {}
        self._now = now
        self._entries: dict[str, list[Entry]] = {}
        rulebooks.check()
        for book in rulebooks.in_force(now):
            self._entries[book.digest] = [ready for entry in book.entries if (ready := self._ready(entry))]

    def entries(self, account: Account) -> list[Entry]:
        book = self._rulebooks.for_account(account, self._now)
        return self._entries[book.digest] if book else []

    def _ready(self, entry: Entry) -> Entry | None:
        if not entry.plugin.reads_posts:
            return None
        if self._own:
            if "lexicons" not in type(entry.plugin).model_fields:
                return None
            options = {**entry.options, **self._own}
            entry = Entry.model_validate(entry.model_dump() | {"options": options})
        list(entry.plugin.check_text("。"))
        return entry


class Scan:
    """Account by account. `done`: the last account that was read to its end; `posts`, `hits`: so far."""

    def __init__(self, store: Store, asking: Asking, start: datetime, end: datetime) -> None:
        self._store = store
        self._asking = asking
        self._start, self._end = start, end
        self.done: str | None = None
        self.posts = 0
        self.hits = 0

    def over(self, accounts: list[Account]) -> Iterator[Found]:
        """What is found, with the progress on standard error.

        Of an account all at once: whoever goes on after the last one that was done gets nothing twice.
        """
        with Shown(len(accounts)) as shown:
            for number, account in enumerate(accounts):
                found: list[Found] = []
                for part in self._store.posts.published(account.key, self._start, self._end):
                    found += self._in(account, part)
                    shown.at(number, f"重查：{self.posts} 条，{self.hits} 处")
                yield from found
                self.done = account.key
                shown.at(number + 1, f"重查：{self.posts} 条，{self.hits} 处")

    def _in(self, account: Account, bodies: Sequence[str]) -> Iterator[Found]:
        asked = _asked(self._asking.entries(account), bodies)
        for body, entries in zip(bodies, asked, strict=True):
            self.posts += 1
            if entries:
                yield from self._judged(account, read(Post, body), entries)

    def _judged(self, account: Account, post: Post, entries: Sequence[Entry]) -> Iterator[Found]:
        history = History(account=account, posts=(post,), watched_since=post.observed_at)
        for entry in entries:
            for objection in entry.plugin.check_post(post, history):
                found = Found(account, post, entry, objection)
                self.hits += len(list(found.rows()))
                yield found


def _asked(entries: Sequence[Entry], bodies: Sequence[str]) -> list[list[Entry]]:
    """For each post the entries that may say something: making an event of each costs more than finding a word."""
    asked: list[list[Entry]] = [[] for _ in bodies]
    owners, texts = _texts(bodies) if any(entry.plugin.rests_on_text for entry in entries) else ([], [])
    for entry in entries:
        is_sifted = entry.plugin.rests_on_text
        of = {owners[number] for number in entry.plugin.which_of(texts)} if is_sifted else range(len(bodies))
        for number in of:
            asked[number].append(entry)
    return asked


def _texts(bodies: Sequence[str]) -> tuple[list[int], list[str]]:
    """Titles and texts, and of which post each is."""
    owners: list[int] = []
    texts: list[str] = []
    for number, body in enumerate(bodies):
        post = json.loads(body)
        for text in (post.get("title"), post.get("text")):
            if text:
                owners.append(number)
                texts.append(text)
    return owners, texts


def _rulebooks(settings: Settings, name: str | None) -> Rulebooks:
    if name is not None:
        return load_rulebooks(name)
    local = [(row.region, row.rulebook) for row in settings.rulebooks]
    return load_rulebooks(settings.rulebook, local, settings.folder)


def _opened(settings: Settings) -> Store:
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError("数据库", "还没有数据；请先运行 xunjian run，或用 --config 指明设置文件")
    return store


def _accounts(store: Store, after: str | None) -> list[Account]:
    accounts = sorted(store.accounts.all(), key=lambda account: account.key)
    if after is not None and after not in {account.key for account in accounts}:
        raise InputError("--after", f"台账里没有账号 {after}；请写 平台/账号ID，例如 weibo/1001")
    return [account for account in accounts if after is None or account.key > after]
