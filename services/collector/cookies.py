"""What a site hands out on its way from one redirect to the next: many a firewall lets in only who brings it back."""

from collections.abc import Iterable

from shared.addresses import host_of

_MOST_COOKIES = 20
_MOST_BYTES = 4_096


class Cookies:
    """For one download, and back to the very host they came from: no domains, paths or dates to be wrong about."""

    def __init__(self) -> None:
        self._kept: dict[str | None, dict[bytes, bytes]] = {}

    def keep(self, url: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        own = self._kept.setdefault(host_of(url), {})
        for header, value in headers:
            name, equals, text = value.partition(b";")[0].partition(b"=")
            is_cookie = header.lower() == b"set-cookie" and equals and len(value) <= _MOST_BYTES
            if is_cookie and (name in own or len(own) < _MOST_COOKIES):
                own[name.strip()] = text.strip()

    def headers(self, url: str) -> list[tuple[bytes, bytes]]:
        pairs = [name + b"=" + value for name, value in self._kept.get(host_of(url), {}).items()]
        return [(b"Cookie", b"; ".join(pairs))] if pairs else []
