"""What ``wanwatch status`` ends with, and what the document is as JSON."""

import json

import pytest

from tests.service.sample_status import a_document, a_router, a_wan
from wanwatch.service.status import StatusDocument, exit_code


def with_states(*states: str) -> StatusDocument:
    """A document whose WANs are in these states."""
    return a_document(wans=tuple(a_wan(f"isp{n}", state=s) for n, s in enumerate(states)))


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (("up", "up"), 0),
        (("up", "degraded"), 1),
        (("up", "down"), 1),
        (("up", "unknown"), 1),
        (("unknown", "unknown"), 1),
        (("unknown", "down"), 1),
        (("degraded", "down"), 1),
        (("down", "down"), 2),
        (("down",), 2),
    ],
)
def test_the_worst_wan_decides(states: tuple[str, ...], code: int) -> None:
    assert exit_code(with_states(*states)) == code


@pytest.mark.parametrize("state", ["connecting", "unreachable", "login-refused", "mismatch"])
def test_a_router_that_cannot_be_changed_is_trouble_though_all_wans_are_up(state: str) -> None:
    assert exit_code(a_document(router=a_router(state=state))) == 1


@pytest.mark.parametrize("frozen", ["settling", "plan-blocked", "write-budget-spent"])
def test_a_frozen_wanwatch_is_trouble_though_all_wans_are_up(frozen: str) -> None:
    assert exit_code(a_document(frozen=frozen)) == 1


def test_one_that_stands_by_is_no_trouble() -> None:
    assert exit_code(a_document(frozen="standby")) == 0


def test_a_wan_that_cannot_be_judged_is_trouble_though_it_was_up() -> None:
    blind = a_wan("isp1", blind="not-permitted: run with CAP_NET_RAW")
    assert exit_code(a_document(wans=(blind, a_wan("isp2")))) == 1


def test_a_wan_whose_probes_leave_by_another_line_is_trouble_though_it_is_up() -> None:
    unproven = a_wan("isp1", path="unproven", path_address="203.0.113.1")
    assert exit_code(a_document(wans=(unproven, a_wan("isp2")))) == 1


def test_all_wans_down_outweighs_a_router_out_of_reach() -> None:
    document = a_document(wans=(a_wan(state="down"),), router=a_router(state="unreachable"))
    assert exit_code(document) == 2


def test_the_document_is_plain_json_with_its_exit_code() -> None:
    document = a_document(config_error="wanwatch.toml: no such file")
    read = json.loads(json.dumps(document.as_json()))
    assert read["exit_code"] == 0
    assert read["config_error"] == "wanwatch.toml: no such file"
    assert read["wans"][0]["targets"][0]["target"] == "192.0.2.1"
    assert read["writes"] == {"last_hour": 4, "limit": 60, "spent": False}
