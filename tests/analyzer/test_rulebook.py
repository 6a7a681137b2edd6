"""Rulebooks: inherited, tightened, never relaxed; one bad file per way to be wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.analyzer.rulebook import built_in_names, load_rulebook
from services.analyzer.rules.base import Rule
from shared.errors import InputError
from shared.events import Severity
from shared.plugins import discover
from tests.paths import ROOT

HEAD = "name: gansu\ntitle: 甘肃省\nversion: '1'\neffective_from: 2024-01-01\nextends: cn\nentries:\n"


def written(folder: Path, text: str) -> str:
    file = folder / "book.yaml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("name", built_in_names())
def test_every_rulebook_that_ships_can_be_configured(name: str) -> None:
    book = load_rulebook(name)
    book.check()
    assert book.name == name
    assert all(entry.clause.document and entry.clause.words for entry in book.entries)


def test_every_rule_file_is_used_by_a_rulebook_that_ships() -> None:
    used = {entry.rule for name in built_in_names() for entry in load_rulebook(name).entries}
    assert used == set(discover("services.analyzer.rules", Rule))


def test_every_local_rulebook_keeps_the_vetoes_of_the_nation() -> None:
    vetoes = {entry.indicator for entry in load_rulebook("cn").entries if entry.severity is Severity.VETO}
    for name in built_in_names():
        assert vetoes <= {entry.indicator for entry in load_rulebook(name).entries if entry.severity is Severity.VETO}


def test_a_province_may_tighten_the_red_line(tmp_path: Path) -> None:
    text = HEAD + "  - {indicator: U-01, options: {veto_days: 7, reminder_days: [5]}}\n"
    book = load_rulebook(written(tmp_path, text))
    silent = next(entry for entry in book.entries if entry.indicator == "U-01")
    assert silent.options["veto_days"] == 7
    assert silent.options["zombie_days"] == 90
    assert book.label == "gansu@1"


@pytest.mark.parametrize(
    "change",
    [
        "  - {indicator: U-01, options: {veto_days: 15}}\n",
        "  - {indicator: U-01, severity: reminder}\n",
        "  - {indicator: U-01, rule: originality, options: {}}\n",
        "  - {indicator: I-02, options: {last_posts: 6}}\n",
    ],
)
def test_a_local_rulebook_may_not_relax_a_national_veto(tmp_path: Path, change: str) -> None:
    with pytest.raises(InputError, match=r"只能收紧|指标 U-01"):
        load_rulebook(written(tmp_path, HEAD + change)).check()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a list", "规则集应为 YAML 对照表"),
        ("name: [", "YAML 格式有误"),
        (
            HEAD + "  - {indicator: X-1, rule: no_such_rule, severity: veto, clause: {document: a, words: b}}\n",
            "没有规则 no_such_rule",
        ),
        (HEAD + "  - {indicator: U-01, options: {veto_dyas: 7}}\n", "veto_dyas"),
        (HEAD + "  - {indicator: Z-1}\n", "rule：缺少这一项"),
        (HEAD.replace("version: '1'\n", ""), "version：缺少这一项"),
        (HEAD + "  []\nsurprise: 1\n", "surprise"),
    ],
)
def test_a_wrong_rulebook_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_rulebook(written(tmp_path, text)).check()


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=r"内置的：.*cn"):
        load_rulebook("atlantis")


def test_a_rulebook_that_extends_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="继承了自己"):
        load_rulebook(written(tmp_path, HEAD.replace("extends: cn", "extends: book.yaml") + "  []\n"))


def test_the_deadlines_are_those_of_the_rules() -> None:
    assert load_rulebook().deadlines() == {timedelta(days=age) for age in (7, 10, 12, 13, 14, 90)}


def test_every_rule_that_is_off_in_the_nation_is_told_on_the_page() -> None:
    on = {entry.rule for entry in load_rulebook("cn").entries}
    page = (ROOT / "docs/rulebooks.md").read_text(encoding="utf-8")
    off = [name for name in discover("services.analyzer.rules", Rule) if name not in on]
    assert [name for name in off if f"| `{name}` |" not in page] == []
