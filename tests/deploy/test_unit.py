"""The systemd unit fits the program it starts, and asks for no more than that needs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from wanwatch.config.service import StatusSection

UNIT = Path(__file__).parents[2] / "deploy" / "wanwatch.service"


def settings(text: str) -> dict[str, list[str]]:
    """Every setting with its values in order; the names are unique over the sections here."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def unit() -> dict[str, list[str]]:
    return settings(UNIT.read_text())


def examples() -> dict[str, list[str]]:
    """The settings that the comments offer."""
    lines = [line[1:] for line in UNIT.read_text().splitlines() if line.startswith("#")]
    return settings("\n".join(line for line in lines if not line.startswith(" ")))


def test_it_starts_the_daemon_with_the_configuration_it_installs(
    unit: dict[str, list[str]],
) -> None:
    (start,) = unit["ExecStart"]
    _, *words = start.split()
    assert words == ["run", "--config", "/etc/wanwatch/wanwatch.toml"]
    assert f"{words[-1]} " in UNIT.read_text()


def test_systemd_hears_when_it_is_ready_and_whether_it_lives(unit: dict[str, list[str]]) -> None:
    assert unit["Type"] == ["notify"]
    assert int(unit["WatchdogSec"][0]) >= 10
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_a_watchdog_never_stops_being_started_again(unit: dict[str, list[str]]) -> None:
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]


def test_the_socket_stands_in_the_folder_that_systemd_makes(unit: dict[str, list[str]]) -> None:
    (folder,) = unit["RuntimeDirectory"]
    assert Path(StatusSection().socket).parent == Path("/run") / folder
    assert unit["RuntimeDirectoryMode"] == ["0750"]


def test_it_may_open_raw_sockets_and_nothing_else_that_root_may(
    unit: dict[str, list[str]],
) -> None:
    assert unit["AmbientCapabilities"] == ["CAP_NET_RAW"]
    assert unit["CapabilityBoundingSet"] == ["CAP_NET_RAW"]
    assert unit["User"] == ["wanwatch"]
    assert unit["NoNewPrivileges"] == ["yes"]


def test_the_comments_offer_a_credential_and_the_capability_for_marks() -> None:
    offered = examples()
    assert offered["LoadCredential"] == ["router:/etc/wanwatch/password"]
    assert offered["AmbientCapabilities"] == ["CAP_NET_ADMIN"]
    assert offered["CapabilityBoundingSet"] == ["CAP_NET_ADMIN"]


def test_it_may_use_the_families_of_its_sockets(unit: dict[str, list[str]]) -> None:
    (families,) = unit["RestrictAddressFamilies"]
    assert set(families.split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}


def systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    return subprocess.run(  # noqa: S603 - a program of the system, on a file of ours
        [program, *words], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    """The unit with programs that are there, since systemd looks for them."""
    text = UNIT.read_text()
    for program in ("/opt/wanwatch/bin/wanwatch", "/bin/kill"):
        text = text.replace(program, shutil.which("true") or "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text)
    return copy


def test_systemd_understands_every_line(runnable: Path) -> None:
    result = systemd_analyze("verify", str(runnable))
    complaints = [line for line in result.stderr.splitlines() if UNIT.name in line]
    assert not complaints


def test_systemd_complains_about_a_line_it_does_not_understand(runnable: Path) -> None:
    runnable.write_text(runnable.read_text().replace("Restart=always", "Restart=sometimes"))
    assert UNIT.name in systemd_analyze("verify", str(runnable)).stderr


def test_systemd_counts_the_unit_among_the_safe_ones(runnable: Path) -> None:
    result = systemd_analyze("security", "--offline=yes", "--threshold=20", str(runnable))
    if "unrecognized option" in result.stderr:
        pytest.skip("this systemd-analyze cannot judge a unit offline (it came with systemd 250)")
    assert result.returncode == 0, result.stdout[-300:]
