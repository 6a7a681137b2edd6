"""A unit's own mailbox and robot: told there without a setting of its own, and its faults are nobody else's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import PrivateAttr

from services.alerter.building import channel_kinds
from services.alerter.channels.base import Channel
from services.alerter.channels.email import Email
from services.alerter.digest import digest_of
from services.alerter.message import Message
from services.alerter.own import MAIL, ROBOT, UnitMail, UnitRobot, own_channels
from services.alerter.routes import Route, Routes
from shared.account import Account
from shared.bus.sqlite import SqliteBus
from shared.delivery import DeliveryState
from shared.errors import ChannelError, InputError, TransientError
from shared.events import Finding
from shared.storage.restored import hold_back
from shared.storage.store import Store
from tests.alerter.alerting import HOUR, MINUTE, Bench, bus, store
from tests.builders import NOW, a_finding, an_account
from tests.fakes.channel import RecordingChannel
from tests.fakes.smtp import FakeMailServer

__all__ = ["bus", "store"]
EDU, HEALTH = "edu@example.gov.cn", "health@example.gov.cn"
TOKENS = {"a": "a" * 64, "b": "b" * 64}


def robot(which: str) -> str:
    return f"https://oapi.dingtalk.com/robot/send?access_token={TOKENS[which]}"


def about(account_id: str, rule: str = "silent_account") -> Finding:
    return a_finding(account_id=account_id, rule=rule)


class FakeRobot(Channel):
    """By token: what it took, and what it raises."""

    token: str
    rate_per_minute: int | None = 18
    _all: dict[str, RecordingChannel] = PrivateAttr()

    def send(self, message: Message, now: object) -> str:
        return ROBOTS[self.token].send(message, NOW)


ROBOTS: dict[str, RecordingChannel] = {}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeMailServer]:
    with FakeMailServer(tmp_path, tls=False) as running:
        yield running


def email(server: FakeMailServer, **more: object) -> Email:
    options = {"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "xunjian@example.org"}
    return Email.model_validate(options | more)


class Office(Bench):
    """A bench whose alerter has the ledger's own channels too."""

    def __init__(self, store: Store, bus: SqliteBus, folder: Path, server: FakeMailServer) -> None:
        self.server = server
        ROBOTS.clear()
        ROBOTS.update({token: RecordingChannel() for token in TOKENS.values()})
        super().__init__(store, bus, folder)
        self.start()

    def start(self, carrier: Channel | None = None, *routes: Route) -> None:
        self.engine.close()
        own: dict[str, Channel] = {
            MAIL: UnitMail(carrier=carrier or email(self.server)),
            ROBOT: UnitRobot(kinds={"dingtalk": FakeRobot}),
        }
        self.engine = self.alerter(routes=routes or (Route(channels=("ding",)),), more=own)

    def ledger(self, *accounts: Account, at: object = NOW) -> None:
        self.store.accounts.upsert(accounts, NOW if at is NOW else at)  # type: ignore[arg-type]

    @property
    def mailed(self) -> list[str]:
        return [address for recipients in self.server.recipients for address in recipients]


@pytest.fixture
def office(store: Store, bus: SqliteBus, tmp_path: Path, server: FakeMailServer) -> Iterator[Office]:
    ready = Office(store, bus, tmp_path, server)
    ready.ledger(an_account("1001", mail=(EDU,)), an_account("2001", unit="北山区卫健局", mail=(HEALTH,)))
    yield ready
    ready.engine.close()


def test_each_unit_gets_its_own_in_its_own_mailbox_and_the_route_for_all_is_not_used(office: Office) -> None:
    office.open(about("1001"), about("2001"))
    office.run(NOW, MINUTE)
    assert sorted(office.mailed) == [EDU, HEALTH]
    assert office.ding.messages == []
    assert {mail["To"] for mail in office.server.mails} == {EDU, HEALTH}


def test_a_unit_without_goes_by_its_route(office: Office) -> None:
    office.open(about("1002"))
    office.run(NOW, MINUTE)
    assert office.mailed == []
    assert len(office.ding.messages) == 1


def test_a_route_by_unit_or_region_is_used_beside_the_own_mailbox() -> None:
    account = an_account("1001", mail=(EDU,), robot="值班室", region="河山省青禾县")
    named = Route(regions=("河山省",), channels=("省厅",))
    routes = Routes((named, Route(channels=("全部",))), (), frozenset({"值班室", "省厅", "全部", MAIL, ROBOT}))
    assert routes.channels_for(about("1001"), account) == (MAIL, "值班室", "省厅")
    assert routes.channels_for(about("1001"), account.model_copy(update={"robot": robot("a")})) == (
        MAIL,
        ROBOT,
        "省厅",
    )


def test_two_accounts_of_a_unit_with_one_mailbox_make_one_message_and_with_two_make_two(office: Office) -> None:
    office.ledger(
        an_account("1001", mail=(EDU,)), an_account("1002", mail=(EDU,)), an_account("1003", mail=("x@y.cn",))
    )
    office.open(about("1001"), about("1002"), about("1003"))
    office.run(NOW, MINUTE)
    assert sorted(office.mailed) == [EDU, "x@y.cn"]


def test_a_refused_address_is_its_units_matter_alone(office: Office) -> None:
    office.server.refuse_recipients[EDU] = f"550 5.1.1 <{EDU}> no such user"
    office.open(about("1001"), about("2001"))
    office.run(NOW, MINUTE)
    assert office.mailed == [HEALTH]
    assert office.store.channels.troubles() == []
    (dead,) = office.store.deliveries.listed(states=(DeliveryState.DEAD,))
    told = "\n".join(message.text for message in office.ops.messages)
    for text in (dead.error or "", told):
        assert "e***@example.gov.cn" in text
        assert "no such user" in text
        assert EDU not in text
    assert an_account("1001").unit in told


def test_a_corrected_address_gets_what_was_kept_without_anybody_asking(office: Office) -> None:
    office.server.refuse_recipients[EDU] = "550 no such user"
    office.open(about("1001"), about("1001", rule="comments_closed"))
    later = office.run(NOW, MINUTE)
    assert office.mailed == []
    office.ledger(an_account("1001", mail=("new@example.gov.cn",)), at=later)
    office.run(later, MINUTE)
    assert office.mailed == ["new@example.gov.cn"]
    assert office.store.deliveries.listed(states=(DeliveryState.DEAD,)) == []


def test_what_no_longer_holds_is_not_sent_to_the_corrected_address(office: Office) -> None:
    office.server.refuse_recipients[EDU] = "550 no such user"
    finding = about("1001")
    office.open(finding)
    later = office.run(NOW, MINUTE)
    office.close(finding, later)
    later = office.run(later, MINUTE)
    office.ledger(an_account("1001", mail=("new@example.gov.cn",)), at=later)
    office.run(later, 2 * MINUTE)
    assert office.mailed == []


def test_an_unchanged_ledger_sends_nothing_again(office: Office) -> None:
    office.server.refuse_recipients[EDU] = "550 no such user"
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    del office.server.refuse_recipients[EDU]
    office.ledger(an_account("1002", remark="x"), at=later)
    office.start()
    office.run(later, MINUTE)
    assert office.mailed == []


def test_a_mailbox_taken_out_of_the_ledger_leaves_its_messages_to_the_route(office: Office) -> None:
    office.server.refuse_recipients[EDU] = "550 no such user"
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    office.ledger(an_account("1001"), at=later)
    office.run(later, MINUTE)
    assert len(office.ding.messages) == 1


def test_a_full_mailbox_is_tried_later_and_holds_up_nobody(office: Office) -> None:
    office.server.refuse_recipients[EDU] = "452 mailbox full"
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    office.open(about("2001"))
    later = office.run(later, MINUTE)
    assert office.mailed == [HEALTH]
    office.server.refuse_recipients.clear()
    office.run(later, 20 * MINUTE, MINUTE)
    assert office.mailed == [HEALTH, EDU]


def test_a_server_that_is_down_is_the_channels_matter_and_all_is_sent_when_it_is_up(office: Office) -> None:
    away = RecordingCarrier()
    office.start(away)
    away.fails.append(TransientError("连接不上邮件服务器"))
    office.open(about("1001"), about("2001"))
    later = office.run(NOW, MINUTE)
    assert [one.name for one in office.store.channels.troubles()] == [MAIL]
    office.start()
    office.run(later, 20 * MINUTE, MINUTE)
    assert sorted(office.mailed) == [EDU, HEALTH]


class RecordingCarrier(Channel):
    """Mail that does not leave."""

    _fails: list[Exception] = PrivateAttr(default_factory=list)

    @property
    def fails(self) -> list[Exception]:
        return self._fails

    def addressed_to(self, recipients: tuple[str, ...]) -> "RecordingCarrier":
        return self

    def send(self, message: Message, now: object) -> str:
        raise self._fails[0]


def test_the_end_is_told_where_the_opening_went(office: Office) -> None:
    finding = about("1001")
    office.open(finding)
    later = office.run(NOW, MINUTE)
    office.ledger(an_account("1001"), at=later)
    office.close(finding, later)
    office.run(later, 2 * MINUTE)
    assert office.mailed == [EDU, EDU]
    assert office.ding.messages == []


def test_without_an_email_channel_the_operators_are_told_and_all_is_sent_when_there_is_one(office: Office) -> None:
    lacking = own_channels({"inbox": RecordingChannel()}, None, {})[MAIL]
    office.start(None)
    office.engine.close()
    office.engine = office.alerter(more={MAIL: lacking, ROBOT: UnitRobot(kinds={})})
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    assert "没有 email 类型的渠道" in office.ops.messages[0].text
    office.start()
    office.run(later, MINUTE)
    assert office.mailed == [EDU]


def test_a_wrong_robot_is_its_units_matter_alone_and_its_address_is_nowhere(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.ledger(an_account("1001", robot=robot("a")), an_account("2001", unit="北山区卫健局", robot=robot("b")))
    ROBOTS[TOKENS["a"]].fail(ChannelError(f"代码 300001：token {TOKENS['a']} is not exist"))
    office.open(about("1001"), about("2001"))
    later = office.run(NOW, MINUTE)
    assert len(ROBOTS[TOKENS["b"]].messages) == 1
    (dead,) = office.store.deliveries.listed(states=(DeliveryState.DEAD,))
    told = "\n".join(message.text for message in office.ops.messages)
    assert "钉钉机器人" in told
    assert TOKENS["a"] not in f"{told}{dead}{ROBOTS[TOKENS['b']].messages}{capsys.readouterr()}"
    office.ledger(an_account("1001", robot=robot("b")), at=later)
    office.run(later, MINUTE)
    assert len(ROBOTS[TOKENS["b"]].messages) == 2


def test_a_busy_robot_is_left_alone_and_holds_up_no_other(office: Office) -> None:
    office.ledger(an_account("1001", robot=robot("a")), an_account("2001", unit="北山区卫健局", robot=robot("b")))
    ROBOTS[TOKENS["a"]].fail(TransientError("发送过于频繁", retry_after_seconds=600))
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    office.open(about("1001", rule="comments_closed"), about("2001"))
    later = office.run(later, MINUTE)
    assert ROBOTS[TOKENS["a"]].attempts == 1
    assert len(ROBOTS[TOKENS["b"]].messages) == 1
    office.run(later, 20 * MINUTE, MINUTE)
    assert len([number for message in ROBOTS[TOKENS["a"]].messages for number in message.numbers]) == 2


def test_a_robots_rate_is_its_own(office: Office) -> None:
    accounts = [an_account(f"3{n:03}", unit=f"单位{n}", robot=robot("a")) for n in range(30)]
    office.ledger(*accounts, an_account("2001", unit="北山区卫健局", robot=robot("b")))
    office.open(*(about(account.id) for account in accounts), about("2001"))
    later = office.run(NOW, MINUTE / 2)
    assert len(ROBOTS[TOKENS["a"]].messages) == 18
    assert len(ROBOTS[TOKENS["b"]].messages) == 1
    office.run(later, 3 * MINUTE)
    assert len(ROBOTS[TOKENS["a"]].messages) == 30


def test_the_name_of_no_channel_is_said_to_be_none_and_mended_by_a_channel_of_that_name(office: Office) -> None:
    office.ledger(an_account("1001", robot="值班室"))
    office.open(about("1001"))
    later = office.run(NOW, MINUTE)
    assert "“值班室”不是机器人地址，也不是设置 channels 中的渠道" in office.ops.messages[0].text
    duty = RecordingChannel()
    office.engine.close()
    office.engine = office.alerter(more={"值班室": duty, MAIL: UnitMail(carrier=None), ROBOT: UnitRobot(kinds={})})
    office.run(later, MINUTE)
    assert len(duty.messages) == 1


def test_the_carrier_is_the_only_email_channel_or_the_one_named(server: FakeMailServer) -> None:
    one, two = email(server), email(server)
    assert own_channels({"a": one, "b": RecordingChannel()}, None, {})[MAIL] == UnitMail(carrier=one)
    lacking = own_channels({"a": one, "b": two}, None, {})[MAIL]
    assert isinstance(lacking, UnitMail)
    assert "unit_mail" in lacking.lacking
    assert own_channels({"a": one, "b": two}, "b", {})[MAIL] == UnitMail(carrier=two)
    with pytest.raises(InputError, match="unit_mail"):
        own_channels({"a": one, "c": RecordingChannel()}, "c", {})
    with pytest.raises(InputError, match="换一个渠道名称"):
        own_channels({MAIL: one}, None, {})


def test_an_email_channel_without_recipients_serves_units_and_no_route(server: FakeMailServer) -> None:
    with pytest.raises(InputError, match=r"channels\.a\.to.*收件人"):
        Routes((Route(channels=("a",)),), ()).check({"a": email(server)})
    Routes((Route(channels=("a",)),), ()).check({"a": email(server, to=["x@y.cn"])})


def test_what_a_backup_held_back_is_not_sent_because_the_ledger_changed(office: Office) -> None:
    office.open(about("1001"))
    office.engine.step(NOW)
    assert hold_back(office.store.database, NOW + 24 * HOUR, NOW) == 1
    office.start()
    later = office.run(NOW + MINUTE, MINUTE)
    office.ledger(an_account("1001", mail=("new@example.gov.cn",)), at=later)
    later = office.run(later, MINUTE)
    office.ledger(an_account("1001"), at=later)
    office.run(later, MINUTE)
    assert office.mailed == []
    assert office.ding.messages == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"{robot('a')} 加签:SEC0123456789", "dingtalk"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa", "wecom"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/0f1e2d3c-aaaa-bbbb 签名校验:abcdefgh", "feishu"),
    ],
)
def test_an_address_makes_the_channel_of_its_kind_and_nothing_shown_holds_it(address: str, kind: str) -> None:
    own = UnitRobot(kinds=channel_kinds())
    destination = own.destination(an_account("1001", robot=address))
    assert type(destination.channel) is channel_kinds()[kind]
    shown = f"{destination!r}{destination.channel!r}{own!r}{destination.shown}{destination.digest}{digest_of(own)}"
    for secret in (TOKENS["a"], "SEC0123456789", "693a91f6", "0f1e2d3c", "abcdefgh"):
        assert secret not in shown
