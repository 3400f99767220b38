"""librouteros' own synchronous API, which wanwatch does not use: every menu can be printed."""

from collections.abc import Iterator

import librouteros
import pytest
from librouteros.api import Api
from librouteros.exceptions import TrapError
from librouteros.query import Key

from tests.interop.serving import PASSWORD, USER
from wanwatch.core.snapshot import Version
from wanwatch.sim.menus import menus_of
from wanwatch.sim.menus_shown import PATHS

LISTS = ("ip", "firewall", "address-list")


@pytest.fixture(scope="module")
def api(router: tuple[str, int]) -> Iterator[Api]:
    """One session for all."""
    host, port = router
    session = librouteros.connect(host, USER, PASSWORD, port=port, encoding="latin-1")
    try:
        yield session
    finally:
        session.close()


def version_of(api: Api) -> Version:
    (resource,) = api.path("system", "resource")
    major, minor = str(resource["version"]).split()[0].split(".")[:2]
    return Version(int(major), int(minor))


def test_every_menu_that_the_router_has_can_be_printed(api: Api) -> None:
    version = version_of(api)
    counts = {
        path: len(list(api.path(*path.strip("/").split("/"))))
        for path in (*menus_of(version), *PATHS)
    }
    assert counts["/ip/firewall/mangle"] == 4
    assert counts["/ip/address"] == 3
    assert counts["/ip/dhcp-server/network"] == 1
    assert counts["/ip/neighbor"] == 0
    assert counts["/system/package"] == 1


def test_queries_and_chosen_properties(api: Api) -> None:
    dst, distance, comment = Key("dst-address"), Key("distance"), Key("comment")
    rows = api.path("ip", "route").select(dst, comment).where(dst == "0.0.0.0/0", distance == 1)
    found = list(rows)
    assert {row.get("comment") for row in found} == {None, "the internet"}
    assert all(set(row) <= {"dst-address", "comment"} for row in found)


def test_a_row_can_be_added_changed_moved_and_removed(api: Api) -> None:
    rules = api.path("ip", "firewall", "mangle")
    first = next(iter(rules))[".id"]
    added = rules.add(
        chain="prerouting", action="accept", comment="tried", **{"place-before": first}
    )
    try:
        assert next(iter(rules))[".id"] == added
        rules.update(**{".id": added, "comment": "moved"})
        tuple(rules("move", numbers=added))
        (*_, last) = rules
        assert (last[".id"], last["comment"]) == (added, "moved")
    finally:
        rules.remove(added)
    assert added not in {row[".id"] for row in rules}


def test_a_trap_leaves_the_session_in_step(api: Api) -> None:
    lists = api.path(*LISTS)
    with pytest.raises(TrapError, match="no such item"):
        lists.remove("*FFFF")
    with pytest.raises(TrapError, match="no such command"):
        tuple(api("/ip/firewall/nonsense/print"))
    assert [row["list"] for row in lists] == ["tills"]


def test_a_connection_can_be_found_by_its_mark_and_removed(api: Api) -> None:
    connections = api.path("ip", "firewall", "connection")
    mark = Key("connection-mark")
    before = [row[".id"] for row in connections.select(Key(".id")).where(mark == "one_c")]
    assert before
    connections.remove(str(before[0]))
    after = [row[".id"] for row in connections.select(Key(".id")).where(mark == "one_c")]
    assert before[0] not in after
