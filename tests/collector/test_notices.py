"""Whether an account ended, told by the sentence a platform shows: not of another account, not before it happened."""

import pytest

from services.collector.reading.notices import account_end, account_may_end


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看。查看帮助", "已封禁"),
        ("该账号已关闭，现无法查看。", "已关闭"),
        ("该账号因违反社区规定已被永久关闭", "已关闭"),
        ("抱歉，您访问的用户不存在", "不存在"),
        ("由于违规行为，该账号已被封禁", "已封禁"),
        ("根据用户投诉，此公众号已被封", "已封禁"),
        ("用户已将自己账号注销，所属内容已无法查看", "已注销"),
        ("由于用户主动注销，内容无法查看", "已注销"),
        ("應用戶申請，該帳號已註銷", "已注销"),
        ("账号已封禁", "已封禁"),
        ("此帐号因违规已被停止使用", "已封禁"),
        ("This account has been banned", "已被屏蔽"),
        ("该账号行为异常，存在安全风险，用户验证之前暂时不能查看。查看帮助", None),
        ("该账号因违反社区规定被封禁7天", None),
        ("该账号已被禁言", None),
        ("抱歉，您当前访问的用户状态异常，暂时无法访问。", None),
        ("该账号将被注销", None),
        ("投诉方帐号已注销，投诉已失效", None),
        ("这条微博的原作者账号已被封禁", None),
        ("封禁申诉", None),
        ("此帐号已被冻结", None),
        ("此帐号已申请迁移，已被回收", "已被冻结或回收"),
        ("此内容因违规无法查看", None),
        ("正文。" * 200 + "该账号已注销", None),
    ],
)
def test_an_end_is_told_only_of_the_account_itself(words: str, state: str | None) -> None:
    assert account_end(words) == state


@pytest.mark.parametrize(
    ("words", "under_way"),
    [
        ("账号申请注销中", True),
        ("该账号处于注销冷静期", True),
        ("此帐号处于帐号迁移流程中，内容暂时无法查看", True),
        ("账号注销申请已通过，7天后注销", True),
        ("该账号已注销", False),
        ("此公众号已迁移", False),
        ("县政府", False),
    ],
)
def test_an_end_under_way_is_told_from_one_that_came(words: str, under_way: bool) -> None:
    assert account_may_end(words) is under_way
