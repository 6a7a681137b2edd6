import subprocess
import sys
import time

from services.collector.browser.kill_switch import KillSwitch


def test_a_process_that_comes_back_in_time_lives() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        switch = KillSwitch()
        switch.aim(process.pid)
        with switch.armed(30):
            pass
        assert process.poll() is None
        assert not switch.has_fired
        process.kill()


def test_a_process_that_does_not_is_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        switch = KillSwitch()
        switch.aim(process.pid)
        with switch.armed(0.05):
            assert process.wait(10) == -9
        assert switch.has_fired


def test_aimed_at_nothing_it_ends_nothing() -> None:
    switch = KillSwitch()
    with switch.armed(0.01):
        time.sleep(0.1)
    assert not switch.has_fired
