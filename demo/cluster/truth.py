"""What is true of the accounts of the demonstration, told apart from what any rule makes of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from demo.cluster.facts import Claim
from demo.sites.feed import HOSTS as FEED_HOSTS
from demo.stories import STORIES, Story
from demo.world import Behaviour, DemoAccount

REMINDED_DAYS = 10
"""From here on an account is reminded that it has been silent, before it is held against it."""
_LONG_AGO = timedelta(days=1)
_BEHAVIOUR_RULES = {Behaviour.CANCELLED: "account_gone", Behaviour.COMMENTS_CLOSED: "comments_closed"}
_TAKES_TWO_LOOKS = "account_gone"
"""Half an hour apart: longer than a trial run may last."""
_TEXT_RULES = {"赌场": "sensitive_word", "身份证号": "personal_number", "社会主意": "wrong_expression"}
UNSEEN = frozenset({Behaviour.CAPTCHA, Behaviour.LOGIN_WALL, Behaviour.CANCELLED})
"""Who behaves so shows no list to anybody."""


def rule_of(text: str) -> str | None:
    """Which rule a text of ours is written for; null for a harmless one."""
    return next((rule for sign, rule in _TEXT_RULES.items() if sign in text), None)


def also_allowed(rule: str) -> tuple[str, ...]:
    """What is not wrong to say of such a text besides: who recruits gamblers advertises."""
    return ("commercial_ad",) if rule == "sensitive_word" else ()


def post_id_of(key: str, post_id: str) -> str:
    """As the platform itself names it: a WeChat message holds several articles, of which ours is the first; an item of
    a feed is known by its address."""
    if key.startswith("feed/"):
        return f"https://{FEED_HOSTS[0]}/item/{post_id}.html"
    return f"{post_id}_1" if key.startswith("wechat/") else post_id


def first_claims(accounts: Iterable[DemoAccount], start: datetime) -> list[Claim]:
    """What the stories make true from the start; an account without a story deserves nothing."""
    since = start - _LONG_AGO
    told = ((account.key, STORIES.get(account.key), account) for account in accounts)
    return [
        Claim(key, rule, since, post_id, is_due=rule != _TAKES_TWO_LOOKS)
        for key, story, account in told
        if story is not None
        for rule, post_id in _deserved(account, story)
    ]


def _deserved(account: DemoAccount, story: Story) -> Iterable[tuple[str, str | None]]:
    """Rules, and the post where it is about one."""
    if story.silent_days > REMINDED_DAYS:
        yield "silent_account", None
    if story.name:
        yield "account_renamed", None
    if sum(post.repost for post in account.posts) > len(account.posts) * 0.7:
        yield "originality", None
    yield from ((_BEHAVIOUR_RULES[one], None) for one in story.behaviours if one in _BEHAVIOUR_RULES)
    ids = {post: post_id_of(account.key, post.id) for post in account.posts}
    yield from ((rule, ids[post]) for post in account.posts if (rule := rule_of(post.text)))
    yield from (("commercial_ad", ids[post]) for post in account.posts if post.goods)
