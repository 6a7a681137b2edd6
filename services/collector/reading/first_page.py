"""Which address asks for the first page of all that an account posted: only that page can show that nothing is new."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from shared.events import Value


class FirstPage(Value):
    """`path` is searched in the address's path. `asked`: parameters that page on, or choose among the posts, and the
    values with which they do neither; an empty value and a missing parameter never do."""

    path: str
    asked: Mapping[str, tuple[str, ...]]

    def is_asked_by(self, url: str | None) -> bool:
        """True also where a saved file tells no address, since then the answer alone has to tell."""
        if url is None:
            return True
        try:
            address = urlsplit(url)
            given = parse_qs(address.query)
        except ValueError:
            return False
        chosen = (value not in first for name, first in self.asked.items() for value in given.get(name, ()))
        return re.search(self.path, address.path) is not None and not any(chosen)
