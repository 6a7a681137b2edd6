"""The ledger's two nouns: an account that is watched and the unit that owns it."""

import re
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

PLATFORM_NAMES = {
    "wechat": "微信公众号",
    "weibo": "新浪微博",
    "douyin": "抖音",
    "toutiao": "今日头条",
    "feed": "订阅源",
}


SEC_UID = r"MS4wLj[A-Za-z0-9_-]{20,120}"
"""Regular expression of the id that Douyin and Toutiao put into an account's address."""

WHOLE_PLATFORM = "*"
"""The account id of findings about a platform as a whole."""


def is_sec_uid(account_id: str) -> bool:
    return re.fullmatch(SEC_UID, account_id) is not None


class AccountStatus(StrEnum):
    """Life cycle in the ledger (国办发〔2018〕123号, 开设、变更、关停、注销)."""

    RUNNING = "运行"
    CLOSING = "关停公告"
    CANCELLING = "注销中"
    CANCELLED = "已注销"


class Account(BaseModel):
    """One account of the ledger.

    `platform` is a file name of services/collector/platforms; `id` is the platform's own id, always a string.
    `opened_on` is a Beijing calendar date. Contact fields are the only personal data kept.
    `mail`: the unit's own mailboxes; `robot`: its own chat robot, as shared.robots reads it, or the name of a channel.
    The robot's address is a secret: who has it can write into the group.
    `other_sources`: addresses where the account is seen besides its page (albums, articles, bridges' feeds).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    platform: str = Field(min_length=1)
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    supervisor: str | None = None
    region: str | None = None
    url: str | None = None
    verified_as: str | None = None
    status: AccountStatus = AccountStatus.RUNNING
    opened_on: date | None = None
    leader: str | None = None
    contact: str | None = None
    phone: str | None = None
    mail: tuple[str, ...] = ()
    robot: str | None = Field(default=None, repr=False)
    other_sources: tuple[str, ...] = ()
    followers: int | None = None
    remark: str | None = None

    @property
    def key(self) -> str:
        """`platform/id`: the key of its events, its history and the command line."""
        return f"{self.platform}/{self.id}"

    @property
    def platform_name(self) -> str:
        return PLATFORM_NAMES.get(self.platform, self.platform)
