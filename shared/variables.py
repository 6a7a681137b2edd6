"""Environment variables `XUNJIAN_<KEY>`: which one gives a setting, and which of them mean nothing."""

import os
import re
from collections.abc import Collection, Iterable, Mapping

from shared.errors import InputError
from shared.nearest import advice

PREFIX = "XUNJIAN_"
NESTED = "__"

_OURS = re.compile(r"XUNJIAN_(CONFIG|SHARED|HALF|TEST_\w+)")
"""Read by the search for the settings file, by the tests and by the benchmarks."""
_OF_KUBERNETES = re.compile(r"\w+_(SERVICE_HOST|SERVICE_PORT\w*|PORT_\d+_\w+)")
"""Put into every pod for each service of the namespace, whose names may well begin with ours."""


def variable_of(key: str) -> str | None:
    """`环境变量 XUNJIAN_...` where the environment gives this dotted key or a part of it, and so wins over the file."""
    whole = PREFIX + key.replace(".", NESTED).upper()
    names = [name for name in os.environ if name.upper() == whole or name.upper().startswith(whole + NESTED)]
    return f"环境变量 {names[0]}" if names else None


def refuse_unknown(keys: Iterable[str], nested: Collection[str], allowed: Collection[str] = ()) -> None:
    """Raises InputError for a variable of ours that sets nothing, naming the nearest that would.

    `nested`: those of `keys` that may have parts. `allowed`: other names that somebody reads.
    """
    known = {PREFIX + key.upper(): key for key in keys}
    for name, text in os.environ.items():
        variable = name.upper()
        if not variable.startswith(PREFIX) or name in allowed or _is_of_others(variable, text):
            continue
        whole, parted, _ = variable.partition(NESTED)
        if whole not in known or (parted and known[whole] not in nested):
            near = advice(whole, [*known, f"{PREFIX}CONFIG"])
            raise InputError(f"环境变量 {name}", f"没有这个设置；{near}请改正，或删去它；各项说明见 docs/settings.md")


def _is_of_others(variable: str, text: str) -> bool:
    is_link = variable.endswith("_PORT") and text.startswith(("tcp://", "udp://"))
    return bool(is_link or _OURS.fullmatch(variable) or _OF_KUBERNETES.fullmatch(variable))


def says_where(keys: Iterable[str], environment: Mapping[str, str] = os.environ) -> bool:
    """True where one of these keys is given, and not empty."""
    given = {name.upper() for name, text in environment.items() if text}
    return any(PREFIX + key.upper() in given for key in keys)
