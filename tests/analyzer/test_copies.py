"""Copies of what other units published earlier: found in whatever order things arrive, named, and never one's own."""

import random
from datetime import datetime
from pathlib import Path

import pytest

from services.analyzer.retention import Retention
from services.analyzer.rulebook import load_rulebook
from shared.events import Finding, FindingStatus, Post, Probe
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.analyzer.analyzing import Analyzer
from tests.analyzer.test_growth import Asked
from tests.builders import NOW, a_post, a_probe, an_account, days, held_at
from tests.each_store import empty

FAR = NOW + days(4000)
HOUR = days(1 / 24)
NEWS = (
    "11月20日上午，青禾县召开冬季河道清理工作推进会，县长李某出席并讲话。会议听取了水利、住建、环保等部门的汇报。会议指出，今年以来"
    "全县累计清理河道186公里，拆除违建42处。会议强调，要压实各级河长责任，紧盯重点河段，坚持问题导向，建立台账，逐项销号。"
)
OTHER = (
    "为方便群众办事，青禾县政务服务中心自12月起实行周六上午延时服务，社保、医保、不动产登记等窗口正常受理。群众可通过电话或网上"
    "预约，现场取号截止时间为十一点半。办理过程中如遇问题，可向值班长反映，也可拨打服务热线咨询，热线在延时服务时段同步开通。"
)


@pytest.fixture
def store(each_store: Store) -> Store:
    begin_anew(each_store)
    return each_store


def begin_anew(store: Store) -> None:
    empty(store)
    units = {"1": "青禾县政府办", "2": "白石县政府办", "3": "柳河县水利局", "4": "青禾县政府办"}
    accounts = [an_account(key, name=f"{unit[:3]}发布{key}", unit=unit) for key, unit in units.items()]
    store.accounts.upsert(accounts, NOW - days(40))


def published(account: str, at: datetime, text: str = NEWS, *, shown: datetime | None = None, **more: object) -> Post:
    fields = {"account_id": account, "text": text, "observed_at": shown or at + HOUR, "title": f"要闻{account}"} | more
    return a_post(str(more.get("id", f"p{account}")), at, **{k: v for k, v in fields.items() if k != "id"})


def copies(store: Store) -> list[Finding]:
    return [finding for finding in held_at(store, FAR) if finding.rule == "copied_post"]


def accused(store: Store) -> list[str]:
    return sorted(f"{finding.account_id}/{finding.subject}" for finding in copies(store))


FIRST = published("1", NOW - days(2), url="https://weibo.com/1/first")
SECOND = published("2", NOW - days(1), f"{NEWS}（编辑：王某）")


def test_a_copy_names_the_earlier_post(store: Store) -> None:
    Analyzer(store).judge([FIRST])
    Analyzer(store).judge([SECOND])
    (finding,) = copies(store)
    assert (finding.account_id, finding.subject, finding.indicator) == ("2", "p2", "O-02")
    for words in ("青禾县发布1", "青禾县政府办", "《要闻1》", "2026-11-19 12:00"):
        assert words in finding.sentence, finding.sentence
    assert finding.evidence[1].url == "https://weibo.com/1/first"
    assert finding.evidence[1].at == FIRST.published_at
    assert finding.needs_confirmation


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_who_comes_first_on_the_bus_does_not_matter(store: Store, order: tuple[int, int], together: bool) -> None:
    events = [(FIRST, SECOND)[place] for place in order]
    for batch in [events] if together else [[event] for event in events]:
        Analyzer(store).judge(batch)
    assert accused(store) == ["2/p2"]


@pytest.mark.parametrize(
    "other",
    [
        published("4", NOW - days(1)),
        published("1", NOW - days(1), id="p9"),
        published("2", NOW - days(1), f"{NEWS}\n来源：青禾发布"),
        published("2", NOW - days(1), kind="repost"),
        published("2", NOW - days(2)),
        published("2", NOW - days(1), OTHER),
        published("2", NOW - days(1), NEWS.replace("11月20日", "11月13日")),
        published("2", NOW - days(1), NEWS[:60]),
        published("2", NOW - days(1), f"{NEWS}{OTHER}{OTHER.replace('周六', '周日').replace('群众', '企业')}"),
        published("2", NOW + days(60)),
        published("2", NOW + days(900), shown=NOW),
    ],
)
def test_these_are_no_copies(store: Store, other: Post) -> None:
    Analyzer(store).judge([FIRST])
    Analyzer(store).judge([other])
    assert accused(store) == []


def test_a_page_that_shows_dates_only_is_not_taken_for_the_first(store: Store) -> None:
    midnight = datetime.fromisoformat("2026-11-20T00:00+08:00")
    Analyzer(store).judge([published("1", midnight), published("2", midnight + 9 * HOUR)])
    assert accused(store) == []
    Analyzer(store).judge([published("3", midnight + days(1.1))])
    assert accused(store) == ["3/p3"]


def test_an_edit_takes_the_finding_back_or_brings_it(store: Store) -> None:
    analyzer = Analyzer(store)
    analyzer.judge([FIRST, SECOND])
    named = published("2", NOW - days(1), f"{NEWS}\n来源：青禾县发布1", shown=NOW)
    analyzer.judge([named])
    assert accused(store) == []
    analyzer.judge([published("2", NOW - days(1), "已删除正文。", shown=NOW + HOUR)])
    assert accused(store) == []
    analyzer.judge([published("2", NOW - days(1), NEWS, shown=NOW + 2 * HOUR)])
    assert accused(store) == ["2/p2"]
    analyzer.judge([published("2", NOW - days(1), "内容已更正，详见县政府网站。", shown=NOW + 3 * HOUR)])
    assert accused(store) == []


def test_a_list_that_shows_no_text_takes_nothing_back(store: Store) -> None:
    Analyzer(store).judge([FIRST, SECOND])
    Analyzer(store).judge([published("2", NOW - days(1), shown=NOW).but(text=None)])
    assert accused(store) == ["2/p2"]


def test_the_same_event_again_changes_nothing(store: Store) -> None:
    analyzers = [Analyzer(store, owner="one"), Analyzer(store, owner="two")]
    for turn in range(4):
        analyzers[turn % 2].judge([FIRST, SECOND])
    (told,) = [finding for finding in store.judgements.untold() if finding.rule == "copied_post"]
    assert told.status is FindingStatus.OPEN


def test_a_copy_counts_against_originality_and_puts_the_account_to_check(store: Store) -> None:
    chance = random.Random(3)
    bodies = ["".join(chance.choices(NEWS + OTHER, k=150)) for _ in range(12)]
    firsts = [published("1", NOW - days(2) + n * HOUR, body, id=f"a{n}") for n, body in enumerate(bodies)]
    own = [
        published("2", NOW - days(1) + n * HOUR, body, id=f"b{n}", kind="original", shown=NOW)
        for n, body in enumerate(bodies)
    ]
    probe = a_probe(NOW, account_id="2", newest_post_at=own[-1].published_at, post_ids=[post.id for post in own])
    book = load_rulebook()
    entries = tuple(entry for entry in book.entries if entry.rule in ("copied_post", "originality"))
    analyzer = Analyzer(store, book.model_copy(update={"entries": entries}))
    analyzer.judge(firsts)
    analyzer.judge([*own, probe])
    (ratio,) = [finding for finding in held_at(store, FAR) if finding.rule == "originality"]
    assert ratio.measured == "0.0%（0/12）"
    assert "相同12条" in ratio.sentence
    standing = store.standings.find("weibo/2")
    assert standing is not None
    assert (standing.state, len(standing.findings)) == ("check", 13)


def a_story(chance: random.Random) -> list[Post | Probe]:
    """Two texts that wander between accounts, edited, named, deleted and seen again."""
    events: list[Post | Probe] = []
    shown = NOW
    for step in range(24):
        shown += chance.random() * HOUR
        account = chance.choice("1234")
        item = chance.choice("ab")
        text = chance.choice([NEWS, NEWS, f"{NEWS}完。", f"{NEWS}（来源：新华社）", OTHER, OTHER[:-20], "短讯。"])
        age = days(1 + "1234".index(account) / 4 + "ab".index(item) / 16)
        events.append(published(account, NOW - age, text, id=f"{item}{account}", shown=shown))
        if step % 5 == 4:
            ids = [chance.choice([f"a{account}", f"b{account}"]), f"b{account}"]
            events.append(a_probe(shown + HOUR / 60, account_id=account, newest_post_at=NOW - days(1), post_ids=ids))
    return events


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_and_tripled_it_ends_in_the_same_findings(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    story = a_story(chance)
    shuffled = story * 3
    chance.shuffle(shuffled)
    ends = []
    for batches in ([story], [[event] for event in story], [[event] for event in shuffled]):
        begin_anew(store)
        analyzers = [Analyzer(store, owner="one"), Analyzer(store, owner="two")]
        for batch in batches:
            chance.choice(analyzers).judge(batch)
        ends.append({(one.account_id, one.rule, one.subject) for one in held_at(store, FAR)})
    assert ends[0] == ends[1] == ends[2]


def test_what_was_never_compared_is_after_a_crash(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("services.analyzer.comparing.Comparing.compare_waiting", _die)
        with pytest.raises(KeyboardInterrupt):
            Analyzer(store).judge([FIRST, SECOND])
    assert accused(store) == []
    Analyzer(store).judge([FIRST, SECOND])
    assert accused(store) == ["2/p2"]


def _die(_self: object) -> None:
    raise KeyboardInterrupt


def test_only_what_is_like_another_is_compared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def waiting() -> list[str]:
        with store.judgements.judging() as judging:
            return [item.post_id for item in judging.sketches.waiting(10)]

    monkeypatch.setattr("services.analyzer.comparing.Comparing.compare_waiting", lambda _self: None)
    Analyzer(store).judge([FIRST, published("3", NOW - days(1), OTHER)])
    assert waiting() == []
    Analyzer(store).judge([SECOND])
    assert waiting() == ["p2"]


def test_a_copy_that_names_its_source_is_put_right_when_all_sketches_are_gone(store: Store) -> None:
    Analyzer(store).judge([FIRST, SECOND])
    assert accused(store) == ["2/p2"]
    for account in "12":
        store.thinning.forget_sketches(f"weibo/{account}", NOW, days(0))
    assert rows(store) == (0, 0)
    Analyzer(store).judge([published("2", NOW - days(1), f"{NEWS}\n来源：青禾县发布1", shown=NOW)])
    assert accused(store) == []


@pytest.mark.parametrize("forgotten", ["1", "12"])
def test_what_it_was_copied_from_being_forgotten_puts_nothing_right(store: Store, forgotten: str) -> None:
    Analyzer(store).judge([FIRST, SECOND])
    Analyzer(store).judge([published("3", NOW - HOUR, f"{NEWS}来源：青禾县发布1", shown=NOW)])
    for account in forgotten:
        store.thinning.forget_sketches(f"weibo/{account}", NOW, days(0))
    Analyzer(store).judge([SECOND.but(observed_at=NOW)])
    assert accused(store) == ["2/p2"]
    Analyzer(store).judge([SECOND.but(observed_at=NOW + HOUR, kind="repost")])
    assert accused(store) == []


def test_two_looks_at_once_hide_neither_a_copy_nor_that_it_was_put_right(store: Store) -> None:
    advert = "全场五折，加微信下单，优惠券包邮。"
    Analyzer(store).judge([FIRST])
    copy = published("2", NOW - days(1), f"{NEWS}{advert}")
    Analyzer(store).judge([copy, copy.but(observed_at=NOW)])
    assert {one.rule for one in held_at(store, FAR) if one.subject == "p2"} == {"copied_post", "commercial_ad"}
    for account in "12":
        store.thinning.forget_sketches(f"weibo/{account}", NOW, days(0))
    marked = copy.but(observed_at=NOW + HOUR, kind="repost")
    Analyzer(store).judge([marked, marked.but(observed_at=NOW + 2 * HOUR)])
    assert accused(store) == []


def test_an_item_takes_a_bounded_number_of_rows_and_old_ones_go(store: Store) -> None:
    long = "".join(random.Random(1).choices(NEWS + OTHER, k=20_000))
    Analyzer(store).judge([published("1", NOW - days(2), long), published("1", NOW - days(2), long * 2, shown=NOW)])
    assert rows(store) == (1, 23)
    retention = Retention(store.thinning, store.leases, days(90), keep_sketches=days(30))
    Analyzer(store).judge([a_probe(NOW + days(20), account_id="1")])
    retention.prune(NOW + days(20))
    assert rows(store) == (1, 23)
    Analyzer(store).judge([a_probe(NOW + days(40), account_id="1")])
    retention.prune(NOW + days(40))
    assert rows(store) == (0, 0)


def rows(store: Store) -> tuple[int, ...]:
    with store.database.read() as connection:
        sketch, mark = (metadata.tables[name] for name in ("sketch", "sketch_mark"))
        asked = (sketch.select(), mark.select().where(mark.c.mark >= 0))
        return tuple(len(connection.execute(rows).all()) for rows in asked)


def test_a_set_phrase_of_many_posts_does_not_make_the_question_dearer(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/growth.db")
    begin_anew(store)
    many = [published("1", NOW - days(2) - n * HOUR, NEWS, id=f"m{n}") for n in range(60)]
    Analyzer(store).judge(many)
    asked = Asked(store)
    Analyzer(store).judge([SECOND])
    Analyzer(store).judge([published("2", NOW - days(1), f"{NEWS}更长一些。", shown=NOW)])
    assert asked.scans() == []
    assert accused(store) == ["2/p2"]
    store.close()
