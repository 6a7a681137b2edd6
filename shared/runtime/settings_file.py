"""The settings file: where it is looked for, and its text as plain values with the secrets filled in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from shared.errors import InputError
from shared.validation import beside, file_problem
from shared.yaml_file import read_yaml

VARIABLE = "XUNJIAN_CONFIG"
NAME = "xunjian.yaml"
SYSTEM_FILE = Path("/etc/xunjian") / NAME


def find_file(config: Path | None, environment: Mapping[str, str]) -> Path | None:
    """`--config`, `XUNJIAN_CONFIG`, ./xunjian.yaml, /etc/xunjian/xunjian.yaml: the first that is given or exists.

    Absolute, but with links as they are: what lies beside a link is meant. Null when there is none; a file that was
    named is taken even where it is missing, so that reading it says so.
    """
    named = environment.get(VARIABLE)
    if config is not None or named:
        return beside(Path.cwd(), config or str(named))
    return next((file.absolute() for file in (Path(NAME), SYSTEM_FILE) if _exists(file)), None)


class Given(NamedTuple):
    """Key -> value of a settings file, and the variables that stand for some of its values."""

    values: dict[str, Any]
    variables: frozenset[str]


def read_file(path: Path, environment: Mapping[str, str]) -> Given:
    """What the file gives; a value `{file: path}` or `{env: NAME}` is replaced by that file's or variable's text.

    Raises InputError naming file and key, never quoting it.
    """
    try:
        raw = read_yaml(path)
    except FileNotFoundError:
        remedy = f"请核对 --config 或环境变量 {VARIABLE}，新建请运行 xunjian init"
        raise InputError(str(path), f"没有这个设置文件；{remedy}") from None
    if not isinstance(raw, dict | None):
        raise InputError(str(path), "设置文件应为 YAML 的“名称: 值”对照表")
    filling = _Filling(path, environment)
    values = {str(key): filling.of(value, str(key)) for key, value in (raw or {}).items()}
    return Given(values, frozenset(filling.variables))


def _exists(file: Path) -> bool:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError:
        # Of the system: to be refused by name when it is read, rather than passed over in silence. A working directory
        # that may not be entered was left over by who changed the user (root's own), and is nobody's settings.
        return file.is_absolute()
    return True


class _Filling:
    """What `{env: NAME}` and `{file: path}` stand for."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment
        self.variables: set[str] = set()

    def of(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            if set(value) == {"env"}:
                return self._variable(str(value["env"]), key)
            if set(value) == {"file"}:
                return self._text(beside(self._path.parent, str(value["file"])), key)
            return {name: self.of(item, f"{key}.{name}") for name, item in value.items()}
        if isinstance(value, list):
            return [self.of(item, f"{key}.{index}") for index, item in enumerate(value)]
        return value

    def _variable(self, name: str, key: str) -> str:
        self.variables.add(name)
        if name not in self._environment:
            raise InputError(str(self._path), f"{key}：没有环境变量 {name}；请设置它")
        return self._environment[name]

    def _text(self, file: Path, key: str) -> str:
        try:
            if text := file.read_text(encoding="utf-8-sig").strip():
                return text
            raise InputError(str(self._path), f"{key}：文件 {file} 是空的；请把密码或密钥写进去")
        except UnicodeDecodeError:
            raise InputError(str(self._path), f"{key}：文件 {file} 不是 UTF-8 编码；请另存为 UTF-8") from None
        except OSError as error:
            raise InputError(str(self._path), f"{key}：文件 {file} {file_problem(error)}") from error
