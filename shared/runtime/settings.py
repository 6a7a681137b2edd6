"""Settings: environment (`XUNJIAN_...`) and a YAML file. Unknown keys are refused, secrets come from elsewhere."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from shared.bus.topics import TopicSettings
from shared.errors import InputError
from shared.evidence.options import EvidenceSettings
from shared.runtime.kafka_settings import checked_bootstrap, checked_prefix, checked_security
from shared.runtime.settings_file import Given, find_file, read_file
from shared.validation import beside, ended, first_problem
from shared.variables import PREFIX, refuse_unknown, says_where, variable_of

_SQLITE = "sqlite:///"
_DATABASES = (_SQLITE, "postgresql+psycopg://")
_SECRET_TABLES = (
    "kafka_security",
    "hooks",
    "channels",
    "browser",
    "platforms",
    "sources",
    "bridges",
    "owner_accounts",
    "reports",
)
HOOKS = ("alertmanager",)
SHORTEST_TOKEN = 16
_STORES = ("data_dir", "database_url")
"""What says where the data are; without any of it nothing is written."""


class LocalRulebook(BaseModel):
    """Which rulebook (built-in name or file) the accounts of a region fall under; no region is every account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str = ""
    rulebook: str = Field(min_length=1)


class Settings(BaseSettings):
    """Everything that can be set. `channels`: a name of your own -> {type: file name of a channel, ...its options}."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

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
    kafka_create_topics: int = Field(default=0, ge=0, le=1000)
    """Make missing topics with this many partitions, one replica each (trials only); 0: they are made elsewhere."""
    kafka_topics: TopicSettings = TopicSettings()
    """What `xunjian topics apply` makes of the topics."""
    rulebook: str = Field(default="cn", min_length=1)
    """Of every account that `rulebooks` has none for."""
    rulebooks: tuple[LocalRulebook, ...] = ()
    """The first that is in force and whose region the account lies in is taken."""
    ledger: Path | None = None
    """A ledger file imported at start."""
    browser: dict[str, Any] = Field(default_factory=dict)
    """How the collector reaches the platforms; the collector knows the keys."""
    platforms: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of the platform plug-ins, by file name."""
    sources: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of the kinds of further sources, by file name."""
    bridges: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Feed bridges under names of your own, and the control account that proves each; the collector knows the keys."""
    owner_accounts: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Accounts (`platform/id`) whose owners gave an interface of the platform; the collector knows the keys."""
    collector_platforms: tuple[str, ...] = ()
    """Those that this collector visits, where others visit the rest; none is all."""
    reports: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Options of the report plug-ins, by file name."""
    channels: dict[str, dict[str, Any]] = Field(default_factory=lambda: {"inbox": {"type": "inbox"}})
    routes: tuple[dict[str, Any], ...] = ({"channels": ["inbox"]},)
    """Whose findings go where; the alerter knows the keys."""
    operators: tuple[str, ...] = ("inbox",)
    """Channels of the people who run this system: what could not be verified goes there, never to units."""
    hooks: dict[str, str] = Field(default_factory=dict)
    """Who may POST to the alerter, `alertmanager`, and the token it has to show; without one that way in is shut."""
    unit_mail: str | None = None
    """The email channel that carries the mail of units with their own mailbox; null: the only one there is."""
    group_wait_seconds: float = Field(default=10, ge=0, le=86_400)
    retention_days: int = Field(default=90, ge=30, le=36_500)
    """After so many days probes and repeated sightings are thinned to what still proves something."""
    sketch_days: int = Field(default=30, ge=1, le=36_500)
    """For so many days a published text can be recognised in others' posts."""
    evidence: EvidenceSettings = EvidenceSettings()
    """Where captures and pictures are kept, and for how long."""
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    """0 takes a free port. Null: each service has its own, see `shared.runtime.opening`."""
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    _file: Path | None = PrivateAttr(default=None)

    @field_validator("database_url")
    @classmethod
    def _is_a_database_we_know(cls, url: str | None) -> str | None:
        kind, sign, _ = (url or "").partition("://")
        if url is not None and not url.startswith(_DATABASES):
            named = f"认不出 {kind[:20]}://" if sign else "这不是数据库的地址"
            raise ValueError(f"{named}；请写 {_SQLITE}文件路径 或 {_DATABASES[1]}用户:密码@主机/库名")
        return url

    @field_validator("kafka_bootstrap")
    @classmethod
    def _is_an_address(cls, text: str | None) -> str | None:
        return None if text is None else checked_bootstrap(text)

    @field_validator("kafka_prefix")
    @classmethod
    def _is_part_of_a_topic(cls, prefix: str) -> str:
        return checked_prefix(prefix)

    @field_validator("kafka_security")
    @classmethod
    def _is_what_the_client_knows(cls, security: dict[str, str]) -> dict[str, str]:
        return checked_security(security)

    @field_validator("hooks")
    @classmethod
    def _has_long_tokens(cls, hooks: dict[str, str]) -> dict[str, str]:
        for name, token in hooks.items():
            if name not in HOOKS:
                raise ValueError(f"没有入口 {name[:40]}；现有：{'、'.join(HOOKS)}")
            if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
                remedy = "不含空格；可用 openssl rand -hex 24 生成"
                raise ValueError(f"{name} 的口令须为{SHORTEST_TOKEN}个以上的英文字符、{remedy}")
        return hooks

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """What may be printed: of what holds secrets only the names."""
        for name, value in super().__repr_args__():
            yield name, _without_secrets(name, value)

    @property
    def file(self) -> Path | None:
        """The settings file; null where there is none."""
        return self._file

    @property
    def database(self) -> str:
        """The database as it may be shown: without a password."""
        return hidden(self.store_url)

    @property
    def place(self) -> str:
        """Where these settings come from, for messages."""
        return f"设置文件 {self._file}" if self._file else "环境变量和默认设置（没有设置文件）"

    @property
    def folder(self) -> Path:
        """What relative paths are relative to: the folder of the settings file, or else the working directory."""
        return self._file.parent if self._file else Path()

    @property
    def is_alone(self) -> bool:
        """True where one process a role holds the data folder, and nobody else has its database."""
        return self.database_url is None and self.kafka_bootstrap is None

    @property
    def keeps_evidence(self) -> bool:
        """False where services run apart and no place is named that they share: a folder of one is lost to the others,
        and a container's own fills up."""
        return self.is_alone or self.evidence.is_named

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


def load_settings(
    config: Path | None = None, more: Mapping[str, Any] | None = None, *, needs_store: bool = True
) -> Settings:
    """The environment over `more` over the file that is found; relative paths made to lie beside that file.

    The file: `config`, `XUNJIAN_CONFIG`, ./xunjian.yaml, /etc/xunjian/xunjian.yaml. Raises InputError naming file and
    key or variable; where a store is needed, also when nothing at all says where the data are.
    """
    file = find_file(config, os.environ)
    given = read_file(file, os.environ) if file else Given({}, frozenset())
    values = {**given.values, **(more or {})}
    refuse_unknown(Settings.model_fields, _nested_keys(), given.variables)
    if needs_store and not is_set_up(config) and not values.keys() & set(_STORES):
        raise InputError("没有设置文件", _NO_FILE)
    settings = _validated(values, str(file or "设置"))
    settings._file = file
    return _beside_file(settings)


@contextmanager
def naming_file(settings: Settings) -> Iterator[None]:
    """What a service refuses of the settings is told with their file, which the service does not know."""
    try:
        yield
    except InputError as error:
        file, key = settings.file, error.place.partition(".")[0]
        if file is None or key not in Settings.model_fields or str(file) in str(error):
            raise
        words = str(error).removeprefix(f"{error.place}: ")
        raise InputError(error.place, f"{words}（设置文件 {file}）") from error


def is_set_up(config: Path | None = None) -> bool:
    """True where there is a settings file, or the environment says where the data are."""
    return find_file(config, os.environ) is not None or says_where(_STORES)


_NO_FILE = (
    "依次找过 --config、XUNJIAN_CONFIG、./xunjian.yaml 和 /etc/xunjian/xunjian.yaml；"
    "新建请运行 xunjian init，只想看演示请运行 xunjian run --demo"
)


def _nested_keys() -> set[str]:
    """Those that have parts, which a variable may name one of."""
    plain = (Path, str, int, float, bool)
    return {
        name
        for name, field in Settings.model_fields.items()
        if not any(kind in plain for kind in (field.annotation, *get_args(field.annotation)))
        or get_origin(field.annotation) is dict
    }


def _beside_file(settings: Settings) -> Settings:
    """The paths known here; those in plug-ins' options are known to the plug-ins, see `paths_beside`."""
    folder = settings.folder
    return settings.model_copy(
        update={
            "data_dir": beside(folder, settings.data_dir),
            "ledger": settings.ledger and beside(folder, settings.ledger),
            "evidence": settings.evidence.model_copy(
                update={"folder": settings.evidence.folder and beside(folder, settings.evidence.folder)}
            ),
            "database_url": settings.database_url and _database_beside(folder, settings.database_url),
            # kafka-python's names: ssl_cafile, ssl_certfile, ssl_keyfile.
            "kafka_security": {
                key: str(beside(folder, value)) if key.endswith("file") else value
                for key, value in settings.kafka_security.items()
            },
        }
    )


def _database_beside(folder: Path, url: str) -> str:
    path = url.removeprefix(_SQLITE)
    return url if path in (url, "", ":memory:") else f"{_SQLITE}{beside(folder, path)}"


def _validated(values: dict[str, Any], place: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        problem = first_problem(error, Settings)
        variable = variable_of(problem.place) or variable_of(problem.place.partition(".")[0])
        # Not `from error`: its text quotes the settings, secrets too.
        raise InputError(variable or place, f"{ended(str(problem))}各项说明见 docs/settings.md") from None
    except SettingsError as error:
        # It names the field, never what was given.
        named = re.search('field "([a-z_]+)"', str(error))
        variable = named and variable_of(named[1])
        remedy = "不是 JSON；请写成 JSON，或写在设置文件里；见 docs/settings.md"
        raise InputError(variable or "环境变量 XUNJIAN_*", remedy) from None


def hidden(url: str) -> str:
    """An address without the password that may stand in it; an `@` in the password is part of it."""
    return re.sub(r"(://[^/:@]*:).*@", r"\1***@", url)


def _without_secrets(name: str | None, value: Any) -> Any:
    if name == "database_url" and isinstance(value, str):
        return hidden(value)
    return list(value) if name in _SECRET_TABLES else value
