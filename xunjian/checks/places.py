"""Where a setting is written, so that a remedy names the very place: the file and key, or the variable that wins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """`file`: the settings file, null where none is used."""

    file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """`key` dotted, `browser.proxy`: 环境变量 XUNJIAN_BROWSER__PROXY, or 设置文件 /etc/x.yaml 的 browser.proxy."""
        parts = key.split(".")
        wanted = ["XUNJIAN_" + "__".join(parts[:length]).upper() for length in range(len(parts), 0, -1)]
        for name in wanted:
            if given := next((given for given in self.environment if given.upper() == name), None):
                return f"环境变量 {given}"
        return f"设置文件 {self.file} 的 {key}" if self.file else f"设置 {key}（现为默认值）"
