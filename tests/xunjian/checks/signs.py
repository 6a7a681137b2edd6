"""What the tests of the checks ask of their findings."""

from collections.abc import Iterable

from xunjian.checks.diagnosis import Diagnosis, Sign


def only(found: Iterable[Diagnosis]) -> Diagnosis:
    (diagnosis,) = found
    return diagnosis


def signs(found: Iterable[Diagnosis]) -> str:
    return "".join(diagnosis.sign for diagnosis in found)


def bad(found: Iterable[Diagnosis]) -> list[Diagnosis]:
    return [diagnosis for diagnosis in found if diagnosis.sign is not Sign.GOOD]
