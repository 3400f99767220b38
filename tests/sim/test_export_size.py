"""Large exports and hostile texts are read whole; the benchmark says how fast."""

import pytest

from wanwatch.sim.export import load_export
from wanwatch.sim.rsc_parser import parse_export
from wanwatch.sim.store import Store

SIZE = 60_000
"""Characters: read at once by work that grows as the text does, and not for minutes by other."""


def large(rules: int, routes: int) -> str:
    """An export of so many mangle rules and routes."""
    lines = ["# by RouterOS 7.20.8", "/ip firewall mangle"]
    lines += [
        f'add action=mark-connection chain=prerouting comment="LAN to {n}" connection-mark=no-mark \\\n'
        f"    dst-address-type=!local in-interface=lan{n % 500} new-connection-mark=c{n % 100} \\\n"
        f"    passthrough=yes per-connection-classifier=both-addresses:{rules}/{n}"
        for n in range(rules)
    ]
    lines += ["/ip route"]
    lines += [
        f"add check-gateway=ping distance={n % 250 + 1} dst-address=10.{n // 256}.{n % 256}.0/24 "
        f"gateway=203.0.113.{n % 250} routing-table=t{n % 100}"
        for n in range(routes)
    ]
    return "\n".join(lines)


def test_a_large_export_is_loaded_whole() -> None:
    store = Store()
    report = load_export(large(5000, 2000), store)
    assert report.commands == 7000
    assert not report.unreadable
    assert not report.doubts
    assert len(store.items("/ip/firewall/mangle")) == 5000
    assert len(report.referenced_interfaces) == 500


@pytest.mark.parametrize(
    "start", ["", "/ip route\nadd ", "/ip route\nadd comment=", 'add a="', ":if ("]
)
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "{",
            "}",
            "{}",
            "[",
            "]",
            "(",
            ")",
            '"',
            "\\",
            ";",
            "=",
            "!",
            "$x",
            "#",
            "/",
            "\x93x",
            "\r",
        ),
        *(
            '\\"',
            "\\\n",
            "a=[",
            "a=(",
            "a={",
            'a="',
            "a=\x93x ",
            'source="\n',
            "source={\n",
            ":do {\n",
        ),
        *(
            ":if {",
            ":do {} on-error={",
            "else={",
            ":global x 1\n",
            "[a@",
            "[a@b] ",
            "[ find a=b ] ",
        ),
        *(
            "set 1 a=b\n",
            "set [find comment=a] b=c\n",
            "add comment=a\n",
            "\xc2\xa0",
            "a;b",
            "..",
            "-- ",
        ),
    ],
)
def test_a_hostile_text_is_read_to_its_end(start: str, piece: str) -> None:
    text = start + piece * (SIZE // len(piece))
    load_export(text, Store())


def test_deep_nesting_is_not_a_deep_stack() -> None:
    for opening, closing in (("{", "}"), ("[", "]"), (":do {", "}"), ("a={", "}"), ("a=[", "]")):
        parse_export("/ip route\nadd " + opening * 20_000 + closing * 20_000)
        parse_export(opening * 20_000 + "/ip route add gateway=a" + closing * 20_000)


def test_many_rows_that_are_set_by_number_or_comment_are_all_set() -> None:
    lines = ["/zoo lions", *(f"set {n} name=l{n}" for n in range(5000)), "/ip route"]
    lines += [f"add comment=c{n} gateway=192.0.2.1" for n in range(3000)]
    lines += [f"set [ find comment=c{n} ] distance=2" for n in range(3000)]
    store = Store()
    load_export("\n".join(lines), store)
    assert {item.properties["distance"] for item in store.items("/ip/route")} == {"2"}


def test_two_bytes_a_character_are_read_too() -> None:
    wide = "/ip route\r\nadd gateway=192.0.2.1 comment=é\r\n".encode("utf-16").decode("latin-1")
    store = Store()
    load_export(wide, store)
    assert store.items("/ip/route")[0].properties["comment"] == "\xc3\xa9"
