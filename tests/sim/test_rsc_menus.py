"""Which menu a path means, shortened or relative, and which words are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.sim.menus import ALL_MENUS
from wanwatch.sim.rsc_menus import ROOT, Node, find_place
from wanwatch.sim.rsc_parser import parse_export


def known(node: Node = ROOT, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of every menu in the table."""
    found = []
    for word, child in node.children.items():
        found += [(*before, word), *known(child, (*before, word))]
    return found


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("/ip fi ma add chain=a", "/ip/firewall/mangle"),
        ("/ip fire man add chain=a", "/ip/firewall/mangle"),
        ("/ip/fi/ma/add chain=a", "/ip/firewall/mangle"),
        ("/int eth set 0 name=a", "/interface/ethernet"),
        ("/int br po add bridge=a", "/interface/bridge/port"),
        ("/int list mem add list=a", "/interface/list/member"),
        ("/ip add add address=a", "/ip/address"),
        ("/int bri port-e add bridge=a", "/interface/bridge/port-extender"),
        ("/ip ro ru add table=a", "/ip/route/rule"),
        ("/rou tab add name=a", "/routing/table"),
        ("/sys id set name=a", "/system/identity"),
        ("/ip firewall mangle ad chain=a", "/ip/firewall/mangle"),
        ("/ip route dis [ find comment=a ]", "/ip/route"),
        ("/ip route rem [ find comment=a ]", "/ip/route"),
        ("ip route add gateway=a", "/ip/route"),
        ("ip/route/add gateway=a", "/ip/route"),
        ("/container mounts add name=a", "/container/mounts"),
        ("/ip sorcery add name=a", "/ip/sorcery"),
        ("/zoo lions add name=a", "/zoo/lions"),
        ("/ip d add name=a", "/ip/d"),
        ("[admin@r1] /ip firewall nat> add chain=a", "/ip/firewall/nat"),
        ("[admin@r1] <SAFE> /ip/route> add gateway=a", "/ip/route"),
        ("/ip firewall\nnat add chain=a", "/ip/firewall/nat"),
        ("/ip firewall nat\n.. mangle add chain=a", "/ip/firewall/mangle"),
    ],
)
def test_a_path_leads_to_its_menu(line: str, path: str) -> None:
    parsed = parse_export(line)
    assert [command.path for command in parsed.commands] == [path]
    assert parsed.unreadable == []


@pytest.mark.parametrize(
    "line",
    [
        "/system script run backup",
        "/ping 192.0.2.1 count=3",
        "/system reboot",
        "/ip add",
        "/ip route reset-counters-all",
        "(second method)",
        "------------------",
        "1. Add the routes:",
        "add the routes of the second line",
        "interface configuration follows",
        "[erased]",
        "Add a rule",
        "=a",
        "se agrega gateway",
    ],
)
def test_what_is_no_setting_changes_nothing_else(line: str) -> None:
    parsed = parse_export(f"/ip route\nadd gateway=a\n{line}\nadd gateway=b")
    added = [command for command in parsed.commands if command.args]
    assert [command.args[0][1] for command in added if command.path == "/ip/route"] in (
        ["a", "b"],
        ["a"],
    )
    assert all(entry.line in (3, 4) for entry in parsed.unreadable)


@given(st.sampled_from(known()))
def test_a_full_path_is_always_itself(path: tuple[str, ...]) -> None:
    place = find_place((), path, has_values=False)
    assert place is not None
    assert (place.parts, place.verb) == (path, "")


@given(st.sampled_from(known()), st.data())
def test_a_shortened_path_is_the_menu_or_stays_as_it_is(
    path: tuple[str, ...], data: st.DataObject
) -> None:
    short = [word[: data.draw(st.integers(1, len(word)))] for word in path]
    place = find_place((), [*short, "add"], has_values=True)
    if place is None or place.parts == path:
        return
    begins = [full.startswith(part) for full, part in zip(place.parts, short, strict=False)]
    assert all(begins)


def test_every_menu_that_the_api_serves_is_in_the_table() -> None:
    paths = {"/" + "/".join(path) for path in known()}
    served = {menu.path for menu in ALL_MENUS if not menu.path.startswith("/sim")}
    assert served - paths == set()
