"""What holds for every menu and every order of commands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.core.snapshot import Version
from wanwatch.sim.menu import Kind
from wanwatch.sim.menus import menus_of
from wanwatch.sim.traps import Trap

from .tiny_router import V6, V7, TinyRouter, ask

MANGLE = "/ip/firewall/mangle"
SAMPLES = {
    Kind.TEXT: "text",
    Kind.BOOLEAN: "yes",
    Kind.SWITCH: "yes",
    Kind.NUMBER: "7",
    Kind.TIME: "20s",
    Kind.ADDRESS: "10.0.0.0/8",
    Kind.PREFIX: "10.0.0.0/8",
    Kind.CLASSIFIER: "both-addresses:3/1",
    Kind.GATEWAY: "203.0.113.1",
    Kind.ADDRESS6: "2001:db8::/32",
    Kind.PREFIX6: "2001:db8::/32",
    Kind.GATEWAY6: "fe80::1%ether1",
    Kind.INTERFACE: "ether1",
    Kind.INTERFACE_LIST: "all",
    Kind.TABLE: "wan1",
}
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["add", "before", "move", "remove", "disable"]),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    max_size=25,
)


def every_menu(version: Version) -> list[str]:
    return sorted(menus_of(version))


@pytest.mark.parametrize(
    ("version", "path"),
    [(version, path) for version in (V6, V7) for path in every_menu(version)],
    ids=str,
)
def test_every_property_of_a_menu_can_be_set_and_is_shown(version: Version, path: str) -> None:
    router = TinyRouter(version)
    menu = menus_of(version)[path]
    values = {
        prop.name: prop.values[0] if prop.kind is Kind.ENUM else SAMPLES[prop.kind]
        for prop in menu.properties
        if not (path.endswith("address-list") and prop.name == "timeout")
    }
    words = [f"={name}={value}" for name, value in values.items()]
    if "add" in menu.commands:
        ask(router, f"{path}/add", *words)
    elif menu.is_singleton and "set" in menu.commands:
        ask(router, f"{path}/set", *words)
    elif path == "/interface/ethernet":
        ask(router, f"{path}/set", "=.id=*2", *words)
    else:
        assert ask(router, f"{path}/print") == [] or path in ("/interface", "/system/resource")
        return
    (*_, shown) = ask(router, f"{path}/print", "=.proplist=" + ",".join(values))
    hidden = {"password"} if path == "/user" else set()
    assert shown.keys() == values.keys() - hidden


@given(COMMANDS)
@settings(max_examples=60)
def test_rules_stay_in_the_order_a_plain_list_would_have(
    commands: list[tuple[str, int, int]],
) -> None:
    router = TinyRouter()
    expected: list[str] = []
    for verb, first, second in commands:
        one = expected[first % len(expected)] if expected else "*99"
        two = expected[second % len(expected)] if expected else "*99"
        if verb == "add":
            expected.append(ask(router, f"{MANGLE}/add", "=chain=a")[0]["ret"])
            continue
        if not expected:
            with pytest.raises(Trap):
                ask(router, f"{MANGLE}/disable", f"=.id={one}")
        elif verb == "before":
            added = ask(router, f"{MANGLE}/add", "=chain=a", f"=place-before={one}")[0]["ret"]
            expected.insert(expected.index(one), added)
        elif verb == "move" and one != two:
            ask(router, f"{MANGLE}/move", f"=numbers={one}", f"=destination={two}")
            expected.remove(one)
            expected.insert(expected.index(two), one)
        elif verb == "remove":
            ask(router, f"{MANGLE}/remove", f"=.id={one}")
            expected.remove(one)
        else:
            ask(router, f"{MANGLE}/disable", f"=.id={one}")
    shown = ask(router, f"{MANGLE}/print", "=.proplist=.id")
    assert [row[".id"] for row in shown] == expected


@given(
    st.lists(st.text(st.characters(max_codepoint=255, min_codepoint=1), max_size=12), max_size=6)
)
@settings(max_examples=100)
def test_any_words_are_answered_or_refused(words: list[str]) -> None:
    router = TinyRouter()
    router.put("/ip/route", gateway="ether1")
    for command in ("/ip/route/print", "/ip/route/add", "/ip/route/set", "/ip/route/remove"):
        try:
            ask(router, command, *[word for word in words if word])
        except Trap as refused:
            assert refused.words[-1].startswith("=message=")  # noqa: PT017 (either outcome is right)
