"""Bodies are versioned JSON; what cannot be read says why."""

import json

import pytest
from msgspec import convert, to_builtins

from shared.bus.envelope import MAX_BODY_BYTES, decode, encode, event_id, headers
from shared.errors import PoisonError
from shared.events import Event, Post
from tests.builders import NOW, a_finding, a_post, a_probe, days


@pytest.mark.parametrize("event", [a_post(text="丰收 🌾"), a_probe(newest_post_at=NOW), a_finding()])
def test_an_event_survives_the_bus(event: Event) -> None:
    assert decode(encode(event), headers(event, "test")) == event


def test_headers_are_cloudevents_attributes() -> None:
    probe = a_probe()
    attributes = headers(probe, "collector")
    assert attributes["ce_specversion"] == "1.0"
    assert attributes["ce_type"] == "cn.xunjian.probe.v1"
    assert attributes["ce_source"] == "/xunjian/collector"
    assert attributes["ce_subject"] == "weibo/1001"
    assert attributes["ce_id"] == probe.fingerprint


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "不是 JSON"),
        (b"{", "不是 JSON"),
        (b"\xff\xfe\x00", "不是 JSON"),
        (b'{"event":"comment"}', "'event' 应为"),
        (b'{"event":"post"}', "缺少这一项"),
        (encode(a_post()).replace(b'"version":1', b'"version":0'), "version"),
        (encode(a_probe()).replace(b"2026-11-21T04:00:00Z", b"2026-11-21T04:00:00"), "at"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(PoisonError, match=reason):
        decode(body)


def test_another_specversion_is_refused() -> None:
    with pytest.raises(PoisonError, match=r"specversion）是 2\.0.*请"):
        decode(encode(a_post()), {"ce_specversion": "2.0"})


@pytest.mark.fault(35)
def test_a_newer_writer_may_add_fields() -> None:
    body = json.dumps({**json.loads(encode(a_post())), "mood": "sunny"}).encode()
    assert decode(body) == a_post()


def test_an_event_too_large_for_the_bus_is_refused_before_it_is_sent() -> None:
    with pytest.raises(PoisonError, match=r"总线最多收.*请"):
        encode(a_post(text="长" * MAX_BODY_BYTES))


def test_the_same_post_seen_again_has_the_same_id_and_a_changed_one_another() -> None:
    assert event_id(a_post()) == event_id(a_post(observed_at=NOW + days(1)))
    assert event_id(a_post()) != event_id(a_post(comments="closed"))
    assert event_id(a_finding()) != event_id(a_finding(status="resolved"))


def test_a_digest_covers_every_field_but_when_the_post_was_observed() -> None:
    base = a_post(text="丰收 🌾")
    others = {"url": "https://a", "title": "另", "text": "欠收", "published_at": NOW - days(1), "pinned": True}
    others |= {"kind": "repost", "comments": "closed", "ad_signals": ("x=1",)}
    changed = [convert(to_builtins(base) | {name: value}, Post) for name, value in others.items()]
    digests = {post.digest for post in (base, *changed)}
    assert len(digests) == 1 + len(others)
    assert base.but(observed_at=NOW + days(1)).digest == base.digest
    assert {*others, "version", "platform", "account_id", "id", "observed_at"} == set(Post.__struct_fields__)


def test_an_office_has_two_matters_where_its_rulebook_has_two_entries() -> None:
    assert a_finding(indicator="U-01").fingerprint != a_finding(indicator="U-01-city").fingerprint
