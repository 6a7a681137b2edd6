"""What a service stands on, opened from the settings."""

from datetime import timedelta
from pathlib import Path

from shared.runtime.opening import EMBEDDED_RETENTION, open_bus
from shared.runtime.settings import load_settings
from tests.builders import NOW, a_probe, days


def test_the_embedded_log_forgets_at_a_start_what_every_group_has_long_read(tmp_path: Path) -> None:
    settings = load_settings(more={"data_dir": tmp_path})
    with_old = open_bus(settings, lambda: NOW, "test")
    with_old.publish([a_probe(NOW)])
    reader = with_old.subscribe("analyzer", ("observations",))
    assert len(reader.poll(0.1)) == 1
    reader.commit()
    reader.close()
    with_old.publish([a_probe(NOW + timedelta(hours=1))])
    with_old.close()

    later = open_bus(settings, lambda: NOW + EMBEDDED_RETENTION + days(1), "test")
    unread, newcomer = later.subscribe("analyzer", ("observations",)), later.subscribe("newcomer", ("observations",))
    assert [len(unread.poll(0.1)), len(newcomer.poll(0.1))] == [1, 1]
    for subscription in (unread, newcomer):
        subscription.close()
    later.close()
