"""An order to like or follow, told from praise, from lotteries and from those who act against it."""

import pytest

from services.analyzer.rules.forced_likes import ForcedLikes
from shared.events import Severity
from tests.analyzer.histories import a_history
from tests.builders import a_post


def gravest(text: str) -> str | None:
    found = [hit.severity for hit in ForcedLikes().check_text(text)]
    return max(found, key=lambda severity: severity.gravity).value if found else None


@pytest.mark.parametrize(
    "text",
    [
        "请各股室点赞后将截图发至工作群。",
        "全体教职工关注公众号并截图上报教务处。",
        "各村务必组织党员关注“青禾发布”微信公众号，今晚统计。",
        "要求每名家长转发、点赞本条视频不少于3次。",
        "每人每天点赞转发县融媒体推文，周五汇总。",
        "转发量纳入各单位年度绩效考核。",
        "关注青禾政务公众号情况列入月度考评任务。",
        "未关注公众号的，不予办理。",
        "没有点赞的，一律通报批评。",
        "请先关注本局公众号，方可办理社保业务。",
        "家长须知：下载“青禾教育”客户端后才能报到入学。",
        "投票截屏，于18点前上传至班级群。",
        "家长需下载“国家反诈中心”APP并注册，截图发班级群。",
        "请全体师生关注“青禾一中”公众号，完成后截图上报班主任。",
        "每人每天须转发一条朋友圈，完成情况纳入考核。",
    ],
)
def test_an_order_counts(text: str) -> None:
    assert gravest(text) == "deduction"


@pytest.mark.parametrize(
    "text", ["集满30个赞即可兑换电影票一张。", "集赞有礼，快来参加！", "朋友圈集赞66个领取粽子礼盒"]
)
def test_likes_for_gifts_are_a_reminder(text: str) -> None:
    assert gravest(text) == "reminder"


@pytest.mark.parametrize(
    "text",
    ["关注公众号，转发本文并将截图发至后台，抽取20名幸运读者。", "点赞并截图发送至后台，领取博物馆门票一张。"],
)
def test_a_lottery_is_a_hint(text: str) -> None:
    assert gravest(text) == "hint"


@pytest.mark.parametrize("text", ["请求扩散！务必转发朋友圈，寻找走失老人。", "请务必点赞转发，让更多人知道！"])
def test_a_plea_to_the_public_is_a_hint(text: str) -> None:
    assert gravest(text) == "hint"


@pytest.mark.parametrize(
    "text",
    [
        "严禁强制点赞、转发，严禁要求上传点赞截图。",
        "整治“指尖上的形式主义”：不得要求干部关注公众号并截图上报。",
        "有群众投诉学校要求家长点赞转发公众号文章，教育局已责令改正。",
        "集赞换礼品当心是骗局，个人信息可能被收集。",
        "某镇曾规定“每人每天点赞转发推文”。纪委介入后叫停了这一做法，问责两人。",
    ],
)
def test_who_acts_against_it_only_mentions_it(text: str) -> None:
    assert gravest(text) in ("mention", None)


@pytest.mark.parametrize(
    "text",
    [
        "这样的好民警，必须点赞！",
        "他的事迹赢得全体市民点赞。",
        "把群众点赞不点赞作为检验工作的标准，纳入考核体系。",
        "请务必关注天气变化，注意行车安全。",
        "要求各单位关注政务公众号运行安全。",
        "欢迎关注“青禾发布”公众号。",
        "要求各县转发本通知并抓好落实。",
        "不信谣、不传谣、不转发，违者不得参加评优。",
        "扫码关注公众号后可以查询和预约。",
        "人人为志愿者点赞，处处有文明新风。",
        "全体市民纷纷点赞转发，传递正能量。",
        "必须给消防员点赞！转发致敬！",
        "评选规则：关注公众号后投票，每人每天可投10票。",
        "请各村关注汛情，发现险情拍照截图上报。",
        "请家长关注天气预警信息，将接送方式截图发至班主任。",
        "市民可关注“青禾12345”公众号，反映问题时请上传截图。",
        "集赞活动须遵守法律规定。",
        "作品点赞量作为评选参考。",
    ],
)
def test_praise_and_invitation_are_nothing(text: str) -> None:
    assert gravest(text) is None


def test_a_post_is_told_with_the_words_and_a_person_confirms() -> None:
    post = a_post(text="请各股室点赞后将截图发至工作群。")
    (objection,) = ForcedLikes().check_post(post, a_history(posts=(post,)))
    assert objection.confirm
    assert objection.severity is None
    assert "点赞后将截图发至" in objection.sentence


def test_a_post_that_forbids_it_is_not_told() -> None:
    post = a_post(text="严禁要求群众上传点赞截图。")
    assert list(ForcedLikes().check_post(post, a_history(posts=(post,)))) == []
    assert Severity.MENTION.gravity < Severity.HINT.gravity
