"""The tables of menus: which version has what, and that they hold together."""

import pytest

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import Kind
from wanwatch.sim.menus import ALL_MENUS, menus_of

V6, V7_9, V7 = Version(6, 49), Version(7, 9), Version(7, 20, 8)


@pytest.mark.parametrize(
    ("path", "on_v6", "on_v7"),
    [
        ("/ip/route", True, True),
        ("/ip/route/rule", True, False),
        ("/routing/table", False, True),
        ("/routing/rule", False, True),
        ("/ip/firewall/connection/tracking", True, True),
    ],
)
def test_a_version_has_its_menus(path: str, on_v6: bool, on_v7: bool) -> None:  # noqa: FBT001 (columns of the table)
    assert (path in menus_of(V6)) is on_v6
    assert (path in menus_of(V7)) is on_v7


def test_properties_come_with_their_version() -> None:
    for version, expected in ((V6, False), (V7_9, False), (V7, True)):
        client = menus_of(version)["/ip/dhcp-client"]
        assert ("default-route-tables" in client.by_name) is expected


def test_no_property_is_listed_twice() -> None:
    for version in (V6, V7):
        for menu in menus_of(version).values():
            names = [prop.name for prop in menu.properties]
            assert len(names) == len(set(names)), menu.path


def test_what_is_required_or_unique_can_be_set() -> None:
    for menu in ALL_MENUS:
        settable = {prop.name for prop in menu.properties}
        assert settable.issuperset(menu.required), menu.path
        assert settable.issuperset(menu.unique), menu.path


def test_enumerations_allow_their_default() -> None:
    for menu in ALL_MENUS:
        for prop in menu.properties:
            if prop.kind is Kind.ENUM:
                assert prop.values, f"{menu.path} {prop.name}"
                assert prop.default in (None, *prop.values), f"{menu.path} {prop.name}"


def test_settings_have_no_rows_to_add() -> None:
    singletons = {menu.path for menu in menus_of(V7).values() if menu.is_singleton}
    assert {"/system/identity", "/system/resource", "/ip/settings", "/ip/dns"} <= singletons
    assert "/ip/route" not in singletons
    assert "/ip/firewall/connection" not in singletons
