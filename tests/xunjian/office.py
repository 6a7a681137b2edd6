"""An office on a folder of its own: analyzer and alerter at work, the inbox as its people see it."""

import re
from datetime import datetime
from pathlib import Path

from services.alerter.__main__ import build as build_alerter
from services.analyzer.__main__ import build as build_analyzer
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from tests.builders import NOW, a_post, a_probe, an_account, days

ACCOUNTS = tuple(an_account(str(number), name=f"第{number}号", unit=f"第{number}局") for number in range(1001, 1006))


class Office:
    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=folder, database_url=database_url)
        self.config = folder.parent / f"{folder.name}.yaml"
        server = f"database_url: {database_url}\n" if database_url else ""
        self.config.write_text(f"data_dir: {folder}\n{server}", "utf-8")

    def enlist(self) -> None:
        with open_host(self.settings, lambda: NOW, "test") as host:
            host.store.accounts.upsert(ACCOUNTS, NOW - days(1))

    def find(self, at: datetime, silent_days: dict[str, float], *, tell: bool = True) -> None:
        """Accounts visited at `at`, with the days since their last post; judged, and told unless not."""
        with open_host(self.settings, lambda: at, "test") as host:
            for account, since in silent_days.items():
                post = a_post(f"{account}-{since}", at - days(since), account_id=account, observed_at=at)
                host.bus.publish([post, a_probe(at, account_id=account)])
            analyzer = build_analyzer(host)
            while analyzer.step(at):
                pass
            analyzer.close()
            if tell:
                self.tell(at)

    def tell(self, at: datetime) -> None:
        with open_host(self.settings, lambda: at, "test") as host:
            alerter = build_alerter(host)
            alerter.drain(at)
            alerter.close()

    def queue(self, at: datetime) -> None:
        """What was found waits for its group, and is not told yet."""
        with open_host(self.settings, lambda: at, "test") as host:
            alerter = build_alerter(host)
            alerter.step(at)
            alerter.close()

    def told(self) -> list[str]:
        """The numbers of all matters in the inbox's messages of alert, one for each time."""
        texts = [file.read_text("utf-8") for file in sorted((self.folder / "inbox").glob("*.txt"))]
        return [number for text in texts for number in re.findall(r"编号[：\s]*([0-9A-F]{8})", text)]
