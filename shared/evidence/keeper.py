"""Keeps looks: the bytes in the vault, what was stored when in the log."""

from collections.abc import Mapping
from datetime import datetime

from shared.errors import PermanentError
from shared.evidence.look import Look, items_of
from shared.evidence.vault import Vault, sha256_of
from shared.storage.evidence_log import EvidenceLog


class Keeper:
    """Any number of them, in any number of processes, share one vault and one log."""

    def __init__(self, vault: Vault, log: EvidenceLog) -> None:
        self.vault = vault
        self.log = log

    def keep(self, look: Look, contents: Mapping[str, bytes], now: datetime) -> str:
        """Keep a look with the bytes it names, by their SHA-256; the look's own SHA-256.

        Log comes last: what it tells of is there. A crash before leaves bytes that no entry tells of, and no more. The
        same look again changes nothing. Raises TransientError, and PermanentError when a content is not given.
        """
        sha256 = look.sha256
        if self.log.kept(sha256) is not None:
            return sha256
        _demand_given(look, contents)
        items = items_of(look, contents)
        # First the claim: who prunes a look with the same bytes leaves them from then on.
        self.log.claim(sha256, items, now)
        for content in look.contents():
            self.vault.put(contents[content])
        self.vault.put(look.to_bytes())
        self.log.append(look.key, sha256, items, now)
        return sha256

    def look(self, sha256: str) -> Look:
        """Raises MissingError, DamagedError, TransientError."""
        return Look.from_bytes(self.vault.get(sha256))

    def content(self, sha256: str) -> bytes:
        """Raises MissingError, DamagedError, TransientError."""
        return self.vault.get(sha256)


def _demand_given(look: Look, contents: Mapping[str, bytes]) -> None:
    for sha256 in look.contents():
        if sha256 not in contents or sha256_of(contents[sha256]) != sha256:
            raise PermanentError(f"要保存的内容 {sha256} 没有给出，或与其 SHA-256 不符")
