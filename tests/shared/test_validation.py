"""What is wrong with a setting is said in Chinese, by its key, and never by its value."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from shared.errors import InputError
from shared.validation import first_problem, validated


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = None
    port: int = Field(default=1, ge=1, le=9)
    names: tuple[str, ...] = ()
    mode: Literal["fast", "slow"] = "fast"
    at: str = Field(default="08:47", pattern=r"^\d\d:\d\d$", examples=["08:47"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"port": "canary"}, "channels.x.port: 应为整数"),
        ({"port": 0}, "channels.x.port: 应不小于 1"),
        ({"names": "canary"}, "channels.x.names: 应为列表"),
        ({"names": [{"canary": 1}]}, "channels.x.names.0: 应为文字"),
        ({"mode": "canary"}, "channels.x.mode: 应为 'fast' 或 'slow'"),
        ({"at": "canary"}, "channels.x.at: 格式不对；例如 08:47"),
        ({"colour": "canary"}, "channels.x.colour: 没有这一项"),
        ({"token": {"canary": 1}}, "channels.x.token: 应为文字"),
    ],
)
def test_a_wrong_option_is_named_in_chinese_without_its_value(given: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        validated(Options, given, "channels.x")
    assert str(caught.value).startswith(words)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_options_that_are_no_mapping_are_named_by_their_place() -> None:
    with pytest.raises(InputError, match=r"^channels\.x: 应为"):
        validated(Options, "canary", "channels.x")  # type: ignore[arg-type]


def test_a_hostile_key_is_cut() -> None:
    with pytest.raises(ValidationError) as caught:
        Options.model_validate({"k" * 100_000: 1})
    assert len(str(first_problem(caught.value))) < 600


def test_what_can_be_used_is_given_back() -> None:
    assert validated(Options, {"port": 2}, "x").port == 2
