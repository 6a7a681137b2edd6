"""What became of a ledger file, in the words of the office that sent it."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from shared.filing import Filed
from shared.ledger.reading import CellError, LedgerFile

MAX_SHOWN = 200
"""Lines of one kind on a screen: a file of ten thousand bad rows has one fault, not ten thousand."""


def show(ledger: LedgerFile, console: Console) -> None:
    """On a terminal row by row, one line a fault elsewhere; then the notices."""
    if console.is_terminal:
        _by_row(console, f"有错的行（{len(ledger.bad_rows)} 行，未导入）", ledger.errors)
        _by_row(console, f"未采纳的单元格（{len(ledger.warnings)} 处，该行其余内容已导入）", ledger.warnings)
    else:
        _lines(console, [f"错误 {error}" for error in ledger.errors])
        _lines(console, [f"未采纳 {warning}（该行其余内容已导入）" for warning in ledger.warnings])
    _lines(console, [f"提示 {notice}" for notice in ledger.notices])


def say_checked(ledger: LedgerFile, console: Console) -> None:
    say(console, f"检查完毕（未写入）：可导入 {len(ledger.accounts)} 个账号，{_refused(ledger)}")


def say_filed(filed: Filed, console: Console) -> None:
    """What was added and changed, and what became of accounts the file does not name."""
    done, ledger = filed.done, filed.file
    counts = f"新增 {done.added}，变更 {done.changed}，未变 {done.unchanged}，{_refused(ledger)}"
    say(console, f"导入完毕：{counts}")
    _lines(console, [f"已更正：{old} 由 {new} 取代（旧的从未核实成功，历史保留）" for old, new in done.taken_over])
    if done.left_removed:
        say(console, f"已移出台账的 {len(done.left_removed)} 个账号仍在文件里，未重新导入：{_some(done.left_removed)}")
        say(console, "  要恢复：xunjian ledger restore 账号 --author 姓名 --comment 理由；否则请从文件中删去")
    if done.absent:
        doubt = "（有错的行不算在内，可能就是其中的账号）" if ledger.errors else ""
        say(console, f"未在新台账：{len(done.absent)} 个账号，均保留未删{doubt}")
        _lines(console, done.absent)


def say_next(file: Path, ledger: LedgerFile, console: Console) -> None:
    """The last line: what to do now."""
    left_out = len(ledger.errors) + len(ledger.warnings) + len(ledger.unsupported)
    if ledger.errors or ledger.warnings:
        say(
            console,
            f"下一步：改正后再导入 {file.name}（只会更新，不会重复）；台账未采纳 {left_out} 处，见 xunjian doctor",
        )
    elif left_out:
        say(console, f"下一步：台账未采纳 {left_out} 处（暂不支持的平台），请另行检查；见 xunjian doctor")
    else:
        say(console, "下一步：xunjian ledger list 核对账号，xunjian run 开始核查")


def _refused(ledger: LedgerFile) -> str:
    cells = f"，{len(ledger.warnings)} 格未采纳" if ledger.warnings else ""
    return f"{len(ledger.bad_rows)} 行有错未导入{cells}"


def _some(keys: Sequence[str]) -> str:
    return "、".join(keys[:5]) + ("等" if len(keys) > 5 else "")


def _by_row(console: Console, title: str, faults: Sequence[CellError]) -> None:
    if not faults:
        return
    say(console, title)
    for (row, name), own in groupby(faults[:MAX_SHOWN], key=lambda fault: (fault.row, fault.name)):
        _indented(console, 2, f"第 {row} 行　{name or '（没有账号名称）'}")
        for fault in own:
            value = f"“{fault.value[:40]}”" if fault.value else "（空）"
            _indented(console, 4, f"{fault.column}{fault.row} {fault.header}{value}：{fault.message}")
            _indented(console, 4, f"→ {fault.remedy}")
    if len(faults) > MAX_SHOWN:
        say(console, f"……还有 {len(faults) - MAX_SHOWN} 条")


def _indented(console: Console, by: int, words: str) -> None:
    for line in Text(words, overflow="fold").wrap(console, max(10, console.width - by)):
        say(console, f"{' ' * by}{line.plain.rstrip()}")


def _lines(console: Console, lines: Sequence[str] | Iterable[str]) -> None:
    lines = list(lines)
    for line in lines[:MAX_SHOWN]:
        say(console, line)
    if len(lines) > MAX_SHOWN:
        say(console, f"……还有 {len(lines) - MAX_SHOWN} 条")


def say(console: Console, line: str) -> None:
    """A line as it is: no markup, no wrapping, no colour from what a file says."""
    console.print(Text(line), soft_wrap=True)
