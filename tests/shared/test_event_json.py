"""Events are read whoever wrote them: this version, the one before, the next; and what cannot be is told with its place."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.bus.envelope import decode, encode, headers
from shared.errors import PoisonError
from shared.event_json import read
from shared.events import (
    SCHEMA_VERSION,
    Clause,
    Comments,
    Coverage,
    Event,
    Evidence,
    Finding,
    Kind,
    Outcome,
    Post,
    Probe,
)
from shared.fact import are_takeable
from shared.validation import first_problem
from tests.builders import NOW, a_finding, a_post, a_probe

WRITTEN = Path(__file__).parent / "events_v1" / "events.jsonl"
"""By the first writer of version 1, with the identities that it gave them."""
CHINA = timezone(timedelta(hours=8))
N1 = SCHEMA_VERSION + 1


def rewritten(event: Event, /, **fields: Any) -> bytes:
    return json.dumps(json.loads(encode(event)) | fields).encode()


@pytest.mark.parametrize("line", WRITTEN.read_text("utf-8").strip().split("\n"))
def test_what_the_first_writer_wrote_is_read_written_and_identified_as_it_did(line: str) -> None:
    old = json.loads(line)
    event = decode(old["body"].encode())
    attributes = headers(event, "test")
    body, written = json.loads(old["body"]), json.loads(encode(event))
    assert {name: told for name, told in written.items() if name in body or told is not None} == body
    assert decode(encode(event)) == event
    assert (event.fingerprint, attributes["ce_id"], attributes["ce_time"]) == (
        old["fingerprint"],
        old["ce_id"],
        old["ce_time"],
    )
    assert getattr(event, "digest", None) == old["digest"]


def test_fields_of_the_next_version_are_left_out() -> None:
    for event in (a_post(), a_probe(), a_finding(evidence=(Evidence(post_id="p1"),))):
        body = rewritten(event, version=N1, mood={"of": ["the", "page"]})
        assert decode(body) == event.but(version=N1)
        assert read(type(event), body) == event.but(version=N1)


def test_words_of_the_next_version_prove_nothing() -> None:
    post = decode(rewritten(a_post(), version=N1, kind="remix", comments="by_invitation"))
    assert isinstance(post, Post)
    assert (post.kind, post.comments) == (Kind.UNKNOWN, Comments.UNKNOWN)
    probe = decode(rewritten(a_probe(), version=N1, outcome="throttled", covers="search"))
    assert isinstance(probe, Probe)
    assert (probe.outcome, probe.covers, probe.proves_list) == (Outcome.UNKNOWN, Coverage.NOTHING, False)


def test_a_word_that_one_version_does_not_have_is_refused_by_it() -> None:
    with pytest.raises(PoisonError, match="outcome：没有这个取值"):
        decode(rewritten(a_probe(), outcome="throttled"))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (rewritten(a_finding(), version=N1, severity="warning"), "severity"),
        (rewritten(a_finding(), version=N1, status="appealed"), "status"),
        (rewritten(a_finding(), version=N1, state="on_leave"), "state"),
        (rewritten(a_post(), version=N1, event="story"), "event"),
        (rewritten(a_post(), version=N1, ad_signals={"one": 1}), "ad_signals：应为列表"),
    ],
)
def test_what_of_the_next_version_cannot_be_guessed_is_set_aside_and_says_who_wrote_it(body: bytes, why: str) -> None:
    with pytest.raises(PoisonError, match=f"由较新的版本 {N1} 写成.*{why}.*请升级"):
        decode(body)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"platform": ""}, "platform：至少 1 个字符"),
        ({"version": 0}, "version：应不小于 1"),
        ({"version": "1"}, "version：应为整数"),
        ({"outcome": None}, "outcome"),
        ({"at": "昨天"}, "at：应为带时区的时间"),
        ({"at": 5}, "at：应为带时区的时间"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at：时间超出范围"),
        ({"at": "0001-01-01T00:00:00Z"}, "at：时间超出范围"),
        ({"newest_post_at": "9999-12-31T23:59:59Z"}, "newest_post_at：时间超出范围"),
        ({"post_ids": ["a", 5]}, "post_ids.1：应为文字"),
        ({"duration_ms": 1.5}, "duration_ms：应为整数"),
    ],
)
def test_the_place_is_named_and_the_value_is_not(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(PoisonError, match=said) as caught:
        decode(rewritten(a_probe(), **fields))
    assert "昨天" not in str(caught.value)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-08:00"])
def test_a_time_that_no_rule_could_reckon_with_is_refused_by_its_place(moment: str) -> None:
    for event, place in (
        (rewritten(a_post(), published_at=moment), "published_at"),
        (rewritten(a_finding(), evidence=[{"at": NOW.isoformat()}, {"at": moment}]), "evidence.1.at"),
    ):
        with pytest.raises(PoisonError, match=f"^{place}：时间超出范围"):
            decode(event)


ODD: tuple[Any, ...] = (
    None,
    True,
    5,
    -1,
    1.5,
    2**70,
    "",
    "x",
    [],
    [5],
    [None],
    [[1]],
    {},
    {"a": 1},
    [{}],
    [{"at": 3}],
    "2026-13-41",
)
OURS = re.compile(r"'?(event|post|probe|finding)'?|JSON|ISO|true|false|[a-z_]+\d*(\.[a-z_0-9]+)*：")
"""Of Latin letters these alone may be told: names that the format has, and what it is made of."""


@pytest.mark.parametrize("event", [a_post(), a_probe(newest_post_at=NOW), a_finding(evidence=(Evidence(at=NOW),))])
@pytest.mark.parametrize("version", [SCHEMA_VERSION, N1])
def test_whatever_is_wrong_in_whatever_place_is_told_in_chinese(event: Event, version: int) -> None:
    whole = json.loads(encode(event)) | {"version": version}
    wrong = [whole | {name: value} for name in whole for value in ODD]
    wrong += [{name: whole[name] for name in whole if name != left} for left in whole]
    told = set()
    for body in wrong:
        try:
            decode(json.dumps(body).encode())
        except PoisonError as error:
            told.add(str(error))
    assert len(told) > 20
    assert [said for said in told if re.search("[A-Za-z]", OURS.sub("", said))] == []


@pytest.mark.parametrize(
    "start", [b'{"event":"post","a":', b'{"event":"story","a":', b'{"event":"story","version":2,"a":']
)
def test_nesting_without_end_is_refused(start: bytes) -> None:
    with pytest.raises(PoisonError):
        decode(start + b"[" * 100_000 + b"]" * 100_000 + b"}")


def test_text_is_mended_when_an_event_is_made_and_when_it_is_read() -> None:
    signals = ("a\0", "b\udc00")
    made = Post(
        platform="weibo", account_id="1", id="半\ud83d", observed_at=NOW, text="空\0字\ud83d\ude00", ad_signals=signals
    )
    assert (made.id, made.text, made.ad_signals) == ("半\ufffd", "空\ufffd字😀", ("a\ufffd", "b\ufffd"))
    assert decode(encode(made)) == made
    assert decode(rewritten(a_probe(), reason="a\0", post_ids=["\0"])) == a_probe(
        reason="a\ufffd", post_ids=("\ufffd",)
    )
    assert Evidence(title="\0").title == "\ufffd"


def test_text_is_mended_however_it_is_read_and_after_a_body_that_was_refused() -> None:
    body = rewritten(a_probe(), reason="\n\0")
    assert read(Probe, body.decode()).reason == read(Probe, body).reason == "\n\ufffd"
    assert read(Probe, rewritten(a_probe(), version=9, covers="more", reason="\0")).reason == "\ufffd"
    with pytest.raises(PoisonError):
        decode(b'{"event":"probe"}')
    assert a_post(text="\0").text == "\ufffd"


def test_text_that_only_looks_like_an_escape_stays() -> None:
    assert a_post(text="\\u0000").text == "\\u0000"


@pytest.mark.parametrize("texts", ["字" * 85 + "a", "a" * 65_536, ("1",) * 16, None, ("",)])
def test_only_what_holds_a_nul_or_half_a_pair_is_mended_whatever_its_length(
    texts: str | tuple[str, ...] | None,
) -> None:
    assert are_takeable(texts)
    assert not are_takeable((texts, "a\0"))
    assert not are_takeable((texts, "\ud83d"))


def test_times_are_kept_in_utc_and_have_a_zone() -> None:
    noon = NOW.astimezone(CHINA)
    assert repr(a_probe(noon, newest_post_at=noon)) == repr(a_probe(NOW, newest_post_at=NOW))
    for make in (a_probe, lambda at: Probe(platform="weibo", account_id="1", at=at, outcome=Outcome.OK)):
        with pytest.raises(ValueError, match=r"zone|时区"):
            make(datetime(2026, 11, 21, 12))  # noqa: DTZ001
    assert Evidence(at=noon).at is not None
    assert repr(Evidence(at=noon)) == repr(Evidence(at=NOW))


def test_an_event_that_names_no_account_is_not_made() -> None:
    with pytest.raises(ValueError, match="不能空缺"):
        Probe(platform="weibo", account_id="", at=NOW, outcome=Outcome.OK)
    for values in ({"platform": ""}, {"account_id": ""}, {"version": 0}, {"id": ""}):
        with pytest.raises(ValueError, match="不能空缺"):
            a_post().but(**values)


def test_a_changed_copy_has_its_own_digest() -> None:
    post = a_post(text="一")
    assert post.digest != post.but(text="二").digest == a_post(text="二").digest


class Held(BaseModel):
    clause: Clause
    findings: tuple[Finding, ...] = ()


def test_a_model_holds_an_event_or_the_table_that_it_is() -> None:
    finding = a_finding(evidence=(Evidence(post_id="p1", at=NOW),))
    held = Held(clause=finding.clause, findings=(finding,))
    assert held.findings[0] is finding
    assert Held.model_validate(held.model_dump()) == Held.model_validate_json(held.model_dump_json()) == held


def test_what_is_wrong_in_a_table_is_told_with_its_place() -> None:
    with pytest.raises(ValidationError) as caught:
        Held.model_validate({"clause": {"document": "某号"}})
    assert str(first_problem(caught.value)) == "clause.words：缺少这一项"
