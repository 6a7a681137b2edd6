"""Finding the earlier post of a copy: the store's sketches beside datasketch's MinHash LSH in memory."""

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH

from bench.eval.sets import SetMissingError, rows
from bench.posts import make_posts
from bench.table import Cost, Goal, Row, faster, in_turns, timed
from services.analyzer.copies import earlier_of, keep_sketches
from shared.account import Account
from shared.events import Post
from shared.storage.store import Store, open_store

INDEXED, COPIES, FRESH, QUERIES = 4_000, 200, 1_000, 300
_SEED_SENTENCES = 669
_START = datetime.fromisoformat("2026-11-02T09:00:00+08:00")
_OWN = Account(platform="weibo", id="own", name="青禾发布", unit="青禾县政府办")
_OTHER = Account(platform="weibo", id="other", name="白石发布", unit="白石县政府办")
_RECALL = {
    "exact": 0.99,
    "credit line added": 0.99,
    "one sentence dropped": 0.99,
    "sentences reordered": 0.99,
    "5 % of characters replaced": 0.95,
    "excerpt of 60 %": 0.95,
}


def measure() -> Iterator[Row]:
    chance = random.Random(7)  # noqa: S311
    seeds = _sentences(chance)
    texts = [_made(seeds, chance) for _ in range(INDEXED)]
    fresh = [_made(seeds, chance) for _ in range(FRESH)]
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder) / 'db'}")) as store:
        store.accounts.upsert([_OWN, _OTHER], _START)
        posts = [_post(text, number, _OTHER, _START + timedelta(minutes=number)) for number, text in enumerate(texts)]
        lsh = MinHashLSH(threshold=0.5, num_perm=128)
        kept, inserted = timed(lambda: _keep(store, posts)), timed(lambda: _insert(lsh, texts))
        yield faster(f"originality: {INDEXED:,} posts kept (in memory: peer)", [kept], [inserted], "/s")
        yield from _found(store, texts, fresh, chance)
        yield from _speed(store, lsh, fresh[:QUERIES], [_credited(text, chance) for text in texts[:QUERIES]])


def _speed(store: Store, lsh: Any, fresh: list[str], copied: list[str]) -> Iterator[Row]:
    queries = [text for pair in zip(fresh, copied, strict=True) for text in pair]
    posts = [_later(text) for text in queries]
    ours, peer = in_turns(lambda: _ask(store, posts), lambda: timed(lambda: _query(lsh, queries)))
    yield faster("originality: queries, half of them copies, to datasketch", ours, peer, "/s", Goal(2.5))


def _found(store: Store, texts: list[str], fresh: list[str], chance: random.Random) -> Iterator[Row]:
    edits: dict[str, Callable[[str, random.Random], str]] = {
        "exact": lambda text, _: text,
        "credit line added": _credited,
        "one sentence dropped": _one_dropped,
        "sentences reordered": _reordered,
        "5 % of characters replaced": _replaced,
        "excerpt of 60 %": _excerpt,
    }
    for name, edit in edits.items():
        chosen = chance.sample(range(len(texts)), COPIES)
        right = sum(place in _matches(store, edit(texts[place], chance)) for place in chosen) / COPIES
        goal = _RECALL[name]
        yield Row(f"originality: recall, {name}", f"{right:.3f}", goal=f">= {goal:g}", met=right >= goal)
    false = sum(bool(_matches(store, text)) for text in fresh) / len(fresh)
    yield Row("originality: false matches of fresh posts", f"{false:.4f}", goal="<= 0.01", met=false <= 0.01)


def _ask(store: Store, posts: Sequence[Post]) -> Cost:
    def work() -> int:
        with store.judgements.judging() as judging:
            for post in posts:
                earlier_of(judging, _OWN, post)
        return len(posts)

    return timed(work)


def _matches(store: Store, text: str) -> set[int]:
    with store.judgements.judging() as judging:
        return {int(earlier.post_id) for earlier in earlier_of(judging, _OWN, _later(text))}


def _later(text: str) -> Post:
    return _post(text, INDEXED, _OWN, _START + timedelta(days=20))


def _keep(store: Store, posts: Sequence[Post]) -> int:
    for start in range(0, len(posts), 500):
        with store.judgements.judging() as judging:
            keep_sketches(judging, posts[start : start + 500])
    return len(posts)


def _insert(lsh: Any, texts: Sequence[str]) -> int:
    for number, text in enumerate(texts):
        lsh.insert(number, _min_hash(text))
    return len(texts)


def _query(lsh: Any, texts: Sequence[str]) -> int:
    for text in texts:
        lsh.query(_min_hash(text))
    return len(texts)


def _min_hash(text: str) -> Any:
    letters = re.sub(r"\W+", "", text)
    hashed = MinHash(num_perm=128)
    hashed.update_batch([letters[place : place + 4].encode() for place in range(len(letters) - 3)])
    return hashed


def _sentences(chance: random.Random) -> list[str]:
    """Real ones where the sets are, else made-up posts cut up."""
    try:
        texts = [row["text"] for name in ("cctv_news", "work_report") for row in rows(f"gov/{name}_paragraphs")]
    except SetMissingError:
        texts = [post.text or "" for post in make_posts(400)]
    found = {sentence for text in texts for sentence in re.findall(r"[^。]{15,60}。", text)}
    return chance.sample(sorted(found), min(_SEED_SENTENCES, len(found)))


def _made(seeds: Sequence[str], chance: random.Random) -> str:
    head = f"{chance.randint(1, 12)}月{chance.randint(1, 28)}日，记者从有关部门获悉，"
    return head + "".join(chance.sample(seeds, chance.randint(14, 22)))


def _post(text: str, number: int, account: Account, at: datetime) -> Post:
    return Post(
        platform="weibo",
        account_id=account.id,
        id=str(number),
        observed_at=at,
        published_at=at,
        title="要闻",
        text=text,
    )


def _parts(text: str) -> list[str]:
    return re.findall(r"[^。]*。", text)


def _credited(text: str, _: random.Random) -> str:
    return f"来源：白石发布\n{text}\n编辑：王某 审核：赵某 转载请注明出处"


def _one_dropped(text: str, chance: random.Random) -> str:
    parts = _parts(text)
    del parts[chance.randrange(len(parts))]
    return "".join(parts)


def _reordered(text: str, chance: random.Random) -> str:
    parts = _parts(text)
    chance.shuffle(parts)
    return "".join(parts)


def _replaced(text: str, chance: random.Random) -> str:
    return "".join(chance.choice(text) if chance.random() < 0.05 else letter for letter in text)


def _excerpt(text: str, chance: random.Random) -> str:
    length = len(text) * 6 // 10
    start = chance.randint(0, len(text) - length)
    return text[start : start + length]
