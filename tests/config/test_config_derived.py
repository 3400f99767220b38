"""What `wanwatch check` says of a good configuration."""

from pathlib import Path

import pytest

from wanwatch.config import derived, load, load_text, warnings

GOOD = Path(__file__).parent / "good"


def test_the_minimal_file_comes_to_these_numbers() -> None:
    facts = dict(derived(load(GOOD / "minimal.toml")))
    assert facts == {
        "router": "wanwatch at 192.168.88.1 port 8728, "
        "without TLS, the password crosses the LAN readable",
        "probes a second": "6 through 2 lines",
        "unseen hand edits, at worst": "30s",
        "configuration writes an hour": "at most 60",
        "writes a failover may take": "at most 30, to return within the same hour",
        "isp1: steered by": "source 192.168.88.201",
        "isp1: down after a cut, at worst": "4s",
        "isp1: failovers, when it flaps": "at most 106 an hour",
        "isp1: back in service, at the earliest": "30s after it went down",
        "isp1: loss resolution": "0.017 (one of 59 probes to a target)",
        "isp2: steered by": "source 192.168.88.202",
        "isp2: down after a cut, at worst": "4s",
        "isp2: failovers, when it flaps": "at most 106 an hour",
        "isp2: back in service, at the earliest": "30s after it went down",
        "isp2: loss resolution": "0.017 (one of 59 probes to a target)",
    }


def test_a_lines_own_interval_is_in_its_own_numbers() -> None:
    facts = dict(derived(load(GOOD / "everything.toml")))
    assert facts["sat: down after a cut, at worst"] == "23s"
    assert facts["fibre: down after a cut, at worst"] == "2.8s"
    assert facts["probes a second"] == "18.4 through 4 lines"


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
