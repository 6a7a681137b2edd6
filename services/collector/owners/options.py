"""Which accounts' owners have given their interfaces: `owner_accounts` of the settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.errors import InputError
from shared.validation import validated

PLATFORM = "wechat"


class OwnerAccount(BaseModel):
    """`app_id` and `secret`: the AppID and AppSecret of the 公众号 (设置与开发 → 基本配置)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app_id: str = Field(pattern=r"^wx[0-9a-f]{16}$", examples=["wx0123456789abcdef"])
    secret: SecretStr = Field(min_length=16, max_length=128)


def owners_in(options: Mapping[str, Mapping[str, Any]], file: Path | None) -> dict[str, OwnerAccount]:
    """By `platform/id` of the ledger. Raises InputError naming account and option."""
    for key in options:
        platform, sign, account_id = key.partition("/")
        if platform != PLATFORM or not sign or not account_id:
            raise InputError(f"owner_accounts.{key}", f"应写台账里的账号，形如 {PLATFORM}/账号ID；目前只有微信公众号")
    return {key: validated(OwnerAccount, one, f"owner_accounts.{key}", file) for key, one in options.items()}
