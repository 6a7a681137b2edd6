"""The weekly list by mail: real SMTP, the attachment opened as a reader would, once, and never lost."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.alerter.channels.base import Channel
from services.alerter.channels.email import Email
from services.alerter.channels.inbox import Inbox
from services.alerter.readers import Reading, build_readers
from services.reporter.engine import ReporterEngine
from services.reporter.reports.weekly import Weekly
from shared.bus.sqlite import SqliteBus
from shared.delivery import DeliveryState
from shared.errors import InputError, TransientError
from shared.runtime.metrics import Metrics
from shared.storage.report_deliveries import ReportDeliveries
from shared.storage.restored import hold_back
from shared.storage.store import Store
from tests.alerter.alerting import MINUTE, Bench, away, bus, store
from tests.builders import NOW, a_finding, a_probe, an_account, days
from tests.fakes.channel import RecordingChannel
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer

__all__ = ["bus", "store"]
BOSS, DEPUTY = "boss@example.gov.cn", "deputy@example.gov.cn"
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(tmp_path, tls=False) as running:
        yield running


def email(server: FakeMailServer, **more: object) -> Email:
    options = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "xunjian@example.org"}
    return Email.model_validate(options | more)


class Office(Bench):
    """A bench with a reporter, and an alerter that sends its lists."""

    carrier: Channel

    def written(self, now: datetime = MONDAY) -> None:
        reporter = ReporterEngine(self.store, {"weekly": Weekly()}, self.folder / "reports", Metrics(), "test")
        while reporter.step(now):
            pass
        reporter.check()

    def readings(self, **options: object) -> dict[str, Reading]:
        channels = {"mail": self.carrier, "ops": self.ops, "box": Inbox(folder=self.folder / "box")}
        return build_readers({"weekly": {"mail_to": [BOSS], **options}}, channels, None, None)

    def sent_by(self, now: datetime = MONDAY, length: timedelta = MINUTE, **options: object) -> datetime:
        self.engine.close()
        self.engine = self.alerter(readings=self.readings(**options))
        return self.run(now, length, MINUTE / 2)


@pytest.fixture
def office(store: Store, bus: SqliteBus, tmp_path: Path, server: FakeMailServer) -> Iterator[Office]:
    ready = Office(store, bus, tmp_path)
    ready.carrier = email(server)
    store.accounts.upsert([an_account("1001", supervisor="河山省政府办公厅")], NOW)
    yield ready
    ready.engine.close()


def opened(mail: EmailMessage) -> BytesIO:
    (attached,) = mail.iter_attachments()
    assert isinstance(attached, EmailMessage)
    body = attached.get_content()
    assert isinstance(body, bytes)
    return BytesIO(body)


def test_the_supervisor_gets_the_list_of_the_week_with_the_file_attached(
    office: Office, server: FakeMailServer
) -> None:
    office.written()
    office.sent_by()
    (mail,) = server.mails
    assert mail["Subject"] == "【巡检清单】河山省政府办公厅｜政务新媒体监测清单｜2026年第47周"
    assert mail["To"] == BOSS
    book = load_workbook(opened(mail))
    assert book.sheetnames[:2] == ["汇总", "已超期"]
    (attached,) = mail.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert attached.get_filename() == "政务新媒体监测清单_2026年第47周.xlsx"
    assert attached.get_content_type() == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    for said in ("统计周期：2026-11-16至2026-11-22", "核查覆盖：", "未能核实", "见附件", "reports/政务新媒体监测清单"):
        assert said in text


def test_the_gravest_five_are_in_the_words_with_what_is_wrong(office: Office, server: FakeMailServer) -> None:
    accounts = [an_account(f"20{n:02}", name=f"账号{n}", unit=f"单位{n}") for n in range(7)]
    office.store.accounts.upsert(accounts, NOW)
    found = [a_finding("p", account_id=one.id, rule="comments_closed", sentence="评论区已关闭") for one in accounts]
    office.open(*found)
    office.written()
    office.sent_by()
    body = server.mails[0].get_body()
    assert body is not None
    named = [line for line in body.get_content().splitlines() if "〔其他问题〕" in line]
    assert len(named) == 5
    assert all("评论区已关闭" in line for line in named)
    assert "其他问题7条" in body.get_content()


def test_old_programs_find_the_name_in_an_encoded_word_and_new_ones_in_one_piece(
    office: Office, server: FakeMailServer
) -> None:
    office.written()
    office.sent_by()
    raw = server.raw[0].decode("ascii")
    assert re.search(r"filename\*=utf-8''%E6%94%BF[^\r\n]+\.xlsx\r\n", raw)
    assert "filename*0" not in raw
    words = re.search(r'name="((?:=\?utf-8\?B\?[A-Za-z0-9+/=]+\?=(?:\r\n )?)+)"', raw)
    assert words is not None
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert max(len(word) for word in words[1].split()) <= 75


def test_nothing_is_sent_twice_by_restarts_and_nothing_to_nobody(office: Office, server: FakeMailServer) -> None:
    office.written()
    later = office.sent_by()
    office.sent_by(later)
    office.written(later)
    office.sent_by(later)
    assert len(server.mails) == 1
    office.sent_by(later, mail_to=[])
    assert len(server.mails) == 1


def test_the_running_week_is_not_sent(office: Office, server: FakeMailServer) -> None:
    reporter = ReporterEngine(office.store, {"weekly": Weekly()}, office.folder / "reports", Metrics(), "test")
    reporter.write_running(MONDAY)
    office.sent_by()
    assert server.mails == []


def test_of_weeks_that_were_missed_only_the_newest_is_sent(office: Office, server: FakeMailServer) -> None:
    for week in range(6):
        with office.store.judgements.judging() as judging:
            judging.observed.add_probes([a_probe(MONDAY + timedelta(weeks=week, hours=1))])
    office.written(MONDAY + timedelta(weeks=6))
    office.sent_by(MONDAY + timedelta(weeks=6))
    assert len(server.mails) == 1
    assert len(list((office.folder / "reports").glob("*.xlsx"))) == 6
    office.written(MONDAY + timedelta(weeks=7))
    office.sent_by(MONDAY + timedelta(weeks=7))
    assert len(server.mails) == 2


@pytest.mark.fault(24)
@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("ahead", [timedelta(hours=1), days(8), days(21) + MINUTE * 60, days(364) + MINUTE * 60])
def test_after_the_clock_ran_ahead_the_list_of_every_true_week_is_sent(
    office: Office, server: FakeMailServer, ahead: timedelta, restarts: bool
) -> None:
    office.sent_by(MONDAY - MINUTE)
    alerter = office.engine
    office.written(MONDAY)
    office.run(MONDAY, MINUTE, MINUTE / 2)
    office.written(MONDAY + ahead)
    office.run(MONDAY + ahead, MINUTE, MINUTE / 2)
    wrong = len(server.mails)
    for week in (1, 2, 3, 4, 52):
        now = MONDAY + timedelta(weeks=week)
        if restarts:
            office.sent_by(now - MINUTE * 10)
        office.written(now)
        office.run(now, MINUTE, MINUTE / 2)
    assert restarts or office.engine is alerter
    told = [mail["Subject"].rpartition("｜")[2] for mail in server.mails]
    assert told[0] == "2026年第47周"
    assert told[wrong:] == [f"2026年第{week}周" for week in range(48, 52)] + ["2027年第46周"]


def test_after_a_backup_came_back_a_list_that_may_have_been_sent_waits_for_a_person(
    office: Office, server: FakeMailServer
) -> None:
    office.written()
    hold_back(office.store.database, MONDAY + timedelta(days=1), MONDAY - MINUTE)
    later = office.sent_by()
    office.sent_by(later)
    assert server.mails == []
    office.store.report_deliveries.make_due((DeliveryState.DEAD,), later)
    office.sent_by(later)
    assert len(server.mails) == 1


def test_each_reader_gets_a_mail_of_his_own_and_one_who_is_refused_keeps_it_from_no_other(
    office: Office, server: FakeMailServer
) -> None:
    server.refuse_recipients[BOSS] = f"550 <{BOSS}> no such user"
    office.written()
    later = office.sent_by(mail_to=[BOSS, DEPUTY])
    assert server.recipients == [[DEPUTY]]
    (dead,) = office.store.report_deliveries.listed((DeliveryState.DEAD,))
    assert dead.recipient == BOSS
    assert "b***@example.gov.cn" in office.ops.messages[0].text
    assert BOSS not in office.ops.messages[0].text
    office.sent_by(later, mail_to=["right@example.gov.cn", DEPUTY])
    assert server.recipients == [[DEPUTY], ["right@example.gov.cn"]]


def test_a_server_that_was_down_sends_it_when_it_is_up(office: Office, server: FakeMailServer, tmp_path: Path) -> None:
    office.carrier = email(server, port=1)
    office.written()
    later = office.sent_by()
    (waits,) = office.store.report_deliveries.listed((DeliveryState.PENDING,))
    assert "连接不上邮件服务器" in (waits.error or "")
    office.carrier = email(server)
    office.sent_by(later)
    assert len(server.mails) == 1


def test_killed_between_sending_and_writing_down_it_is_the_same_mail_again(
    office: Office, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.written()
    with monkeypatch.context() as patched:
        patched.setattr(ReportDeliveries, "record_sent", away)
        with pytest.raises(Exception, match="does not answer"):
            office.sent_by()
    assert len(server.mails) == 1
    office.sent_by(MONDAY + 5 * MINUTE)
    office.sent_by(MONDAY + 10 * MINUTE)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.fault(15)
def test_sent_while_the_database_was_away_it_is_written_down_later_and_not_sent_again(
    office: Office, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.written()
    with monkeypatch.context() as patched:
        patched.setattr(ReportDeliveries, "record_sent", away)
        with pytest.raises(TransientError):
            office.sent_by()
    office.run(MONDAY + 5 * MINUTE, MINUTE, MINUTE / 2)
    assert len(server.mails) == 1
    assert office.store.report_deliveries.claims() == []


@pytest.mark.fault(15)
@pytest.mark.parametrize("lost", ["claim", "find"])
def test_what_a_round_held_that_lost_the_database_is_sent_in_the_next(
    office: Office, server: FakeMailServer, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    office.written()
    of = office.store.report_deliveries if lost == "claim" else office.store.report_files
    method = getattr(of, lost)

    def unanswered(*given: Any) -> Any:
        answer = method(*given)
        if office.store.report_deliveries.claims():
            raise TransientError("the database does not answer")
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(of, lost, unanswered)
        with pytest.raises(TransientError):
            office.sent_by()
    office.run(MONDAY, MINUTE / 2, MINUTE)
    assert len(server.mails) == 1


def test_over_starttls_with_login(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    folder.mkdir()
    with FakeMailServer(folder) as strict:
        login = {"username": USER, "password": PASSWORD, "security": "starttls", "ca_file": strict.ca_file}
        office.carrier = email(strict, **login)
        office.written()
        office.sent_by()
        assert load_workbook(opened(strict.mails[0])).sheetnames


def test_a_server_without_tls_is_told_to_the_operators_and_the_list_is_kept(
    office: Office, server: FakeMailServer
) -> None:
    office.carrier = email(server, security="starttls")
    office.written()
    later = office.sent_by()
    assert "不支持 STARTTLS" in office.ops.messages[0].text
    office.carrier = email(server)
    office.sent_by(later)
    assert len(server.mails) == 1


def test_other_channels_tell_the_counts_and_where_the_file_lies(office: Office) -> None:
    office.open(a_finding("p", account_id="1001"))
    office.written()
    office.sent_by(mail_to=[], channels=["ops", "box"])
    said = next(message for message in office.ops.messages if "清单" in message.title)
    assert "文件存于：" in said.text
    assert (office.folder / "box" / "政务新媒体监测清单_2026年第47周.xlsx").stat().st_size > 0


def test_what_is_wrong_in_the_settings_is_named(office: Office) -> None:
    with pytest.raises(InputError, match=r"reports\.weekly\.mail_to\.0.*邮箱"):
        office.readings(mail_to=["boss"])
    with pytest.raises(InputError, match=r"reports\.weekly\.by.*不是 email"):
        office.readings(by="ops")
    with pytest.raises(InputError, match=r"reports\.weekly\.channels.*没有渠道 值班"):
        office.readings(channels=["值班"])
    office.carrier = RecordingChannel()
    with pytest.raises(InputError, match=r"reports\.weekly\.by.*没有 email"):
        office.readings()
