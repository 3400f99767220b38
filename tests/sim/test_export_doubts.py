"""Rows that RouterOS would refuse: kept, marked, and said with their line and word."""

import pytest

from wanwatch.core.survey import LINE
from wanwatch.sim.export import ExportReport, load_export
from wanwatch.sim.store import Store


def loaded(text: str) -> tuple[Store, ExportReport]:
    store = Store()
    return store, load_export(text, store)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("add gateway=192.0.2.1 target=scope=10", "target=scope=10"),
        ("add gateway=192.0.2.1 routing_mark=a", "routing_mark=a"),
        ("add gateway=192.0.2.1 -- added by hand", "-- added by hand"),
        ("add gateway=192.0.2.1 distance=near", "distance=near"),
        ("add gateway=192.0.2.1 .set-by=x", ".set-by=x"),
        ("add gateway=192.0.2.1 Distance=2", "Distance=2"),
    ],
)
def test_a_row_with_a_word_that_means_nothing_is_kept_and_told(line: str, word: str) -> None:
    store, report = loaded(f"/ip route\nadd gateway=192.0.2.9\n{line}\n")
    first, second = store.items("/ip/route")
    assert "invalid" not in first.properties
    assert second.properties["invalid"] == "true"
    assert second.properties["gateway"] == "192.0.2.1"
    (sentence,) = report.invalid
    assert "line 3" in sentence
    assert word in sentence
    assert report.unreadable == ()


@pytest.mark.parametrize(
    "comment",
    [
        "comment=\x93to the north\x94",
        "comment=\xe2\x80\x9cto the north\xe2\x80\x9d",
        "comment=\xef\xbf\xbdto the north\xef\xbf\xbd",
        'comment="to the north\xe2\x80\x9d',
        'comment= "to the north"',
        'comment=\\\n    "to the north"',
        "comment=\u201cto the north\u201d",
    ],
)
def test_quotes_of_a_word_processor_are_quotes(comment: str) -> None:
    store, report = loaded(f"/ip route add {comment} gateway=192.0.2.1\n")
    (route,) = store.items("/ip/route")
    assert route.properties["comment"] == "to the north"
    assert route.properties["gateway"] == "192.0.2.1"
    assert report.invalid == ()


def test_a_value_of_letters_that_share_a_quotes_byte_is_left_alone() -> None:
    text = "/ip route add comment=\xd0\x93\xd0\x94 gateway=192.0.2.1"
    assert loaded(text)[0].items("/ip/route")[0].properties["comment"] == "\xd0\x93\xd0\x94"


def test_a_good_value_set_later_makes_a_row_valid() -> None:
    store, _ = loaded("/ip route\nadd comment=a distance=near\nset [ find comment=a ] distance=2\n")
    (route,) = store.items("/ip/route")
    assert "invalid" not in route.properties


def test_a_property_may_be_shortened_as_far_as_it_stays_one() -> None:
    store, report = loaded("/ip route add dst=192.0.2.0/24 gate=192.0.2.1 check=ping\n")
    row = store.items("/ip/route")[0].properties
    assert (row["dst-address"], row["gateway"], row["check-gateway"]) == (
        "192.0.2.0/24",
        "192.0.2.1",
        "ping",
    )
    assert report.invalid == ()


def test_every_row_knows_the_line_it_begins_on() -> None:
    store, _ = loaded(
        "# a note\n/ip route\nadd gateway=192.0.2.1 \\\n    distance=2\nadd gateway=192.0.2.2\n"
        "set [ find distance=2 ] comment=later\n/system identity\nset name=r1\n"
    )
    lines = [item.properties[LINE] for item in store.items("/ip/route")]
    assert lines == ["3", "5"]
    assert store.items("/system/identity")[0].properties[LINE] == "8"


def test_a_placeholder_is_no_interface() -> None:
    text = (
        "/ip firewall mangle\nadd chain=prerouting in-interface=$lan\n/ip route\n"
        'add gateway=($found->"gw",2)\nadd gateway=<gateway>\nadd gateway=$gw%ether9\n'
    )
    assert loaded(text)[1].referenced_interfaces == ("ether9",)


def test_nothing_is_made_up_when_no_ports_are_wanted() -> None:
    store = Store()
    report = load_export("/ip route add gateway=ether7\n", store, add_ports=False)
    assert report.referenced_interfaces == ("ether7",)
    assert store.items("/interface/ethernet") == []


@pytest.mark.parametrize(
    ("menu", "v6", "v7"),
    [
        ("/ip dhcp-client add interface=a", "true", "false"),
        ("/interface pppoe-client add interface=a name=b", "true", "true"),
        ("/interface l2tp-client add connect-to=a name=b", "yes", "yes"),
        ("/ip dhcp-server add interface=a name=b", "yes", None),
    ],
)
def test_what_routeros_adds_disabled_says_so(menu: str, v6: str, v7: str | None) -> None:
    for version, disabled in (("6.49", v6), ("7.20", v7)):
        store, _ = loaded(f"# by RouterOS {version}\n{menu}\n")
        path = "/" + "/".join(menu.split(" add ", maxsplit=1)[0].strip("/").split())
        assert store.items(path)[0].properties.get("disabled") == disabled


@pytest.mark.parametrize("line", ["add the rule of the other line", "set a b", "add fib"])
def test_prose_that_begins_like_a_command_makes_no_row(line: str) -> None:
    store, report = loaded(f"/ip route\n{line}\n")
    assert store.items("/ip/route") == []
    assert [entry.line for entry in report.unreadable] == [2]


def test_rows_are_copied_moved_and_unset_as_the_console_does() -> None:
    store, report = loaded(
        "/ip firewall mangle\nadd chain=a comment=one\nadd chain=b comment=two\n"
        "add copy-from=0 comment=three place-before=[ find comment=two ]\n"
        "move [ find comment=two ] destination=0\nunset 0 comment\nset numbers=1,2 disabled=yes\n"
    )
    rows = [item.properties for item in store.items("/ip/firewall/mangle")]
    assert [(r["chain"], r.get("comment"), r["disabled"]) for r in rows] == [
        ("b", None, "false"),
        ("a", "one", "true"),
        ("a", "three", "true"),
    ]
    assert report.unreadable == ()
