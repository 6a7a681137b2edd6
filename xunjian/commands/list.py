"""`xunjian list`: what people say of the matters on a list, kept in the database; and the list on a screen."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.reporter.began import Beginning
from services.reporter.content import HEADERS, REFUSED, REFUSED_TITLE, Content, Part
from services.reporter.period import Period
from services.reporter.typed import KEY, MOST_NOTE, Typed, deadline_of, read_typed
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.events import Finding
from shared.mark import UNMARKED, Mark, Marked, MarkState, matter_of, unverified_matter
from shared.runtime.settings import load_settings
from shared.standing import Standing
from shared.storage.store import Store, open_store, open_to_read
from xunjian.shown.board import NARROW
from xunjian.shown.table import show as show_table
from xunjian.shown.where import where

list_app = typer.Typer(help="清单：标注核实状态、备注、整改期限，读回清单里填写的内容。", no_args_is_help=True)

Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]
_SOME_REFUSED = 1
_FULL_NUMBER = 8
_MOST_SHOWN = 1000
_WHAT = ("账号名称", "平台", "主办单位", "静默天数", "指标", "位置", "列", "问题", "改正办法")
_BRIEF = (*_WHAT, "告警编号", "核实状态", "备注", "整改期限")


class PartName(StrEnum):
    """As typed on a command line."""

    OVERDUE = "overdue"
    NEAR = "near"
    UNVERIFIED = "unverified"
    OTHER = "other"
    REFUSED = "refused"


@list_app.command()
def mark(
    *,
    subject: Annotated[
        str | None, typer.Argument(metavar="编号或账号", help="告警编号；没有编号的写账号：平台/账号ID，或账号名称")
    ] = None,
    state: Annotated[MarkState | None, typer.Option(help="核实状态")] = None,
    note: Annotated[str | None, typer.Option(help="备注；给空的 '' 即撤回")] = None,
    deadline: Annotated[str | None, typer.Option(help="整改期限，例如 2026-12-10；给空的 '' 即撤回")] = None,
    author: Annotated[str | None, typer.Option(help="谁标注的；不给则为登录用户名")] = None,
    file: Annotated[Path | None, typer.Option("--from", help="读回这份清单里填写的核实状态、备注、整改期限")] = None,
    config: Config = None,
) -> None:
    """标注一项，或读回一份清单里填写的内容；只增不改，以后各期清单都会带上。"""
    if (subject is None) == (file is None):
        raise InputError("xunjian list mark", "请给出告警编号或账号，或者用 --from 给出清单文件（二者只给一个）")
    said = _Said(state, note, deadline)
    settings = load_settings(config)
    with closing(open_store(settings.store_url)) as store:
        typer.echo(where(settings), err=True)
        marking = _Marking(store, author or _login())
        if subject is not None:
            said.check()
            marking.one(subject, said)
        elif file is not None:
            said.refuse_beside_file()
            marking.of_file(file)


@list_app.command()
def show(
    part: Annotated[PartName | None, typer.Option(help="只列这一部分；不给则全部")] = None,
    config: Config = None,
) -> None:
    """在屏幕上列出此刻的清单，连同标注。"""
    with closing(_opened(config)) as store:
        now = utc_now()
        beginning = Beginning(store.accounts.began_at(), Period("", now, now), now)
        if beginning.is_before:
            typer.echo(beginning.words)
            return
        content = Content(store, now, beginning)
        typer.echo(f"截止时间：{chinese_time(now)}（北京时间）　{content.coverage()}")
        for one in [part] if part else list(PartName):
            if one is PartName.REFUSED:
                _print(REFUSED_TITLE, REFUSED, list(content.refused()))
            else:
                _print(Part[one.name], HEADERS[Part[one.name]], list(content.rows(Part[one.name])))


def _print(title: str, headers: Sequence[str], rows: list[list[object]]) -> None:
    typer.echo(f"\n{title}")
    names = [name for name in _BRIEF if name in headers]
    lines = [dict(zip(headers, map(str, row), strict=True)) for row in rows[:_MOST_SHOWN]]
    if not lines[0]["序号"]:
        typer.echo(lines[0]["账号名称"])
        return
    console = Console()
    if console.is_terminal and console.width < NARROW:
        show_table(("账号\n主办单位", "编号　标注\n问题"), map(_two_lines, lines))
    elif console.is_terminal:
        show_table(names, ([line[name] for name in names] for line in lines))
    else:
        typer.echo(" | ".join(names))
        for line in lines:
            typer.echo(" | ".join(" ".join(line[name].split()) for name in names))
    if len(rows) > _MOST_SHOWN:
        typer.echo(f"……共{len(rows)}项，全部请用 xunjian report weekly 生成清单")


def _two_lines(line: dict[str, str]) -> tuple[str, str]:
    if "核实状态" not in line:
        whose = f"{line['账号名称']}（{line['平台']}）\n{line['主办单位']}"
        return whose, f"{line['位置']}　{line['列']}\n{line['问题']}；{line['改正办法']}"
    marked = _words(Marked(state=MarkState(line["核实状态"]), note=line["备注"], deadline=line["整改期限"]))
    number = f"{line['告警编号']}　" if line["告警编号"] else ""
    whose = f"{line['账号名称']}（{line['平台']}）\n{line['主办单位']}"
    return whose, f"{number}{marked}\n{line['问题']}"


class _Said:
    """The options, read. Raises InputError naming the option."""

    def __init__(self, state: MarkState | None, note: str | None, deadline: str | None) -> None:
        self.state = state
        self.note = note if note is None else " ".join(note.split())
        self.deadline = deadline_of(deadline, "--deadline") if deadline else deadline
        if self.note is not None and len(self.note) > MOST_NOTE:
            raise InputError("--note", f"内容过长（{len(self.note)}字）；请缩短到{MOST_NOTE}字以内")

    @property
    def is_nothing(self) -> bool:
        return self.state is None and self.note is None and self.deadline is None

    def check(self) -> None:
        if self.is_nothing:
            raise InputError("xunjian list mark", "没有要标注的内容；请给出 --state、--note 或 --deadline")

    def refuse_beside_file(self) -> None:
        if not self.is_nothing:
            raise InputError("--from", "读清单文件时不能再给 --state、--note、--deadline；请去掉其中一样")


class _Marking:
    """Writes marks down and says what became of each."""

    def __init__(self, store: Store, author: str) -> None:
        self._store, self._author, self._now = store, author, utc_now()

    def one(self, subject: str, said: _Said) -> None:
        finding, key, matter = self._subject(subject)
        self._write([self._mark(key, matter, finding, said)])

    def of_file(self, path: Path) -> None:
        rows, refused = read_typed(path)
        marks: dict[str, Mark] = {}
        for row in rows:
            try:
                one = self._mark_of(row)
            except InputError as error:
                refused.append(error)
                continue
            if marks.pop(one.matter, one) != one:
                typer.echo(f"{row.place}：与前面的一行是同一项，填写却不同，以这一行为准", err=True)
            marks[one.matter] = one
        added = self._write(list(marks.values()))
        for fault in refused:
            typer.echo(f"未读入：{fault}", err=True)
        same = f"，另有{len(marks) - added}项与已有标注相同" if len(marks) > added else ""
        typer.echo(f"{path.name}：读入{added}项标注{same}，未读入{len(refused)}项")
        if refused:
            raise typer.Exit(_SOME_REFUSED)

    def _mark_of(self, row: Typed) -> Mark:
        finding = self._finding(row.fingerprint, row.place) if row.fingerprint else None
        if finding is not None and row.matter and (row.key, row.matter) != (finding.key, matter_of(finding)):
            raise InputError(row.place, f"{KEY}与告警编号不是同一项；请清空{KEY}一格后重读")
        if finding is None and self._store.accounts.find(row.key) is None:
            raise InputError(row.place, f"台账里没有账号 {row.key}；请先导入台账，或删去这一行的填写")
        key, matter = (finding.key, matter_of(finding)) if finding else (row.key, row.matter)
        return self._mark(key, matter, finding, row)

    def _mark(self, key: str, matter: str, finding: Finding | None, said: "_Said | Typed") -> Mark:
        return Mark(
            matter=matter,
            key=key,
            number=finding.number if finding else None,
            at=self._now,
            author=self._author,
            state=said.state,
            note=said.note,
            deadline=said.deadline,
        )

    def _write(self, marks: list[Mark]) -> int:
        before = self._store.marks.current()
        added = self._store.marks.add(marks)
        after = self._store.marks.current()
        for one in marks:
            was, now = before.get(one.matter, UNMARKED), after.get(one.matter, UNMARKED)
            typer.echo(f"{self._name(one)}：{_words(now)}" + (f"（原为 {_words(was)}）" if was != now else "（未变）"))
        return added

    def _name(self, one: Mark) -> str:
        account = self._store.accounts.find(one.key)
        who = f"{account.name}（{account.platform_name}）" if account else one.key
        return f"{one.number} {who}" if one.number else who

    def _subject(self, text: str) -> tuple[Finding | None, str, str]:
        """(finding, account, matter). A number, or an account with one matter."""
        if len(text) >= _FULL_NUMBER and all(sign in "0123456789abcdefABCDEF" for sign in text):
            finding = self._finding(text, text)
            return finding, finding.key, matter_of(finding)
        standing = self._standing(text)
        account = standing.account
        if not standing.state.is_verified:
            return None, account.key, unverified_matter(account.key, standing.proved_at)
        numbers = {finding.number: finding for finding in standing.findings}
        if len(numbers) == 1:
            (finding,) = numbers.values()
            return finding, account.key, matter_of(finding)
        if not numbers:
            raise InputError(account.name, "这个账号目前没有可标注的事项；过去的事项请写告警编号（见清单）")
        listed = "；".join(f"{number} {finding.sentence[:30]}" for number, finding in numbers.items())
        raise InputError(account.name, f"这个账号有{len(numbers)}个事项，请写告警编号：{listed}")

    def _finding(self, number: str, place: str) -> Finding:
        found = self._store.findings.numbered(number)
        if not found:
            raise InputError(place, f"没有告警编号 {number[:32]}；编号见清单和消息，例如 3E11DE3B")
        if len(found) > 1:
            several = "、".join(finding.fingerprint for finding in found)
            raise InputError(place, f"有{len(found)}项同用编号 {number}；请写完整的编号：{several}")
        return found[0]

    def _standing(self, text: str) -> Standing:
        keys = list(self._keys(text))
        if len(keys) > 1:
            raise InputError(text, f"有{len(keys)}个账号叫这个名称；请写其中一个：{'、'.join(keys)}")
        standing = self._store.standings.find(keys[0]) if keys else None
        if standing is None:
            raise InputError(text, "不是告警编号，台账里也没有这个账号；请写清单里的告警编号，或 平台/账号ID、账号名称")
        return standing

    def _keys(self, text: str) -> Iterator[str]:
        if self._store.accounts.find(text) is not None:
            yield text
            return
        yield from (account.key for account in self._store.accounts.all() if account.name == text)


def _words(marked: Marked) -> str:
    note = f"，备注：{marked.note}" if marked.note else ""
    return f"{marked.state}{f'，整改期限 {marked.deadline}' if marked.deadline else ''}{note}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "未署名"


def _opened(config: Path | None) -> Store:
    store = open_to_read(load_settings(config).store_url)
    if store is None:
        raise InputError("数据库", "还没有数据；请先运行 xunjian run，或用 --config 指明设置文件")
    return store
