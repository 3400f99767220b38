"""RouterOS-api, a client with tags that sends its sentences word by word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.serving import EXPORTS, PASSWORD, USER, serving
from wanwatch.core.snapshot import Version
from wanwatch.sim.menus import menus_of

routeros_api = pytest.importorskip(
    "routeros_api", reason="RouterOS-api is not installed; install the dev extra"
)
LISTS = "/ip/firewall/address-list"
# Fetched in many small segments, each answer waits for an acknowledgement that TCP delays.
FEW = (
    *("/system/identity", "/system/resource", "/interface", "/ip/address", "/ip/route"),
    *("/ip/firewall/mangle", "/ip/firewall/connection", "/ip/dhcp-server/lease", "/queue/simple"),
)


def logged_in(address: tuple[str, int], *, plain: bool) -> Any:
    """A pool of one session."""
    host, port = address
    return routeros_api.RouterOsApiPool(
        host, username=USER, password=PASSWORD, port=port, plaintext_login=plain
    )


@pytest.fixture(scope="module")
def api(router: tuple[str, int]) -> Iterator[Any]:
    """One session for all, logged in as since 6.43."""
    pool = logged_in(router, plain=True)
    try:
        yield pool.get_api()
    finally:
        pool.disconnect()


def test_it_logs_in_and_reads(api: Any) -> None:
    (identity,) = api.get_resource("/system/identity").get()
    assert identity["name"] == "till-router"
    for menu in FEW:
        assert api.get_resource(menu).get(), menu


def test_it_logs_in_by_a_challenge_as_before_6_43(tmp_path: Path) -> None:
    old = tmp_path / "old.rsc"
    old.write_text(EXPORTS["6"].read_text().replace("RouterOS 6.49.18", "RouterOS 6.42.12"))
    with serving(old) as address:
        pool = logged_in(address, plain=False)
        try:
            (resource,) = pool.get_api().get_resource("/system/resource").get()
        finally:
            pool.disconnect()
    assert resource["version"].startswith("6.42.12")


def test_a_row_can_be_added_changed_found_and_removed(api: Any) -> None:
    lists = api.get_resource(LISTS)
    lists.add(list="tried", address="198.51.100.9", comment="by a public client")
    try:
        (row,) = lists.get(list="tried")
        assert (row["address"], row["disabled"]) == ("198.51.100.9", "false")
        lists.set(id=row["id"], comment="changed")
        assert [each["comment"] for each in lists.get(list="tried")] == ["changed"]
    finally:
        for row in lists.get(list="tried"):
            lists.remove(id=row["id"])
    assert lists.get(list="tried") == []


def test_an_error_is_told_as_the_routers_and_the_session_goes_on(api: Any) -> None:
    lists = api.get_resource(LISTS)
    with pytest.raises(routeros_api.exceptions.RouterOsApiCommunicationError, match="no such item"):
        lists.remove(id="*FFFF")
    with pytest.raises(routeros_api.exceptions.RouterOsApiCommunicationError, match="already have"):
        lists.add(list="tills", address="192.168.88.50")
    assert len(lists.get(list="tills")) == 1


def test_a_wrong_password_is_refused(router: tuple[str, int]) -> None:
    host, port = router
    pool = routeros_api.RouterOsApiPool(host, USER, "wrong", port, plaintext_login=True)
    try:
        with pytest.raises(
            routeros_api.exceptions.RouterOsApiCommunicationError,
            match="invalid user name or password",
        ):
            pool.get_api()
    finally:
        pool.disconnect()


def test_the_menus_read_here_are_the_routers() -> None:
    served = {*menus_of(Version(6, 49)), "/ip/dhcp-server/lease", "/queue/simple"}
    assert served.issuperset(FEW)
