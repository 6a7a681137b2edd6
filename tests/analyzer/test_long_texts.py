"""A long text of one repeated word is asked of no more than its different surroundings."""

import re
from typing import Any

import pytest

from services.analyzer.language.meaning import cues, offers
from services.analyzer.language.proof import pairs
from services.analyzer.rules.proofreading import Proofreading
from services.analyzer.rules.sensitive_word import SensitiveWord
from shared.events import Severity

REPEATED = 4_000
MOST_SEARCHES = 1_000


class Counted:
    """A pattern that counts how often it is asked."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.searches = 0

    def search(self, text: str) -> re.Match[str] | None:
        self.searches += 1
        return self._pattern.search(text)


@pytest.mark.parametrize(
    ("item", "severity"), [("毒品", Severity.MENTION), ("冰毒加微信", Severity.DEDUCTION), ("傻逼", Severity.REMINDER)]
)
def test_cues_are_found_once_for_each_surrounding(
    item: str, severity: Severity, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = [Counted(offers._PRIVATE), Counted(cues._OTHERS), Counted(cues._AGAINST)]
    monkeypatch.setattr(offers, "_PRIVATE", counted[0])
    monkeypatch.setattr(cues, "_OTHERS", counted[1])
    monkeypatch.setattr(cues, "_AGAINST", counted[2])
    hits = list(SensitiveWord().check_text(item * REPEATED))
    assert len(hits) == REPEATED
    assert [hit.severity for hit in hits[100:-100]].count(severity) == REPEATED - 200
    assert all(pattern.searches < MOST_SEARCHES for pattern in counted)


def test_the_surroundings_decide_as_they_do_in_a_short_text() -> None:
    sentences = ("出售冰毒加微信abc123。", "警方查获冰毒加微信群。", "傻逼！", "他辱骂民警“傻逼”。", "快来下注赌球。")
    apart = [f"{sentence}{'草木繁茂，' * 20}。" for sentence in sentences * 300]
    rule = SensitiveWord()
    alone = [(hit.text, hit.severity, hit.reason) for text in apart for hit in rule.check_text(text)]
    assert [(hit.text, hit.severity, hit.reason) for hit in rule.check_text("".join(apart))] == alone


class Replaced(str):
    """A text that counts how often something in it is replaced."""

    times = 0

    def replace(self, *args: Any) -> "Replaced":
        Replaced.times += 1
        return Replaced(super().replace(*args))


@pytest.mark.parametrize(("depth", "is_paired"), [(1, True), (3, True), (1_000, False)])
def test_brackets_that_nest_are_not_taken_out_layer_by_layer(
    depth: int, is_paired: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Replaced, "times", 0)
    assert pairs._are_paired(Replaced("（" * depth + "）" * depth)) is is_paired
    assert Replaced.times < 100
    text = f"市政府{'（' * depth}草案{'）' * depth}已印发。"
    assert not list(Proofreading().check_text(text))
