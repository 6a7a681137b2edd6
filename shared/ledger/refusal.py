"""What a ledger file says that was not taken (台账未采纳): whole rows, and single cells of rows that were."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Refusal:
    """One cell. `file` is the file's name, `place` is `台账!C5`; `name`, `platform` and `unit` are as its row has them.

    `key`: the account the row was taken as, without this cell; null when the row was not taken. In force from `since`
    until `until` (null: still). The cell's own words are not kept: they may be somebody's telephone number.
    """

    file: str
    place: str
    header: str
    name: str
    platform: str
    unit: str
    key: str | None
    message: str
    remedy: str
    since: datetime
    until: datetime | None = None

    @property
    def is_row(self) -> bool:
        """The whole row was refused: nobody watches that account."""
        return self.key is None

    def __str__(self) -> str:
        what = "该行未导入" if self.is_row else "该行其余内容已导入"
        whose = f"{self.file} {self.place} {self.name or '（无名称）'}"
        return f"{whose} {self.header}：{self.message}，{self.remedy}（{what}）"
