"""When a saved login ends by its own cookies."""

import json
from datetime import UTC, datetime

import pytest

from services.collector.sessions.ends import cookies_end


def cookie(name: str, expires: object) -> dict[str, object]:
    return {"name": name, "value": "secret", "expires": expires}


TRACKER = cookie("tracker", 1_800_000_000)


def test_a_login_ends_with_the_first_of_its_cookies() -> None:
    state = {"cookies": [TRACKER, cookie("sid_guard", 1_900_000_000), cookie("sessionid", 1_890_000_000)]}
    assert cookies_end(state) == datetime.fromtimestamp(1_890_000_000, UTC)


def test_of_a_login_that_we_do_not_know_the_last_cookie_counts() -> None:
    state = {"cookies": [TRACKER, cookie("unheard_of", 1_850_000_000.5), cookie("short", -1)]}
    assert cookies_end(state) == datetime.fromtimestamp(1_850_000_000.5, UTC)


@pytest.mark.parametrize(
    "state",
    ["[]", '{"cookies": 5}', '{"cookies": [null, {}]}', '{"cookies": [{"expires": "soon"}, {"expires": 1e30}]}'],
)
def test_whatever_a_state_holds_nothing_is_guessed(state: str) -> None:
    assert cookies_end(json.loads(state)) is None
