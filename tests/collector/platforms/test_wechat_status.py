"""WeChat: pages that stand in an account's or an article's place say what has become of it."""

import pytest

from shared.events import Coverage, Outcome
from tests.collector.platforms.wechat_pages import read, weui


@pytest.mark.parametrize(
    ("page", "outcome", "covers", "words"),
    [
        (weui("当前环境异常，完成验证后即可继续访问。"), Outcome.BLOCKED, Coverage.NOTHING, "访问验证"),
        ("<html><body><script>var poc_token = '';</script></body></html>", Outcome.BLOCKED, Coverage.NOTHING, "访问验证"),
        ("<html><title>验证</title><body>请在微信客户端打开链接。</body></html>", Outcome.LOGIN_WALL, Coverage.NOTHING, "微信客户端"),
        (weui("此帐号已被屏蔽, 内容无法查看"), Outcome.GONE, Coverage.PROFILE, "账号已被屏蔽"),
        (weui("此账号已自主注销，内容无法查看"), Outcome.GONE, Coverage.PROFILE, "账号已注销"),
        (weui("该公众号已迁移"), Outcome.GONE, Coverage.PROFILE, "账号已迁移"),
        (weui("此帐号已申请公众号帐号迁移流程，被冻结"), Outcome.GONE, Coverage.PROFILE, "冻结"),
        (weui("The content has been deleted by the author."), Outcome.GONE, Coverage.NOTHING, "发布者删除"),
        (weui("此內容因違規無法查看"), Outcome.GONE, Coverage.NOTHING, "违规"),
        (weui("此内容被投诉且经审核涉嫌侵权，无法查看。"), Outcome.GONE, Coverage.NOTHING, "投诉"),
        (weui("系统出错"), Outcome.PARSE_ERROR, Coverage.NOTHING, "系统出错"),
        ("<html><body>欢迎</body></html>", Outcome.PARSE_ERROR, Coverage.NOTHING, "无法识别"),
        ("", Outcome.PARSE_ERROR, Coverage.NOTHING, "内容为空"),
    ],
)  # fmt: skip
def test_a_status_page_says_what_it_is_about(page: str, outcome: Outcome, covers: Coverage, words: str) -> None:
    reading = read(page)
    assert (reading.outcome, reading.covers) == (outcome, covers)
    assert words in (reading.reason or "")


@pytest.mark.parametrize(
    "words",
    [
        "此帐号处于帐号迁移流程中，内容暂时无法查看",
        "该公众号正在进行迁移",
        "该帐号已申请注销，处于冷静期",
        "此帐号注销申请审核中",
        "This account is being migrated",
    ],
)
def test_an_end_that_is_under_way_is_no_end(words: str) -> None:
    reading = read(weui(words))
    assert (reading.outcome, reading.covers) == (Outcome.PARSE_ERROR, Coverage.NOTHING)


def test_the_end_of_another_account_is_not_this_one_s() -> None:
    reading = read(weui("该文章的投诉方帐号已注销，投诉已失效。内容恢复中，暂时无法查看"))
    assert reading.covers is not Coverage.PROFILE
    assert not reading.outcome.is_evidence


@pytest.mark.parametrize(
    "words", ["此帐号已被暂时屏蔽，内容暂时无法查看", "此帐号已冻结", "该公众号因违规暂时无法查看"]
)
def test_an_account_that_is_hidden_for_a_time_is_neither_gone_nor_a_removed_article(words: str) -> None:
    assert read(weui(words)).outcome is Outcome.PARSE_ERROR
