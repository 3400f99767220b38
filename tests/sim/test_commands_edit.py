"""Adding, changing, moving and removing rows, and how RouterOS refuses."""

import pytest

from wanwatch.sim.store import Item

from .tiny_router import V6, V7, TinyRouter, ask, trap_of

MANGLE = "/ip/firewall/mangle"
LIST = "/ip/firewall/address-list"


def test_add_returns_the_id_of_a_row_with_its_defaults() -> None:
    router = TinyRouter()
    assert ask(router, "/ip/route/add", "=gateway=203.0.113.1") == [{"ret": "*1"}]
    row = router.store.items("/ip/route")[0].properties
    assert row["dst-address"] == "0.0.0.0/0"
    assert row["routing-table"] == "main"
    assert row["disabled"] == "false"


def test_place_before_puts_a_rule_in_its_place() -> None:
    router = TinyRouter()
    router.put(MANGLE, chain="a")
    router.put(MANGLE, chain="b")
    ask(router, f"{MANGLE}/add", "=chain=c", "=place-before=*2")
    assert _chains(router) == ["a", "c", "b"]


def test_place_before_needs_an_ordered_menu_and_a_row_that_is_there() -> None:
    router = TinyRouter()
    assert trap_of(router, f"{MANGLE}/add", "=chain=c", "=place-before=*9") == "no such item"
    said = trap_of(router, "/ip/route/add", "=gateway=ether1", "=place-before=*1")
    assert said == "unknown parameter place-before"


def test_move_puts_rows_before_another_or_at_the_end() -> None:
    router = TinyRouter()
    for chain in "abc":
        router.put(MANGLE, chain=chain)
    ask(router, f"{MANGLE}/move", "=numbers=*3", "=destination=*1")
    assert _chains(router) == ["c", "a", "b"]
    ask(router, f"{MANGLE}/move", "=numbers=*3,*1")
    assert _chains(router) == ["b", "c", "a"]
    assert trap_of(router, f"{MANGLE}/move", "=numbers=*7") == "no such item"


def test_set_disable_enable_and_comment_work_on_comma_lists() -> None:
    router = TinyRouter()
    for chain in "ab":
        router.put(MANGLE, chain=chain)
    ask(router, f"{MANGLE}/set", "=.id=*1,*2", "=new-connection-mark=wan1", "=comment=hi")
    ask(router, f"{MANGLE}/disable", "=numbers=*1,*2")
    rows = [item.properties for item in router.store.items(MANGLE)]
    assert {(r["new-connection-mark"], r["comment"], r["disabled"]) for r in rows} == {
        ("wan1", "hi", "true")
    }
    ask(router, f"{MANGLE}/enable", "=.id=*1")
    ask(router, f"{MANGLE}/comment", "=.id=*1", "=comment=")
    assert router.store.items(MANGLE)[0].properties["disabled"] == "false"
    assert "comment" not in router.store.items(MANGLE)[0].properties


@pytest.mark.parametrize(
    "words",
    [
        ("/set", "=.id=*1", "=!comment="),
        ("/set", "=.id=*1", "=comment="),
        ("/unset", "=.id=*1", "=value-name=comment"),
    ],
)
def test_a_property_can_be_taken_away(words: tuple[str, ...]) -> None:
    router = TinyRouter()
    router.put(MANGLE, chain="a", comment="gone soon")
    ask(router, MANGLE + words[0], *words[1:])
    assert "comment" not in router.store.items(MANGLE)[0].properties


def test_an_unset_default_comes_back() -> None:
    router = TinyRouter()
    router.put("/ip/route", gateway="ether1", scope="10")
    ask(router, "/ip/route/set", "=.id=*1", "=!scope=")
    assert router.store.items("/ip/route")[0].properties["scope"] == "30"


def test_a_route_cannot_lose_its_table() -> None:
    router = TinyRouter()
    router.put("/ip/route", gateway="ether1")
    assert "routing-table" in trap_of(router, "/ip/route/set", "=.id=*1", "=!routing-table=")


def test_a_switch_is_true_by_its_mere_presence() -> None:
    router = TinyRouter()
    ask(router, "/ip/route/add", "=blackhole=no")
    assert ask(router, "/ip/route/print")[0]["blackhole"] == "true"
    ask(router, "/ip/route/set", "=.id=*1", "=!blackhole=")
    assert "blackhole" not in ask(router, "/ip/route/print")[0]


def test_a_list_of_ids_stops_at_the_first_that_is_gone() -> None:
    router = TinyRouter()
    for chain in "abc":
        router.put(MANGLE, chain=chain)
    assert trap_of(router, f"{MANGLE}/remove", "=.id=*1,*9,*2") == "no such item (4)"
    assert _chains(router) == ["b", "c"]
    assert trap_of(router, f"{MANGLE}/set", "=.id=*2,*9,*3", "=chain=z") == "no such item"
    assert _chains(router) == ["z", "c"]


def test_connections_are_removed_by_the_world() -> None:
    router = TinyRouter()
    router.made_up["/ip/firewall/connection"] = [Item(f"*{n}", {}, dynamic=True) for n in (1, 2, 3)]
    said = trap_of(router, "/ip/firewall/connection/remove", "=.id=*1,*9,*3")
    assert said == "no such item (4)"
    left = ask(router, "/ip/firewall/connection/print", "=.proplist=.id")
    assert [row[".id"] for row in left] == ["*2", "*3"]


@pytest.mark.parametrize(
    ("version", "words", "said"),
    [
        (V7, ("/ip/route/add", "=routing-mark=x"), "unknown parameter routing-mark"),
        (V6, ("/ip/route/add", "=routing-table=x"), "unknown parameter routing-table"),
        (V6, ("/ip/route/add", "=blackhole="), "unknown parameter blackhole"),
        (V7, ("/ip/route/add", "=type=blackhole"), "unknown parameter type"),
        (V7, ("/ip/route/add", "=gateway=x"), "input does not match any value of gateway"),
        (V7, ("/ip/route/add", "=distance=0"), "value of distance out of range (1..255)"),
        (V7, (f"{MANGLE}/add", "=action=accept"), "missing =chain="),
        (
            V7,
            (f"{MANGLE}/add", "=chain=a", "=action=x"),
            "input does not match any value of action",
        ),
        (
            V7,
            (f"{MANGLE}/add", "=chain=a", "=new-routing-mark=wan9"),
            "input does not match any value of new-routing-mark",
        ),
        (
            V7,
            (f"{MANGLE}/add", "=chain=a", "=per-connection-classifier=both-addresses:10/0,1,2"),
            "invalid value for argument per-connection-classifier",
        ),
        (V7, (f"{MANGLE}/set", "=chain=a"), "missing =.id="),
        (V7, (f"{MANGLE}/set", "=.id=1", "=chain=a"), "no such item"),
        (V7, ("/routing/table/add", "=name=wan1", "=fib="), "failure: already have such entry"),
    ],
)
def test_a_refusal_is_worded_as_routeros_words_it(
    version: object, words: tuple[str, ...], said: str
) -> None:
    router = TinyRouter(V6 if version == V6 else V7)
    assert trap_of(router, *words) == said


def test_v6_takes_any_routing_mark() -> None:
    router = TinyRouter(V6)
    ask(router, f"{MANGLE}/add", "=chain=a", "=action=mark-routing", "=new-routing-mark=any one")
    assert ask(router, f"{MANGLE}/print")[0]["new-routing-mark"] == "any one"


def test_rows_the_router_made_refuse_to_change() -> None:
    router = TinyRouter()
    kept = router.store.add("/ip/route", {"gateway": "ether1"}, dynamic=True).id
    router.made_up["/ip/route"] = [Item("*80000001", {"gateway": "ether2"}, dynamic=True)]
    for item_id in (kept, "*80000001"):
        said = trap_of(router, "/ip/route/set", f"=.id={item_id}", "=disabled=yes")
        assert said == "failure: can not change dynamic route"
        said = trap_of(router, "/ip/route/remove", f"=.id={item_id}")
        assert said == "failure: can not remove dynamic route"


def test_builtin_rows_refuse_to_change() -> None:
    router = TinyRouter()
    router.store.add(MANGLE, {"chain": "forward", "builtin": "true"}, dynamic=True)
    said = trap_of(router, f"{MANGLE}/set", "=.id=*1", "=disabled=yes")
    assert said == "failure: can not change builtin rule"


def test_an_address_list_entry_with_a_timeout_is_a_test_and_set() -> None:
    router = TinyRouter()
    entry = ("=list=lease", "=address=192.0.2.1", "=timeout=30s", "=comment=owner=a")
    ask(router, f"{LIST}/add", *entry)
    assert trap_of(router, f"{LIST}/add", *entry) == "failure: already have such entry"
    (row,) = ask(router, f"{LIST}/print")
    assert (row["dynamic"], row["timeout"], row["comment"]) == ("true", "30s", "owner=a")


def test_renewing_a_timeout_is_seen_even_when_it_is_the_same() -> None:
    router = TinyRouter()
    ask(router, f"{LIST}/add", "=list=lease", "=address=192.0.2.1", "=timeout=30s")
    before = dict(router.store.items(LIST)[0].properties)
    ask(router, f"{LIST}/set", "=.id=*1", "=timeout=30s")
    assert router.store.items(LIST)[0].properties != before
    assert ask(router, f"{LIST}/print")[0].keys() == {
        *(".id", "list", "address", "timeout", "dynamic", "disabled")
    }


def test_a_static_entry_gets_no_timeout_and_a_lease_can_be_given_back() -> None:
    router = TinyRouter()
    ask(router, f"{LIST}/add", "=list=a", "=address=192.0.2.1")
    assert "timeout" in trap_of(router, f"{LIST}/set", "=.id=*1", "=timeout=30s")
    ask(router, f"{LIST}/add", "=list=b", "=address=192.0.2.1", "=timeout=30s")
    ask(router, f"{LIST}/remove", "=.id=*2")
    assert len(router.store.items(LIST)) == 1


def test_renaming_a_row_onto_another_is_refused() -> None:
    router = TinyRouter()
    said = trap_of(router, "/routing/table/set", "=.id=*1", "=name=wan2")
    assert said == "failure: already have such entry"
    ask(router, "/routing/table/set", "=.id=*1", "=name=wan1")


def test_settings_are_set_without_an_id() -> None:
    router = TinyRouter()
    ask(router, "/system/identity/set", "=name=edge")
    ask(router, "/system/identity/set", "=name=core")
    assert ask(router, "/system/identity/print") == [{"name": "core"}]


def test_an_interface_is_disabled_by_name_in_the_common_menu() -> None:
    router = TinyRouter()
    ask(router, "/interface/disable", "=numbers=ether2")
    assert router.store.items("/interface/ethernet")[1].disabled
    assert trap_of(router, "/interface/disable", "=numbers=ether9") == "no such item"


def test_an_address_gets_its_network() -> None:
    router = TinyRouter()
    ask(router, "/ip/address/add", "=address=203.0.113.2/29", "=interface=ether1")
    (row,) = ask(router, "/ip/address/print")
    assert (row["address"], row["network"]) == ("203.0.113.2/29", "203.0.113.0")


def test_a_mended_rule_is_no_longer_invalid() -> None:
    router = TinyRouter()
    bad = {"chain": "a", "per-connection-classifier": "both-addresses:9/0,1", "invalid": "true"}
    router.store.add(MANGLE, bad)
    ask(router, f"{MANGLE}/set", "=.id=*1", "=comment=still bad")
    assert ask(router, f"{MANGLE}/print")[0]["invalid"] == "true"
    ask(router, f"{MANGLE}/set", "=.id=*1", "=per-connection-classifier=both-addresses:9/0")
    assert ask(router, f"{MANGLE}/print")[0]["invalid"] == "false"


def test_a_pppoe_client_starts_disabled_unless_told_otherwise() -> None:
    router = TinyRouter()
    ask(router, "/interface/pppoe-client/add", "=name=p1", "=interface=ether1")
    ask(router, "/interface/pppoe-client/add", "=name=p2", "=interface=ether1", "=disabled=no")
    assert [item.disabled for item in router.store.items("/interface/pppoe-client")] == [
        True,
        False,
    ]


def _chains(router: TinyRouter) -> list[str]:
    return [item.properties["chain"] for item in router.store.items(MANGLE)]
