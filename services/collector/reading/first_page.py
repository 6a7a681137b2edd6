"""Which address asks for the first page of all that an account posted: only that page can show that nothing is new."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, urlsplit

from services.collector.capture import Capture
from services.collector.reading.sight import Sight, part_of_list
from shared.events import Value


class FirstPage(Value):
    """`path` is searched in the address's path. `asked`: parameters that page on, or choose among the posts, and the
    values with which they do neither; an empty value and a missing parameter never do."""

    path: re.Pattern[str]
    asked: Mapping[str, tuple[str, ...]]

    def told(self, capture: Capture, sights: Iterable[Sight]) -> Iterable[Sight]:
        """What the capture tells, of a list no more than its address can have asked for."""
        return sights if self.is_asked_by(capture.url) else map(part_of_list, sights)

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
        return self.path.search(address.path) is not None and not any(chosen)
