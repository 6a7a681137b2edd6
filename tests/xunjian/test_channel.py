"""`xunjian channel`, as the engineer who has just filled in the settings, against real servers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from shared.clock import utc_now
from shared.delivery import Trouble
from shared.errors import InputError
from shared.storage.store import open_store
from tests.builders import NOW, an_account
from tests.fakes.http_server import Reply, said
from tests.fakes.robots import FakeDingTalk, FakeFeishu
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer
from tests.fakes.webhook import FakeReceiver
from xunjian.app import make_app


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(tmp_path) as server:
        yield server


def run(tmp_path: Path, options: dict[str, Any], *words: str, **more: Any) -> Result:
    settings = {"data_dir": str(tmp_path / "var"), "channels": {"mine": options}, "operators": ["mine"]}
    routes = [{"units": ["甲局", "乙局"], "channels": ["mine"]}, {"channels": ["mine"]}]
    file = tmp_path / "xunjian.yaml"
    file.write_text(yaml.safe_dump({**settings, "routes": routes, **more}, allow_unicode=True), encoding="utf-8")
    return CliRunner().invoke(make_app(["channel"]), ["channel", *words, "--config", str(file)])


def mail(server: FakeMailServer, **fields: object) -> dict[str, Any]:
    login = {"username": USER, "password": PASSWORD, "ca_file": str(server.ca_file)}
    addresses = {"sender": "xunjian@example.org", "to": ["unit@example.org"]}
    return {"type": "email", "host": "127.0.0.1", "port": server.port, **login, **addresses, **fields}


def test_list_says_who_uses_each_channel_and_shows_no_secret(tmp_path: Path) -> None:
    result = run(tmp_path, {"type": "wecom", "key": "key-0123456789"}, "list")
    assert result.exit_code == 0
    assert "mine（wecom）" in result.output
    assert "甲局、乙局；其余各单位；运维" in result.output
    assert "key-0123456789" not in result.output


def test_a_mail_that_is_taken_shows_the_servers_words_and_accuses_nobody(
    tmp_path: Path, mail_server: FakeMailServer
) -> None:
    result = run(tmp_path, mail(mail_server), "test", "mine")
    assert result.exit_code == 0, result.output
    assert "对方应答：250 taken；收件人：unit@example.org" in result.output
    (taken,) = mail_server.mails
    assert taken["Subject"].startswith("【巡检测试】")
    assert "不涉及任何账号" in taken.get_content()
    assert not (tmp_path / "var").exists()


def feishu(server: FakeFeishu, **fields: object) -> dict[str, Any]:
    return {"type": "feishu", "token": server.token, "secret": server.secret, "base_url": server.url, **fields}


def test_a_picture_is_tried_where_an_app_may_upload_it(tmp_path: Path) -> None:
    with FakeFeishu() as server:
        server.now = utc_now()
        app = {"app_id": server.app_id, "app_secret": server.app_secret}
        result = run(tmp_path, feishu(server, **app), "test", "mine", "--picture")
        assert result.exit_code == 0, result.output
        assert [image[:4] for image in server.images] == [b"\x89PNG"]
        server.may_upload = False
        refused = run(tmp_path, feishu(server, **app), "test", "mine", "--picture")
        assert refused.exit_code == 1
        assert "im:resource:upload" in refused.output


def test_a_channel_that_shows_no_picture_says_what_it_would_need(tmp_path: Path) -> None:
    with FakeFeishu() as server:
        server.now = utc_now()
        result = run(tmp_path, feishu(server), "test", "mine", "--picture")
        assert result.exit_code == 1
        assert "app_id" in result.output
        assert server.images == []


def test_it_can_go_to_another_address(tmp_path: Path, mail_server: FakeMailServer) -> None:
    assert run(tmp_path, mail(mail_server), "test", "mine", "--to", "me@example.org").exit_code == 0
    assert mail_server.recipients == [["me@example.org"]]
    refused = run(tmp_path, {"type": "inbox"}, "test", "mine", "--to", "me@example.org")
    assert isinstance(refused.exception, InputError)
    assert "不是邮件渠道" in str(refused.exception)
    assert "不是邮箱地址" in str(run(tmp_path, mail(mail_server), "test", "mine", "--to", "nonsense").exception)


def test_a_units_own_mailbox_is_tried_and_never_said_whole(tmp_path: Path, mail_server: FakeMailServer) -> None:
    store = open_store(f"sqlite:///{tmp_path}/var/xunjian.db")
    own = [an_account("1001", mail=("zhang@edu.example.org",)), an_account("1002", mail=("zhang@edu.example.org",))]
    store.accounts.upsert([*own, an_account("2001", unit="北山区卫健局")], NOW)
    store.close()
    result = run(tmp_path, mail(mail_server, to=[]), "test", "通知邮箱", "--unit", "青禾县政府办")
    assert result.exit_code == 0, result.output
    assert mail_server.recipients == [["zhang@edu.example.org"]]
    assert "z***@edu.example.org 已送达，对方应答：250 taken" in result.output
    assert "zhang@" not in result.output
    assert "1个单位自己的" in run(tmp_path, mail(mail_server, to=[]), "list").output
    for words, says in (
        (("--unit", "青禾县政府"), "是不是：青禾县政府办"),
        (("--unit", "北山区卫健局"), "没有通知邮箱"),
        ((), "--unit"),
    ):
        error = run(tmp_path, mail(mail_server, to=[]), "test", "通知邮箱", *words).exception
        assert says in str(error)
    assert "--to" in str(run(tmp_path, mail(mail_server, to=[]), "test", "mine").exception)


def test_a_units_robot_that_is_a_channel_of_the_settings_is_said_to_be_it(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/var/xunjian.db")
    store.accounts.upsert([an_account(robot="mine")], NOW)
    store.close()
    error = run(tmp_path, {"type": "inbox"}, "test", "通知机器人", "--unit", "青禾县政府办").exception
    assert "xunjian channel test mine" in str(error)


def test_a_route_to_a_channel_that_is_misspelt_is_named_with_the_right_one(tmp_path: Path) -> None:
    error = run(tmp_path, {"type": "inbox"}, "list", routes=[{"channels": ["mime"]}]).exception
    assert isinstance(error, InputError)
    assert error.place == "routes.0.channels"
    assert "是不是 mine？" in str(error)


def test_an_unknown_recipient_is_quoted(tmp_path: Path, mail_server: FakeMailServer) -> None:
    mail_server.refuse_recipients = {"unit@example.org": "550 5.1.1 no such user"}
    result = run(tmp_path, mail(mail_server), "test", "mine")
    assert result.exit_code == 1
    assert "550 5.1.1 no such user" in result.output
    assert "核对" in result.output


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "wrong"}, "授权码"),
        ({"ca_file": None}, "ca_file"),
        ({"security": "ssl"}, "不用 TLS"),
        ({"port": 1}, "连接被拒绝"),
        ({"host": "nowhere.invalid"}, "找不到这个主机名"),
    ],
)
def test_each_wrong_setting_of_mail_is_named(
    tmp_path: Path, mail_server: FakeMailServer, fields: dict[str, object], words: str
) -> None:
    result = run(tmp_path, mail(mail_server, **fields), "test", "mine")
    assert result.exit_code == 1
    assert words in result.output
    assert PASSWORD not in result.output


def test_a_mail_server_without_tls_is_told_with_the_risk(tmp_path: Path) -> None:
    with FakeMailServer(tmp_path, tls=False) as plain:
        result = run(tmp_path, mail(plain, ca_file=None), "test", "mine")
        assert result.exit_code == 1
        assert "security: ssl" in result.output
        assert "security: none（不能登录，邮件在途中可被他人看到）" in result.output
        open_one = mail(plain, ca_file=None, security="none", username=None, password=None)
        assert run(tmp_path, open_one, "test", "mine").exit_code == 0


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("keywords not in content", "加上关键词“巡检”"),
        ("description:关键词不匹配", "加上关键词“巡检”"),
        ("sign not match", "secret"),
        ("ip 203.0.113.7 not in whitelist", "IP 加入"),
        ("token is not exist", "重新复制"),
        ("something new", "请核对机器人"),
    ],
)
def test_each_refusal_of_a_robot_is_quoted_with_its_remedy(tmp_path: Path, words: str, remedy: str) -> None:
    with FakeDingTalk() as server:
        server.reply = said({"errcode": 310000, "errmsg": words})
        result = run(tmp_path, {"type": "dingtalk", "token": "t" * 20, "base_url": server.url}, "test", "mine")
    assert result.exit_code == 1
    assert words in result.output
    assert remedy in result.output
    assert "t" * 20 not in result.output


def test_a_webhook_shows_status_and_body(tmp_path: Path) -> None:
    with FakeReceiver() as server:
        server.reply = Reply(200, b'{"queued": 17}')
        result = run(tmp_path, {"type": "webhook", "url": f"{server.url}/in"}, "test", "mine")
        assert result.exit_code == 0
        assert 'HTTP 200 {"queued": 17}' in result.output
        body = json.loads(server.requests[0].body)
        assert (body["version"], body["event"], body["findings"]) == (1, "test", [])
        server.reply = Reply(404, b"nothing here")
        result = run(tmp_path, {"type": "webhook", "url": f"{server.url}/in"}, "test", "mine")
        assert result.exit_code == 1
        assert "HTTP 404 nothing here：没有这个地址" in result.output


def test_a_channel_that_is_off_is_told_how_to_be_switched_on(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/var/xunjian.db")
    trouble = Trouble(name="mine", failures=1, error="密钥不对", retry_at=NOW, off_since=NOW, digest="a:b")
    store.channels.record_failure(trouble)
    result = run(tmp_path, {"type": "inbox", "folder": str(tmp_path / "in")}, "test", "mine")
    assert result.exit_code == 0
    assert "xunjian deliveries resend --channel mine" in result.output
    assert store.channels.troubles() == [trouble]
    assert store.deliveries.listed() == []
    store.close()
    assert "已停用" in run(tmp_path, {"type": "inbox"}, "list").output


def test_a_name_that_is_nearly_right_is_offered(tmp_path: Path) -> None:
    error = run(tmp_path, {"type": "inbox"}, "test", "mime").exception
    assert isinstance(error, InputError)
    assert "是不是 mine？" in str(error)
