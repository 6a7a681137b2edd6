"""`evidence:` in the settings: where the evidence lies, and how long it stays."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class BucketSettings(BaseModel):
    """A bucket that speaks S3. Its two secrets come by {env:} or {file:}, and are not shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str
    """`https://host[:port]`, the service's own address without the bucket."""
    bucket: str = Field(min_length=3, max_length=63)
    access_key: SecretStr
    secret_key: SecretStr
    region: str = "us-east-1"
    prefix: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9._/-]*$")
    """Goes before every name, where the bucket is shared with others: `xunjian/`."""
    addressing: Literal["path", "virtual"] = "path"
    """`virtual`: the bucket is part of the host name, which Aliyun OSS asks for."""
    timeout_seconds: float = Field(default=30, ge=1, le=600)

    @field_validator("endpoint")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.username:
            raise ValueError("请写 https://主机 或 https://主机:端口，不带路径、桶名和口令")
        return text.rstrip("/")


class EvidenceSettings(BaseModel):
    """Null folder and bucket: `evidence` in the data folder of who runs alone, and nothing is kept otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path | None = None
    bucket: BucketSettings | None = None
    keep_days: int = Field(default=365, ge=30, le=36_500)
    """What no open finding cites goes after so many days; its hash stays."""
    wall_days: int = Field(default=30, ge=7, le=36_500)
    """Of looks that could not see (blocked, login, timeout...)."""

    @property
    def is_named(self) -> bool:
        return self.folder is not None or self.bucket is not None

    @model_validator(mode="after")
    def _is_one_place(self) -> "EvidenceSettings":
        if self.folder and self.bucket:
            raise ValueError("folder 和 bucket 只能写一个")
        return self
