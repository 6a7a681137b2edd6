"""The evidence: whether the vault takes and gives, and whether the newest entries of its log hold together."""

from collections.abc import Iterator, Sequence

from shared.errors import PermanentError, XunjianError
from shared.evidence.entry import Head
from shared.evidence.vault import Vault
from shared.evidence.verifying import check_chain
from shared.storage.evidence_log import Logged
from xunjian.checks.diagnosis import Diagnosis, failed, good

LAST = 100
_TITLE = "证据库"
_PROBE = b"xunjian doctor\n"


def check_vault(vault: Vault, shown: str, place: str) -> Diagnosis:
    """Really writes, reads and removes a few bytes. `shown`: where it lies; `place`: where that is set."""
    try:
        name = vault.put(_PROBE)
        vault.get(name)
        vault.remove(name)
    except PermanentError as error:
        what, _, remedy = str(error).rpartition("；")
        return failed(_TITLE, f"{shown}：{what or remedy}", remedy if what else f"核对{place}")
    except XunjianError as error:
        what, _, remedy = str(error).rpartition("；")
        return failed(_TITLE, what or remedy, f"{remedy}，或核对{place}")
    return good(_TITLE, f"{shown}，可写、可读、可删")


def check_log(rows: Sequence[Logged]) -> Iterator[Diagnosis]:
    """`rows`: the last ones, one more than are checked where there are more."""
    if not rows:
        return
    first = Head(n=rows[0].n, hash=rows[0].written) if rows[0].n > 1 else None
    faults = [*check_chain(rows[1:] if first else rows, after=first)]
    if faults:
        more = f"（共{len(faults)}处）" if len(faults) > 1 else ""
        yield failed("证据登记簿", f"{faults[0].sentence}{more}", "运行 xunjian evidence verify 查看全部，保留现场")
    else:
        yield good("证据登记簿", f"最近{min(len(rows), LAST)}条首尾相接，簿尾 {rows[-1].n}:{rows[-1].written[:16]}…")
