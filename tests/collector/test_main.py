"""The collector's own part of the settings."""

import pytest

from services.collector.__main__ import browser_settings, build_platforms
from shared.errors import InputError
from shared.runtime.settings import load_settings


def test_what_comes_from_the_environment_is_text_and_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_BROWSER__TIMEOUT_SECONDS", "12.5")
    monkeypatch.setenv("XUNJIAN_BROWSER__HEADLESS", "false")
    monkeypatch.setenv("XUNJIAN_BROWSER__PROXY_SPKI", "12345")
    browser = browser_settings(load_settings())
    assert (browser.timeout_seconds, browser.headless, browser.proxy_spki) == (12.5, False, "12345")


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"browser": {"prxy": "http://proxy:3128"}}, "browser.prxy"),
        ({"browser": {"timeout_seconds": 0}}, "browser.timeout_seconds"),
        ({"platforms": {"weibo": {"min_interval_seconds": "soon"}}}, "platforms.weibo.min_interval_seconds"),
        ({"platforms": {"myspace": {}}}, "platforms.myspace"),
    ],
)
def test_a_wrong_option_is_named(more: dict[str, object], place: str) -> None:
    settings = load_settings(None, more)
    with pytest.raises(InputError) as refused:  # noqa: PT012 - whichever of the two reads the option
        browser_settings(settings)
        build_platforms(settings)
    assert refused.value.place == place
