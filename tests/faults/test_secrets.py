"""A channel's secret exchanged on the other side while everybody runs."""

import pytest

from tests.faults.office import HOOK_SECRET, Office
from tests.faults.verdict import violations

NEW_SECRET = "hook-secret-new-4f7a2e91c3"

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(1200)]


@pytest.mark.fault(42)
def test_a_secret_exchanged_while_running_is_asked_for_and_loses_nothing(office: Office) -> None:
    office.secrets.append(NEW_SECRET)
    office.file(6)
    office.settle()
    office.receiver.secret = NEW_SECRET
    try:
        office.file(6)
        office.until(
            lambda: any("渠道 hook 已停用" in said(office, n) for n in (1, 2)), "an alerter says that it is off"
        )
        assert any("签名或密钥不对；请核对 secret" in said(office, n) for n in (1, 2))
        (office.folder / "hook.secret").write_text(NEW_SECRET)
        for name in ("alerter-1", "alerter-2"):
            assert office.end(name) == 0
            office.start(name)
        office.settle()
        office.await_ready()
        assert violations(office) == []
    finally:
        office.receiver.secret = HOOK_SECRET
        (office.folder / "hook.secret").write_text(HOOK_SECRET)
        for name in ("alerter-1", "alerter-2"):
            office.end(name)


def said(office: Office, number: int) -> str:
    return office.ask(f"alerter-{number}", "/readyz")[1]
