"""A setting that cannot be used is refused in Chinese, by its place, with the nearest right one; secrets stay unsaid."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels
from services.alerter.channels.base import Channel
from services.alerter.readers import Readers
from services.alerter.routes import Route, build_routes
from services.collector.__main__ import browser_settings
from services.collector.browser.chromium import BrowserSettings
from services.collector.platforms.base import Platform
from services.reporter.__main__ import build_reports
from services.reporter.reports.base import Report
from shared.errors import InputError
from shared.plugins import discover
from shared.runtime.settings import LocalRulebook, Settings, load_settings, naming_file
from shared.validation import first_problem

ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}")
WRONG: list[Any] = [
    *(None, "x", "", "\x00", "\ud800", b"\xff", "9" * 5000, 1, -1, 1.5, 1e400, float("nan"), 10**400, True),
    *([], [1], [1, 2, 3], [None], [{}], [[]], ["x"], {}, {"a": 1}, {"a": None}, {1: {}}, {"a": {"b": object()}}),
]
PLUGINS: tuple[tuple[str, type[Any]], ...] = (
    ("services.alerter.channels", Channel),
    ("services.collector.platforms", Platform),
    ("services.reporter.reports", Report),
)


def every_option() -> Iterator[tuple[type[BaseModel], str]]:
    kinds: list[type[BaseModel]] = [Settings, LocalRulebook, Route, Readers, BrowserSettings]
    for package, base in PLUGINS:
        kinds += discover(package, base).values()
    for kind in kinds:
        for name in (*kind.model_fields, "no_such_thing"):
            yield kind, name


@pytest.mark.parametrize(("kind", "name"), list(every_option()))
def test_whatever_is_wrong_with_an_option_is_said_in_chinese(kind: type[BaseModel], name: str) -> None:
    for value in WRONG:
        try:
            kind(**{name: value})
        except ValidationError as error:
            words = str(first_problem(error, kind))
            assert not ENGLISH.search(words), (value, words)
            assert re.search("[一-鿿]", words), (value, words)


def written(folder: Path, text: str) -> Path:
    file = folder / "xunjian.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rulebok: cn\n", "rulebok：没有这一项；是不是 rulebook？"),
        ("zzz: 1\n", "zzz：没有这一项；可写的有：data_dir、"),
        (
            "rulebooks: [{rulebook: cn}, {regoin: 甘肃, rulebook: cn}]\n",
            "rulebooks.1.regoin：没有这一项；是不是 region？",
        ),
        ("database_url: mysql://u:SECRET@h/d\n", "database_url：认不出 mysql://；请写 sqlite:///"),
        ("database_url: postgres://u:SECRET@h/d\n", "认不出 postgres://；请写 .*postgresql[+]psycopg://"),
        ("database_url: /var/lib/x.db\n", "database_url：这不是数据库的地址；请写 sqlite:///"),
        ("rulebook: cn\nledger: a.xlsx\nrulebook: gansu\n", "第3行又写了一次 rulebook（第1行已有）；请只留一个"),
        ("browser: {proxy: x, proxy: y}\n", "第1行又写了一次 proxy"),
        ("browser:\n\tproxy: x\n", "有制表符（Tab）；请核对，缩进一律改用空格"),
    ],
)
def test_a_wrong_file_is_told_with_its_place_and_the_remedy(tmp_path: Path, text: str, words: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(InputError, match=words.replace("(", r"\(")) as refused:
        load_settings(file)
    assert refused.value.place == str(file)
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("reports: {weekly: {mail_too: [a@b.cn]}}\n", "reports.weekly.mail_too", "是不是 mail_to？"),
        ("reports: {weekly: {on_monday_at: 18:47}}\n", "reports.weekly.on_monday_at", "请加引号"),
        ("browser: {proxi: 'http://h:1'}\n", "browser.proxi", "是不是 proxy？"),
        ("channels: {m: {type: email, hots: h}}\n", "channels.m.hots", "没有这一项；是不是 host？"),
        ("channels: {m: {type: emial}}\n", "channels.m.type", "没有类型 emial；可选：.*email"),
        ("channels: {m: {type: [email]}}\n", "channels.m.type", "没有类型"),
        ("channels: {m: {host: h}}\n", "channels.m.type", "没有写类型"),
        ("routes: [{channels: []}, {channel: [a]}]\n", "routes.1.channel", "没有这一项；是不是 channels？"),
    ],
)
def test_what_a_service_refuses_names_the_settings_file(tmp_path: Path, text: str, place: str, words: str) -> None:
    file = written(tmp_path, text)
    settings = load_settings(file)
    with pytest.raises(InputError, match=f"{words}.*请改正设置文件 {file}") as refused:  # noqa: PT012 - one of the four
        browser_settings(settings)
        build_routes(settings.routes, settings.operators, settings.file)
        build_channels(channel_options(settings), settings.file)
        build_reports(settings)
    assert refused.value.place == place


def test_what_a_service_refuses_later_names_the_settings_file_too(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, "routes: [{channels: [nobody]}]\n"))
    routes = build_routes(settings.routes, settings.operators, settings.file)
    with (
        pytest.raises(InputError, match=rf"没有渠道 nobody；.*（设置文件 {settings.file}）$") as refused,
        naming_file(settings),
    ):
        routes.check(build_channels({}))
    assert refused.value.place == "routes.0.channels"
    with pytest.raises(InputError, match=r"^台账\.xlsx: 没有$"), naming_file(settings):
        raise InputError("台账.xlsx", "没有")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "xunjian.yaml").write_bytes(b"\xef\xbb\xbfrulebook: gansu\n")
    assert load_settings(tmp_path / "xunjian.yaml").rulebook == "gansu"


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("XUNJIAN_DATABASEURL", "XUNJIAN_DATABASE_URL"),
        ("XUNJIAN_DATABSE_URL", "XUNJIAN_DATABASE_URL"),
        ("XUNJIAN_CONFG", "XUNJIAN_CONFIG"),
        ("XUNJIAN_BROWSR__PROXY", "XUNJIAN_BROWSER"),
        ("XUNJIAN_RULEBOOK__NAME", "XUNJIAN_RULEBOOK"),
        ("xunjian_metric_port", "XUNJIAN_METRICS_PORT"),
    ],
)
def test_a_variable_that_sets_nothing_is_refused_with_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, nearest: str
) -> None:
    monkeypatch.setenv(variable, "x")
    with pytest.raises(InputError, match=f"没有这个设置；是不是 {nearest}？") as refused:
        load_settings(written(tmp_path, "rulebook: cn\n"))
    assert refused.value.place == f"环境变量 {variable}"


def test_a_part_that_only_the_service_knows_is_named_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNJIAN_BROWSER__PROXI", "http://h:1")
    with pytest.raises(InputError, match="是不是 proxy？") as refused:
        browser_settings(load_settings(written(tmp_path, "rulebook: cn\n")))
    assert refused.value.place == "环境变量 XUNJIAN_BROWSER__PROXI"


def test_variables_of_others_mean_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_SHARED", "/x")
    monkeypatch.setenv("XUNJIAN_TEST_DATABASE_URL", "x")
    monkeypatch.setenv("XUNJIAN_DING_TOKEN", "read by the settings file")
    for ending in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_9464_TCP_ADDR"):
        monkeypatch.setenv(f"XUNJIAN_COLLECTOR_{ending}", "10.0.0.1")
    monkeypatch.setenv("XUNJIAN_COLLECTOR_PORT", "tcp://10.0.0.1:9464")
    channels = "channels: {d: {type: dingtalk, token: {env: XUNJIAN_DING_TOKEN}}}\n"
    assert load_settings(written(tmp_path, channels)).channels["d"]["token"] == "read by the settings file"


def test_printed_settings_hold_no_secret(tmp_path: Path) -> None:
    settings = load_settings(
        written(
            tmp_path,
            "database_url: postgresql+psycopg://watch:p@SECRET/1@db/x\nkafka_security: {sasl_plain_password: SECRET}\n"
            "browser: {proxy: 'http://u:SECRET@h:1'}\nchannels: {d: {type: dingtalk, token: SECRET}}\n"
            "platforms: {weibo: {cookie: SECRET}}\nreports: {weekly: {password: SECRET}}\n",
        )
    )
    for shown in (repr(settings), str(settings), f"{settings}", settings.database):
        assert "SECRET" not in shown
    assert settings.database == "postgresql+psycopg://watch:***@db/x"
    assert "sasl_plain_password" in repr(settings)
