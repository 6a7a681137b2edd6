"""The ledger: the file that is imported at start, and what the database holds of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from services.collector.platforms.base import Platform
from shared.account import Account, AccountStatus
from shared.errors import InputError
from shared.ledger.reading import LedgerFile
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good, some
from xunjian.shown.where import typed

_NAMED = 3


def check_file(path: Path, read: LedgerFile | InputError, place: str, stored: int = 0) -> Iterable[Diagnosis]:
    """`read`: what reading it gave or raised. `place`: where the file is set. `stored`: how many the database holds."""
    if isinstance(read, InputError):
        words = str(read).removeprefix(f"{read.place}: ")
        yield failed("台账文件", f"{path} {words}", f"改正文件，或改正{place}")
    elif read.errors:
        told = "；".join(str(error) for error in read.errors[:_NAMED])
        detail = f"{path}：{len(read.accounts)} 个账号可导入，{len(read.bad_rows)} 行有错：{told}"
        yield advice("台账文件", detail, f"全部错误见 xunjian ledger import --dry-run {typed(path)}")
    elif not read.accounts and stored:
        remedy = f"填好后重新导入，或删去{place}"
        yield advice("台账文件", f"{path} 里没有账号；照常核查数据库里的 {stored} 个", remedy)
    elif not read.accounts:
        yield failed("台账文件", f"{path} 里没有账号", "填好台账（模板：xunjian ledger template 台账.xlsx）")
    elif left_out := (*read.warnings, *read.unsupported):
        told = "；".join(str(one) for one in left_out[:_NAMED])
        remedy = "改正后重新导入；这几处之外都已采纳"
        yield advice("台账文件", f"{path}：{len(read.accounts)} 个账号，{len(left_out)} 处未采纳：{told}", remedy)
    else:
        yield good("台账文件", f"{path}：{len(read.accounts)} 个账号")


def check_accounts(
    stored: int | None, accounts: Sequence[Account], platforms: dict[str, Platform]
) -> Iterable[Diagnosis]:
    """`stored`: how many the database holds, null where it cannot be read; `accounts`: also those of the file that
    will be imported at the next start."""
    watched = [account for account in accounts if account.status is not AccountStatus.CANCELLED]
    if not accounts and stored is None:
        return
    if not accounts:
        yield advice("台账", "还没有账号，什么都不会核查", "导入台账：xunjian ledger import 台账.xlsx")
        return
    closed = [account for account in watched if _refusal(account, platforms)]
    held = "数据库读不了" if stored is None else f"数据库里有 {stored} 个账号"
    coming = f"，启动时导入后为 {len(accounts)} 个" if stored != len(accounts) else ""
    yield good("台账", f"{held}{coming}，其中核查 {len(watched)} 个")
    if closed:
        named = some([f"{account.name}（{account.key}）" for account in closed], _NAMED)
        why = _refusal(closed[0], platforms)
        remedy = "在台账中补上主页链接后重新导入"
        yield advice("台账", f"{len(closed)} 个账号打不开，只会是未能核实：{named}；第一个：{why}", remedy)


def _refusal(account: Account, platforms: dict[str, Platform]) -> str | None:
    platform = platforms.get(account.platform)
    if platform is None:
        return f"没有平台 {account.platform} 的采集程序"
    try:
        platform.plan(account)
    except InputError as error:
        return str(error).removeprefix(f"{error.place}: ")
    return None
