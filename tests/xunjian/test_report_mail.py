"""`xunjian report weekly --mail` as somebody types it, and what is said of it afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.clock import utc_now
from shared.errors import InputError
from shared.storage.store import open_store
from tests.builders import an_account
from tests.fakes.smtp import FakeMailServer
from xunjian.app import make_app

BOSS = "boss@example.gov.cn"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(tmp_path, tls=False) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, server: FakeMailServer) -> Path:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account()], utc_now() - timedelta(days=400))
    store.close()
    path = tmp_path / "settings.yaml"
    mail = f"{{type: email, host: 127.0.0.1, port: {server.port}, security: none, sender: x@example.cn}}"
    readers = f"{{mail_to: [{BOSS}], office: 青禾县政府办}}"
    path.write_text(f"data_dir: {tmp_path}\nchannels: {{inbox: {{type: inbox}}, mail: {mail}}}\n")
    path.write_text(f"{path.read_text()}reports: {{weekly: {readers}}}\n")
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(make_app(), [*arguments, "--config", str(config)], catch_exceptions=False)


def test_the_week_just_over_is_sent_and_the_servers_answer_shown(config: Path, server: FakeMailServer) -> None:
    done = run(config, "report", "weekly", "--mail")
    assert done.exit_code == 0
    assert f"已寄给 {BOSS}，对方应答：250 taken" in done.stdout
    (mail,) = server.mails
    assert mail["Subject"].startswith("【巡检清单】青禾县政府办｜政务新媒体监测清单｜")
    assert "未结束" not in mail["Subject"]
    assert f"寄给 {BOSS}：已送达" in run(config, "deliveries", "list", "--state", "sent").stdout


def test_a_refusal_is_said_with_the_servers_words_and_fails(config: Path, server: FakeMailServer) -> None:
    server.refuse_recipients[BOSS] = "550 no such user"
    done = run(config, "report", "weekly", "--mail")
    assert done.exit_code == 1
    assert f"没有寄给 {BOSS}：SMTP 550 no such user" in done.stdout


def test_without_readers_it_is_said_where_to_write_them(config: Path) -> None:
    config.write_text(config.read_text().replace(f"mail_to: [{BOSS}], ", ""))
    with pytest.raises(InputError, match=r"reports\.weekly\.mail_to.*没有收件人"):
        run(config, "report", "weekly", "--mail")
