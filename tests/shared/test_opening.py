"""What a service stands on, opened from the settings."""

from pathlib import Path

from shared.runtime.opening import open_bus
from shared.runtime.settings import load_settings
from tests.builders import NOW, a_probe, days


def test_opening_the_bus_forgets_nothing(tmp_path: Path) -> None:
    settings = load_settings(more={"data_dir": tmp_path, "embedded_retention_days": 1})
    with_old = open_bus(settings, lambda: NOW, "test")
    with_old.publish([a_probe(NOW)])
    reader = with_old.subscribe("analyzer", ("observations",))
    assert len(reader.poll(0.1)) == 1
    reader.commit()
    reader.close()
    with_old.close()

    later = open_bus(settings, lambda: NOW + days(2), "test")
    newcomer = later.subscribe("newcomer", ("observations",))
    assert len(newcomer.poll(0.1)) == 1
    newcomer.close()
    later.close()
