"""A vault in memory."""

from collections.abc import Iterator

from shared.evidence.vault import MissingError, demand_name, demand_whole, sha256_of


class MemoryVault:
    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        sha256 = sha256_of(content)
        self.held.setdefault(sha256, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        demand_name(sha256)
        if sha256 not in self.held:
            raise MissingError(f"没有 {sha256}")
        return demand_whole(sha256, self.held[sha256], "内存")

    def has(self, sha256: str) -> bool:
        demand_name(sha256)
        return sha256 in self.held

    def remove(self, sha256: str) -> None:
        demand_name(sha256)
        self.held.pop(sha256, None)

    def each(self) -> Iterator[str]:
        yield from list(self.held)
