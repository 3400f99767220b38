"""The checks of the flow on long mangle menus: quick whatever the rules are."""

from collections.abc import Callable
from time import process_time

import pytest

from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.flow import check_flow
from wanwatch.core.lint.picture import MANGLE, Picture
from wanwatch.core.snapshot import Version
from wanwatch.core.survey import Row
from wanwatch.routeros.survey import survey_of_export

COUNT = 5000
PCC = {"chain": "prerouting", "action": "mark-connection", "new-connection-mark": "one"}


def one_group(place: int) -> Row:
    return {**PCC, "in-interface": "lan", "per-connection-classifier": f"src-port:{COUNT}/{place}"}


def a_group_for_every_client(place: int) -> Row:
    client = f"10.{place // 512 % 256}.{place // 2 % 256}.1"
    return {**PCC, "src-address": client, "per-connection-classifier": f"src-port:2/{place % 2}"}


def accepts_of_networks(place: int) -> Row:
    network = f"10.{place // 256}.{place % 256}.0/24"
    return {"chain": "prerouting", "action": "accept", "dst-address": network}


def accepts_that_differ_by_port(place: int) -> Row:
    return {
        "chain": "prerouting",
        "action": "accept",
        "in-interface": "lan",
        "protocol": "tcp",
        "dst-port": str(place),
    }


def mark_and_route(place: int) -> Row:
    if place % 2:
        return {
            "chain": "prerouting",
            "action": "mark-routing",
            "connection-mark": f"mark{place - 1}",
            "new-routing-mark": "one",
        }
    return {**PCC, "new-connection-mark": f"mark{place}", "src-address": f"10.1.{place % 250}.0/24"}


def jumps(place: int) -> Row:
    if place % 2:
        return {"chain": "prerouting", "action": "jump", "jump-target": f"chain{place}"}
    return {**PCC, "chain": f"chain{place + 1}", "per-connection-classifier": "src-address:1/0"}


def guards_and_groups(place: int) -> Row:
    return a_group_for_every_client(place) if place > COUNT // 2 else accepts_of_networks(place)


@pytest.mark.parametrize(
    "row_of",
    [
        one_group,
        a_group_for_every_client,
        accepts_of_networks,
        accepts_that_differ_by_port,
        mark_and_route,
        jumps,
        guards_and_groups,
    ],
)
def test_five_thousand_rules_are_checked_at_once(row_of: Callable[[int], Row]) -> None:
    rows: dict[str, tuple[Row, ...]] = {
        MANGLE: tuple({**row_of(place), ".id": f"*{place:X}"} for place in range(COUNT)),
        "/ip/address": (
            {".id": "*1", "address": "192.168.1.1/24", "interface": "lan"},
            {".id": "*2", "address": "192.168.2.1/24", "interface": "guest"},
            {".id": "*3", "address": "203.0.113.2/30", "interface": "ether1"},
            {".id": "*4", "address": "198.51.100.2/30", "interface": "ether2"},
        ),
        "/ip/route": (
            {".id": "*1", "dst-address": "0.0.0.0/0", "gateway": "203.0.113.1"},
            {
                ".id": "*2",
                "dst-address": "0.0.0.0/0",
                "gateway": "198.51.100.1",
                "routing-table": "one",
            },
        ),
        "/routing/table": ({".id": "*1", "name": "one", "fib": "true"},),
    }
    survey = survey_of_export(Version(7, 18), rows)
    picture = Picture(survey, discover(survey))
    began = process_time()
    for _ in check_flow(picture):
        pass
    assert process_time() - began < 2.1
