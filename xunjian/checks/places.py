"""Where a setting is written, so that a remedy names the very place: the file and key, or the variable that wins."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shared.errors import InputError
from xunjian.checks.diagnosis import Diagnosis, failed


@dataclass(frozen=True)
class Places:
    """`file`: the settings file, null where none is used. `written`: the keys that were set; null: not known."""

    file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    written: Collection[str] | None = None

    def of(self, key: str) -> str:
        """`key` dotted, `browser.proxy`: 环境变量 XUNJIAN_BROWSER__PROXY, or 设置文件 /etc/x.yaml 的 browser.proxy."""
        if key.startswith("环境变量"):
            return key
        parts = key.split(".")
        wanted = ["XUNJIAN_" + "__".join(parts[:length]).upper() for length in range(len(parts), 0, -1)]
        for name in wanted:
            if given := next((given for given in self.environment if given.upper() == name), None):
                return f"环境变量 {given}"
        if self.file is None:
            return f"设置 {key}（现为默认值）"
        is_default = self.written is not None and parts[0] not in self.written
        return f"设置文件 {self.file} 的 {key}{'（没有写，现为默认值）' if is_default else ''}"

    def refused(self, title: str, error: InputError) -> Diagnosis:
        """A setting that its service refuses, in the service's own words, with the place where it is written."""
        words = str(error).removeprefix(f"{error.place}: ")
        what, mark, remedy = words.rpartition("；")
        if not mark or remedy.startswith("请改正设置"):
            what, remedy = what or words, f"改正{self.of(error.place)}"
        return failed(title, f"{error.place} {what}", remedy)
