"""Menus that only monitoring reads: there on every router, and filled by an export alone."""

import pytest

from tests.sim.small_world import V6, V7, SmallRouter, balanced, put
from wanwatch.core.snapshot import Version
from wanwatch.sim.commands import Commands
from wanwatch.sim.menus import menus_of
from wanwatch.sim.menus_shown import LEASES, PACKAGES, PATHS
from wanwatch.sim.request import Request
from wanwatch.sim.traps import Trap


def reply(router: SmallRouter, *words: str) -> list[dict[str, str]]:
    """The rows of a command's reply."""
    sentences = Commands(router.world()).run(Request.parse(words), lambda _policy: True)
    return [
        {name: value for name, _, value in (word[1:].partition("=") for word in sentence[1:])}
        for sentence in sentences
        if sentence[0] == "!re"
    ]


@pytest.mark.parametrize("path", sorted(PATHS - {PACKAGES}))
def test_without_rows_such_a_menu_is_empty_and_not_missing(path: str) -> None:
    assert reply(balanced(), f"{path}/print") == []


@pytest.mark.parametrize("version", [V6, V7], ids=str)
def test_they_are_none_of_the_menus_that_mean_something(version: Version) -> None:
    assert PATHS.isdisjoint(menus_of(version))


def test_nothing_can_be_added_there() -> None:
    with pytest.raises(Trap, match="no such command"):
        reply(balanced(), "/queue/simple/add", "=name=x")


def test_of_the_leases_those_that_somebody_holds_can_be_asked_for() -> None:
    router = balanced()
    put(router.store, LEASES, address="192.168.88.50")
    put(router.store, LEASES, address="192.168.88.51", active_address="192.168.88.51")
    assert len(reply(router, f"{LEASES}/print")) == 2
    (held,) = reply(router, f"{LEASES}/print", "=active=")
    assert held["address"] == "192.168.88.51"
    with pytest.raises(Trap, match="unknown parameter"):
        reply(router, "/ip/route/print", "=active=")


def test_the_package_is_the_routers_version() -> None:
    (package,) = reply(balanced(), f"{PACKAGES}/print", "?disabled=false")
    assert (package["name"], package["version"]) == ("routeros", "7.20.8")


@pytest.mark.parametrize(("kept", "shown"), [("", "2048"), ("8192KiB", "8192"), ("8192", "8192")])
def test_the_size_of_the_dns_cache_has_no_unit(kept: str, shown: str) -> None:
    router = balanced()
    if kept:
        put(router.store, "/ip/dns", cache_size=kept)
    assert reply(router, "/ip/dns/print")[0]["cache-size"] == shown
