"""Whether a file is this account's at all: one account's articles under another's name would be a false witness."""

from services.collector.exports.reading import ExportFile
from services.collector.reading.biz import number_in, number_of_account
from shared.account import PLATFORM_NAMES, Account
from shared.errors import InputError
from shared.ledger.links import platform_of

_CHECK = "请核对账号，或重新下载这个账号的数据"


def demand_own(file: ExportFile, account: Account) -> None:
    """Raises InputError naming file and row."""
    platforms: list[tuple[str, str | None]] = [(file.name, file.platform)] if file.platform else []
    platforms += [(f"{file.name} {row.place}", platform_of(row.link)) for row in file.rows if row.link]
    for place, platform in platforms:
        if platform != account.platform:
            named = f"是{PLATFORM_NAMES.get(platform, platform)}的内容" if platform else "链接不是任何平台的内容"
            raise InputError(place, f"{named}，{account.name}是{account.platform_name}账号；{_CHECK}")
    if account.platform == "wechat":
        _demand_number(file, account)


def _demand_number(file: ExportFile, account: Account) -> None:
    """A long link of WeChat names the account by its number (`__biz`)."""
    expected = number_of_account(account)
    for row in file.rows:
        found = number_in(row.link)
        if found is None:
            continue
        expected = expected or found
        if found != expected:
            raise InputError(f"{file.name} {row.place}", f"是另一个公众号的文章，不是{account.name}的；{_CHECK}")
