"""The probes of every kind over two lines, in network namespaces of their own."""

from typing import Any

import pytest

from tests.probes.far_end import THEIRS
from tests.probes.own_network import played
from tests.probes.two_lines import DSCP, OURS, steerings, targets

pytestmark = pytest.mark.privileged
KINDS = tuple(targets("192.0.2.1"))
FAMILIES = ("ipv4", "ipv6")


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    found: dict[str, Any] = played("tests.probes.two_lines", patience=120)
    return found


@pytest.mark.parametrize("way", steerings("ipv4"))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_probe_leaves_by_the_line_it_is_steered_into(
    told: dict[str, Any], family: str, kind: str, way: str
) -> None:
    line = "a" if way in ("nothing", "dscp") else "b"
    dscp = DSCP if way in ("dscp", "all") else 0
    source = OURS[line][FAMILIES.index(family)]
    assert told["arrivals"][f"{family} {kind} {way}"] == {
        "packets": [[line, dscp, source]],
        "said": "reply",
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_host_on_the_way_that_says_no_route_is_a_loss(
    told: dict[str, Any], family: str, kind: str
) -> None:
    said = told["unreachable"][f"{family} {kind}"]
    assert said.startswith(f"timeout {THEIRS['a'][FAMILIES.index(family)]} says: ")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_next_hop_that_is_not_there_is_no_loss(
    told: dict[str, Any], family: str, kind: str
) -> None:
    assert told["nobody"][f"{family} {kind}"] == "lan-unreachable"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_host_without_a_route_is_no_loss(told: dict[str, Any], family: str, kind: str) -> None:
    assert told["no route"][f"{family} {kind}"] == "no-route"
