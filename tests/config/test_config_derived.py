"""What `wanwatch check` says of a good configuration."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.core.lines import Lines
from wanwatch.config import derived, load, load_text, warnings
from wanwatch.config.derived import failovers_in_an_hour
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.profile import PROFILES
from wanwatch.core.model import HealthState

GOOD = Path(__file__).parent / "good"


def resolution(profile: str) -> str:
    """Three targets, a probe a second, of which the last second of the window is pending."""
    window = int(PROFILES[profile].window)
    samples = 3 * (window - 1)
    return f"{1 / samples:.2g} (one of {samples} probes in {window}s)"


LINE = {
    "down after a cut, usually": "within 1.733s (answers take less than 200ms)",
    "down after a cut, at worst": "within 2.933s",
    "probes a second, while suspected": "15",
    "outages that move nobody": "up to 1s less the RTT",
    "back in service, at the earliest": "30s after it went down",
    "failovers, cut whenever it is back": "14 in the first hour",
    "loss resolution": resolution("default"),
}
WAN = '[[wan]]\nname = "isp1"\ninterface = "ether1"\n'


def facts_of(text: str) -> dict[str, str]:
    """What a configuration with one line comes to, the line's name left out."""
    found = derived(load_text(WAN + text, "test"))
    return {label.removeprefix("isp1: "): value for label, value in found}


def test_the_minimal_file_comes_to_these_numbers() -> None:
    facts = dict(derived(load(GOOD / "minimal.toml")))
    assert facts == {
        "router": "wanwatch at 192.168.88.1 port 8728, "
        "without TLS, the password crosses the LAN readable",
        "profile": "default",
        "probes a second": "6 through 2 lines",
        "unseen hand edits, at worst": "30s",
        "configuration writes an hour": "at most 60",
        "writes a failover may take": "at most 30, to return within the same hour",
        "lease": "30s, the longest until another wanwatch takes over; renewed every 10s, "
        "which leaves a write 9s to spare",
        "isp1: steered by": "source 192.168.88.201",
        **{f"isp1: {label}": value for label, value in LINE.items()},
        "isp2: steered by": "source 192.168.88.202",
        **{f"isp2: {label}": value for label, value in LINE.items()},
    }


def test_the_fast_profile_knows_a_cut_within_a_second() -> None:
    facts = facts_of('[health]\nprofile = "fast"')
    assert facts["profile"] == "fast"
    assert facts["down after a cut, usually"] == "within 933ms (answers take less than 150ms)"
    assert facts["down after a cut, at worst"] == "within 2.633s"
    assert facts["outages that move nobody"] == "up to 350ms less the RTT"
    assert facts["loss resolution"] == resolution("fast")
    assert facts["probes a second"] == "3 through 1 line"


def test_a_lines_own_interval_is_in_its_own_numbers() -> None:
    facts = dict(derived(load(GOOD / "everything.toml")))
    assert facts["sat: down after a cut, at worst"] == "within 9.5s"
    assert facts["sat: loss resolution"] == "0.0085 (one of 118 probes in 5m)"
    assert facts["fibre: down after a cut, at worst"] == "within 2.767s"
    assert facts["fibre: loss resolution"] == "0.00056 (one of 1794 probes in 5m)"
    assert facts["probes a second"] == "18.4 through 4 lines"


def test_many_losses_to_be_seen_are_an_outage_that_moves_nobody_too() -> None:
    facts = facts_of('[health]\nfall = 12\nwindow = "36s"')
    assert facts["outages that move nobody"] == "up to 2s less the RTT"
    facts = facts_of('[health]\nconfirm = "0ms"')
    assert facts["outages that move nobody"] == "up to 200ms less the RTT"


def test_quality_that_is_not_judged_has_no_resolution() -> None:
    assert "loss resolution" not in facts_of('[health]\ndegraded_loss = "off"')


def test_a_line_that_is_not_damped_is_lost_as_often_as_it_can_come_back() -> None:
    undamped = HealthConfig(hold_down=30.0)
    assert failovers_in_an_hour(undamped, found=6.0) == 3600 / 36
    patient = HealthConfig(hold_down=0.0, rise=11, interval=5.0)
    assert failovers_in_an_hour(patient, found=10.0) == 3600 / 60


@pytest.mark.parametrize(
    "damping",
    [
        DampingConfig(),
        DampingConfig(half_life=300.0),
        DampingConfig(suppress=3.0, reuse=0.5),
        DampingConfig(suppress=0.9, reuse=0.1),
        None,
    ],
)
def test_the_judge_loses_a_line_that_is_cut_whenever_it_is_back_so_often(
    damping: DampingConfig | None,
) -> None:
    limits = replace(PROFILES["default"].limits(), hold_down=100.0, damping=damping)
    lines = Lines.of({"a": ("1", "2", "3")}, limits)
    lines.run(10.0)
    end = 3600.0 + lines.now
    while lines.now < end:
        lines.set(None if lines.transitions[-1].after is HealthState.UP else 0.02)
        lines.run(1.0)
    lost = [t for t in lines.transitions if t.after is HealthState.DOWN]
    found = 3 * limits.interval  # a line of the test is probed once a second at all times
    assert len(lost) == failovers_in_an_hour(limits, found)


def test_without_router_and_steering_it_says_so() -> None:
    facts = dict(derived(load(GOOD / "export_only.toml")))
    assert facts["router"] == "none; plans from an export only"
    assert facts["isp1: steered by"] == "nothing yet; needed to run"


@pytest.mark.parametrize(
    ("listen", "is_warned"),
    [
        ("0.0.0.0:9470", True),
        ("[::]:9470", True),
        ("192.168.88.2:9470", True),
        ("127.0.0.1:9470", False),
        ("localhost:9470", False),
        ("", False),
    ],
)
def test_listening_for_other_hosts_is_a_warning(*, listen: str, is_warned: bool) -> None:
    text = (GOOD / "export_only.toml").read_text() + f'[status]\nlisten = "{listen}"\n'
    found = warnings(load_text(text, "test"))
    assert bool(found) is is_warned
    assert all(sentence.startswith("test: status.listen: ") for sentence in found)


def test_tls_that_proves_nothing_and_a_single_line_are_warnings() -> None:
    text = (
        '[router]\naddress = "::1"\ntls = "anonymous"\npassword_env = "P"\n'
        '[[wan]]\nname = "a"\ninterface = "ether1"\n'
    )
    tls, line = warnings(load_text(text, "test"))
    assert tls.startswith("test: router.tls: ")
    assert line == "test: wan: only one line is named; wanwatch can watch it, not replace it"
