"""A notice of the account's own end starts a clock; a pause, or the end of somebody else, does not."""

import pytest

from services.analyzer.objection import Objection
from services.analyzer.rules.stop_notice import StopNotice
from shared.events import Outcome, Post
from tests.analyzer.histories import a_history
from tests.builders import NOW, a_post, a_probe, days


def asked(*posts: Post, outcome: Outcome = Outcome.OK) -> list[Objection]:
    probe = a_probe(outcome=outcome, post_ids=tuple(post.id for post in posts))
    return list(StopNotice().check_probe(probe, a_history(posts=posts)))


def a_notice(age: float, title: str = "停更公告", text: str = "") -> Post:
    return a_post("n", NOW - days(age), title=title, text=text, observed_at=NOW - days(age))


def test_the_clock_runs_out_at_sixty_days_to_the_second() -> None:
    assert asked(a_notice(59.99999)) == []
    (objection,) = asked(a_notice(60))
    assert objection.measured == "公告后60天仍未注销"
    assert objection.confirm


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("关于停止更新本公众号的公告", ""),
        ("公告", "按照上级要求，本单位微信公众号自2026年8月1日起停止更新，后续信息请关注县政府网站。"),
        ("关于注销“青禾发布”微博账号的公告", ""),
        ("公告", "因机构改革，青禾发布今日头条账号即日起不再更新。"),
        ("重要通知", "我局政务微博将于本月底关停，感谢各位网友一路相伴。"),
        ("账号注销公告", ""),
        ("平台迁移公告", "本公众号将于7月1日停止运营，请关注“青禾融媒”。"),
        ("再见", "本号停更，江湖再见。"),
    ],
)
def test_a_notice_of_ones_own_end_counts_however_it_is_worded(title: str, text: str) -> None:
    assert len(asked(a_notice(90, title, text))) == 1


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("关于春节期间本公众号暂停更新的公告", ""),
        ("公告", "因系统升级，本平台账号停止使用两小时。"),
        ("不动产权证书注销公告", ""),
        ("关于注销12家企业营业执照的公告", "青禾发布提醒经营者及时办理。"),
        ("关于注销“青禾旅游”微信公众号的公告", ""),
        ("警方通报", "本局依法关停违规微信账号32个。"),
        ("高速公路关闭通知", "请关注本公众号了解路况。"),
        ("关于本微信公众号留言功能停用的通知", ""),
        ("公告", "本公众号不再使用原名称，现更名为青禾融媒。"),
        ("净网行动", "公安机关关停账号2万个，本局官方微博将持续发布进展。"),
        ("关于停用青禾教育头条号的公告", ""),
        ("网信动态", "我市依法关停42个自媒体账号。"),
        ("提醒", "骗子的微信账号已被注销，请勿再转账。"),
    ],
)
def test_a_pause_or_the_end_of_others_is_no_notice(title: str, text: str) -> None:
    assert asked(a_notice(90, title, text)) == []


def test_one_that_goes_on_posting_has_not_ended() -> None:
    assert asked(a_notice(90), a_post("later", NOW - days(70))) == []
    assert len(asked(a_notice(90), a_post("later", NOW - days(85)))) == 1


def test_an_account_that_could_not_be_looked_at_accuses_nobody() -> None:
    assert asked(a_notice(90), outcome=Outcome.GONE) == []
