"""Settings: environment (`XUNJIAN_...`) and a YAML file. Unknown keys are refused, secrets come from elsewhere."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from shared.errors import InputError
from shared.validation import file_problem, first_problem, yaml_problem


class LocalRulebook(BaseModel):
    """Which rulebook (built-in name or file) the accounts of a region fall under; no region is every account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str = ""
    rulebook: str = Field(min_length=1)


class Settings(BaseSettings):
    """Everything that can be set. `channels`: a name of your own -> {type: file name of a channel, ...its options}."""

    model_config = SettingsConfigDict(env_prefix="XUNJIAN_", env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Path("var")
    database_url: str | None = None
    """Null: SQLite in `data_dir`."""
    embedded_retention_days: int = Field(default=30, ge=1, le=36_500)
    """How long the embedded bus keeps what every group has read, and dead letters; Kafka has its own setting."""
    kafka_bootstrap: str | None = None
    """Null: the embedded bus, in the same SQLite file."""
    kafka_api_version: tuple[int, int] | None = None
    """Null: asked of the broker."""
    kafka_prefix: str = ""
    """Goes before every topic and group, on a cluster shared with others."""
    kafka_security: dict[str, str] = Field(default_factory=dict)
    """kafka-python's `security_protocol`, `sasl_*` and `ssl_*` settings."""
    kafka_create_topics: int = Field(default=0, ge=0)
    """Make missing topics with this many partitions, one replica each (trials only); 0: they are made elsewhere."""
    rulebook: str = "cn"
    """Of every account that `rulebooks` has none for."""
    rulebooks: tuple[LocalRulebook, ...] = ()
    """The first that is in force and whose region the account lies in is taken."""
    ledger: Path | None = None
    """A ledger file imported at start."""
    browser: dict[str, Any] = Field(default_factory=dict)
    """How the collector reaches the platforms; the collector knows the keys."""
    platforms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of the platform plug-ins, by file name."""
    reports: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of the report plug-ins, by file name."""
    channels: dict[str, dict[str, Any]] = Field(default_factory=lambda: {"inbox": {"type": "inbox"}})
    routes: tuple[dict[str, Any], ...] = ({"channels": ["inbox"]},)
    """Whose findings go where; the alerter knows the keys."""
    operators: tuple[str, ...] = ("inbox",)
    """Channels of the people who run this system: what could not be verified goes there, never to units."""
    group_wait_seconds: float = Field(default=10, ge=0)
    retention_days: int = Field(default=90, ge=30)
    """After so many days probes and repeated sightings are thinned to what still proves something."""
    sketch_days: int = Field(default=30, ge=1)
    """For so many days a published text can be recognised in others' posts."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=9464, ge=0, le=65535)
    """0 takes a free port."""
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def is_alone(self) -> bool:
        """True where one process a role holds the data folder, and nobody else has its database."""
        return self.database_url is None and self.kafka_bootstrap is None

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'xunjian.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, so that a deployment can override one key."""
        return env_settings, init_settings


def load_settings(config: Path | None = None, more: Mapping[str, Any] | None = None) -> Settings:
    """Settings from the YAML file, `more` on top of it, and the environment. Raises InputError naming file and key.

    A value `{file: path}` or `{env: NAME}` anywhere in the YAML is replaced by the file's or variable's text, which is
    how secrets stay out of it.
    """
    values = _read(config) if config else {}
    return _validated({**values, **(more or {})}, str(config or "environment"))


def _validated(values: dict[str, Any], place: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        problem = first_problem(error)
        variable = _variable(problem.place.partition(".")[0])
        # Not `from error`: its text quotes the settings, secrets too.
        raise InputError(variable or place, f"{problem}；各项说明见 docs/settings.md") from None
    except SettingsError as error:
        # It names the field, never what was given.
        named = re.search('field "([a-z_]+)"', str(error))
        variable = named and _variable(named[1])
        remedy = "不是 JSON；请写成 JSON，或写在设置文件里；见 docs/settings.md"
        raise InputError(variable or "环境变量 XUNJIAN_*", remedy) from None


def _variable(key: str) -> str | None:
    """The environment variable that sets the key, which then wins over the file."""
    whole = f"XUNJIAN_{key.upper()}"
    names = [name for name in os.environ if name.upper() == whole or name.upper().startswith(f"{whole}__")]
    return f"环境变量 {names[0]}" if names else None


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(str(path), "没有这个文件；用默认设置请不写 --config") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        # Not `from error`: its text quotes the file, secrets too.
        raise InputError(str(path), yaml_problem(error)) from None
    if not isinstance(raw, dict | None):
        raise InputError(str(path), "设置文件应为 YAML 的“名称: 值”对照表")
    return {str(key): _filled(value, path, str(key)) for key, value in (raw or {}).items()}


def _filled(value: Any, path: Path, key: str) -> Any:
    if isinstance(value, dict):
        if set(value) == {"env"}:
            return _from_environment(str(value["env"]), path, key)
        if set(value) == {"file"}:
            return _from_file(path.parent / str(value["file"]), path, key)
        return {name: _filled(item, path, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, path, f"{key}.{index}") for index, item in enumerate(value)]
    return value


def _from_environment(name: str, path: Path, key: str) -> str:
    if name not in os.environ:
        raise InputError(str(path), f"{key}：没有环境变量 {name}；请设置它")
    return os.environ[name]


def _from_file(file: Path, path: Path, key: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise InputError(str(path), f"{key}：文件 {file} 不是 UTF-8 编码；请另存为 UTF-8") from None
    except OSError as error:
        raise InputError(str(path), f"{key}：文件 {file} {file_problem(error)}") from error
