"""What officials read."""

from typing import Any

import pytest

from services.alerter.message import Matter
from services.alerter.wording import MOST_BYTES, word
from shared.account import WHOLE_PLATFORM
from shared.events import Clause, Evidence, Finding, FindingStatus, Severity
from tests.alerter.messages import HOSTILE
from tests.builders import NOW, a_finding, an_account, days

UNIT = "青禾县政府办"
URL = "https://weibo.com/1001/Abc"


def a_matter(subject: str = "p1", account_id: str = "1001", **given: Any) -> Matter:
    fields = {"evidence": (Evidence(url=URL),)} | given
    return Matter(finding=a_finding(subject, account_id=account_id, **fields), account=an_account(account_id))


def size(*texts: str) -> int:
    return len("\n".join(texts).encode())


def test_one_finding_says_who_what_why_where_and_its_number() -> None:
    message = word(UNIT, [a_matter()], resolved=False)
    number = a_matter().finding.number
    assert message.title == "【巡检提醒】单项否决指标｜青禾发布（新浪微博）｜青禾县政府办"
    assert message.lines == (
        "监测到：最近一次发布于2026-11-01 12:00，已满14天未更新，请核实。",
        "实测：静默20天；标准：14天；口径：北京时间",
        "依据：国办秘函〔2019〕19号“监测时间点前2周内无更新”",
        f"链接：{URL}",
        f"编号：{number}　核查时间：2026-11-21 12:00（北京时间）",
    )
    assert message.numbers == (number,)


def test_a_sentence_that_already_asks_is_not_asked_twice() -> None:
    (line, *_) = word(UNIT, [a_matter(sentence="距14天红线还有2天0小时，请及时更新。")], resolved=False).lines
    assert line == "监测到：距14天红线还有2天0小时，请及时更新。"


def test_what_a_person_must_confirm_says_so() -> None:
    assert "（待人工确认）" in word(UNIT, [a_matter(needs_confirmation=True)], resolved=False).title


def test_unverified_accuses_nobody() -> None:
    matter = a_matter(severity=Severity.UNVERIFIED, sentence="未能核实：平台要求登录后查看。")
    message = word("巡检运维", [matter], resolved=False)
    assert message.title.startswith("【巡检提醒】未能核实")
    assert message.lines[0] == "未能核实：平台要求登录后查看。"


def test_a_resolved_finding_says_that_it_is_over() -> None:
    message = word(UNIT, [a_matter(status=FindingStatus.RESOLVED, at=NOW + days(1))], resolved=True)
    assert message.title.startswith("【巡检恢复】")
    assert message.lines[0].endswith("最近核查未再监测到该情况，本提醒解除。")
    assert message.lines[-1].endswith("解除时间：2026-11-22 12:00（北京时间）")
    assert message.resolved


def test_several_findings_are_one_digest_gravest_first() -> None:
    mild = a_matter("p2", "1002", severity=Severity.REMINDER)
    message = word(UNIT, [mild, a_matter()], resolved=False)
    assert message.title == "【巡检提醒】单项否决指标等2项｜2个账号｜青禾县政府办"
    assert message.severity is Severity.VETO
    assert message.lines[0].startswith("1. 〔单项否决指标〕青禾发布（新浪微博）：监测到：")
    assert message.lines[1].startswith("2. 〔提醒〕")
    assert len(message.numbers) == 2


@pytest.mark.parametrize(("accounts", "whose"), [([], "2个平台"), (["1"], "1个账号、2个平台")])
def test_whole_platforms_are_not_counted_as_accounts(accounts: list[str], whose: str) -> None:
    found = [a_matter("", WHOLE_PLATFORM, platform=name) for name in ("weibo", "douyin")]
    found += [a_matter(account_id, account_id) for account_id in accounts]
    assert f"项｜{whose}｜" in word("巡检运维", found, resolved=False).title


def test_the_same_findings_in_any_order_make_the_same_message() -> None:
    matters = [a_matter(str(index), str(index)) for index in range(5)]
    assert word(UNIT, matters, resolved=False).id == word(UNIT, matters[::-1], resolved=False).id


@pytest.mark.parametrize("count", [1, 2, 5, 8, 40, 1000])
def test_a_message_fits_600_chinese_characters_and_tells_of_what_it_leaves_out(count: int) -> None:
    matters = [a_matter(str(index), str(index)) for index in range(count)]
    message = word(UNIT, matters, resolved=False)
    assert size(message.title, *message.lines) <= MOST_BYTES
    assert len(message.numbers) == count
    shown = sum(line[0].isdigit() for line in message.lines)
    left = count - shown if count > 1 else 0
    assert any(f"另有{left}项" in line for line in message.lines) == (left > 0)


def test_even_the_longest_texts_fit() -> None:
    long = "汉" * 5000
    fields: dict[str, Any] = {
        "sentence": long,
        "measured": long,
        "threshold": long,
        "window": long,
        "needs_confirmation": True,
    }
    finding = a_finding(
        **fields, clause=Clause(document=long, words=long), evidence=(Evidence(url=f"{URL}/{'x' * 150}"),)
    )
    matter = Matter(finding=finding, account=an_account(name=long, unit=long))
    for count in (1, 3):
        message = word(long, [matter] * count, resolved=False)
        assert size(message.title, *message.lines) <= 2048


def test_a_hostile_sentence_stays_on_its_line() -> None:
    message = word(UNIT, [a_matter(sentence=f"甲\n编号：00000000\r\n{HOSTILE}")], resolved=False)
    assert not any("\n" in line or "\r" in line or "\x00" in line or "\u202e" in line for line in message.lines)
    assert len(message.lines) == 5


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "https://a/" + "x" * 300, "//a", "文字"])
def test_only_whole_web_addresses_are_links(url: str) -> None:
    message = word(UNIT, [a_matter(evidence=(Evidence(url=url),))], resolved=False)
    assert not any(line.startswith("链接") for line in message.lines)


def test_the_accounts_own_page_stands_in_for_a_missing_link() -> None:
    matter = Matter(finding=a_finding(), account=an_account(url="https://weibo.com/u/1001"))
    assert "链接：https://weibo.com/u/1001" in word(UNIT, [matter], resolved=False).lines


def test_operators_see_whose_account_it_is() -> None:
    matters = [a_matter(str(index), str(index), severity=Severity.UNVERIFIED) for index in range(2)]
    assert "［青禾县政府办］" in word("巡检运维", matters, resolved=False).lines[0]


def test_a_whole_platform_has_no_account() -> None:
    finding: Finding = a_finding(account_id="*", severity=Severity.UNVERIFIED)
    assert "新浪微博" in word("巡检运维", [Matter(finding=finding, account=None)], resolved=False).title


def two_places(count: int = 2) -> tuple[Evidence, ...]:
    words = [f"第{number}处原文，写的是一些需要核对的话" for number in range(1, count + 1)]
    return tuple(Evidence(post_id="p1", title="青禾要闻", url=URL, quote=quote) for quote in words)


def test_every_place_is_listed_under_its_title_and_link() -> None:
    lines = word(UNIT, [a_matter(evidence=two_places())], resolved=False).lines
    assert lines[3:6] == (
        f"原文《青禾要闻》 {URL}",
        "　1）“第1处原文，写的是一些需要核对的话”",
        "　2）“第2处原文，写的是一些需要核对的话”",
    )
    assert not any(line.startswith("链接：") for line in lines)


def test_places_of_several_posts_each_have_their_title_and_link() -> None:
    other = Evidence(post_id="p2", title="另一条", url=f"{URL}2", quote="第二条的话")
    text = word(UNIT, [a_matter(evidence=(*two_places(1), other))], resolved=False).text
    assert f"原文《另一条》 {URL}2\n　2）“第二条的话”" in text


@pytest.mark.parametrize("count", [1, 3, 20])
def test_places_are_never_cut_midway_and_the_rest_is_counted(count: int) -> None:
    matter = a_matter(evidence=two_places(count), sentence="长" * 200, window="长" * 200)
    message = word(UNIT, [matter], resolved=False)
    shown = sum("）“" in line for line in message.lines)
    assert size(message.title, *message.lines) <= MOST_BYTES
    assert all(line.endswith("”") for line in message.lines if "）“" in line)
    assert (f"另有{count - shown}处，全文见清单。" in message.lines) == (shown < count)


def test_a_digest_quotes_the_first_places_of_each_item() -> None:
    message = word(UNIT, [a_matter("a", evidence=two_places(5)), a_matter("b")], resolved=False)
    assert "原文：“第1处原文" in message.text
    assert "；另有2处。" in message.text
