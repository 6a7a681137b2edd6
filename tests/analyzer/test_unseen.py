"""How right the rules are on texts that nothing was learned from and nobody mended for: shares, not single texts."""

from services.analyzer.rules.commercial_ad import CommercialAd
from services.analyzer.rules.sensitive_word import SensitiveWord
from tests.analyzer.tables import texts_of


def _sells(text: str) -> bool:
    return any(True for _ in CommercialAd().check_text(text))


def _lures(text: str) -> bool:
    return any(hit.severity.accuses for hit in SensitiveWord().check_text(text))


def _share(folder: str, accused: list[bool]) -> float:
    assert len(accused) >= 40, f"{folder}: too few for a share"
    return sum(accused) / len(accused)


def test_adverts_in_new_wording_are_found() -> None:
    assert _share("adverts", [_sells(text) for text in texts_of("unseen/adverts")]) >= 0.88


def test_notices_in_new_wording_are_left_alone() -> None:
    assert _share("notices", [_sells(text) or _lures(text) for text in texts_of("unseen/notices")]) <= 0.02


def test_posts_of_hijacked_accounts_in_new_wording_are_found() -> None:
    assert _share("hijacked", [_sells(text) or _lures(text) for text in texts_of("unseen/hijacked")]) >= 0.85


def test_police_texts_in_new_wording_are_left_alone() -> None:
    assert _share("police", [_sells(text) or _lures(text) for text in texts_of("unseen/police")]) == 0
