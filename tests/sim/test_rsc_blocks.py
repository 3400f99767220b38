r"""Blocks, several commands on a line, script commands, variables: what of it is configuration."""

import pytest

from wanwatch.sim.rsc_parser import parse_export


def gateways(text: str) -> list[tuple[str, str]]:
    """Each command's menu and its first value."""
    return [(command.path, command.args[0][1]) for command in parse_export(text).commands]


@pytest.mark.parametrize(
    "text",
    [
        "/ip route { add gateway=a; add gateway=b }",
        "/ip route {add gateway=a;add gateway=b}",
        "/ip route; add gateway=a; add gateway=b",
        "/ip route; add gateway=a;add gateway=b;",
        "/ip route add gateway=a; /ip route add gateway=b",
        "/ip route\n{\nadd gateway=a\n\nadd gateway=b;\n}",
        "{ /ip route; add gateway=a }; { /ip/route/add gateway=b }",
        ":do { /ip route add gateway=a } on-error={ /ip route add gateway=z }\n/ip route add gateway=b",
        ":do {\n  /ip route add gateway=a\n} on-error={\n  :put no\n}\n/ip route add gateway=b",
        "do { /ip route add gateway=a; add gateway=b } on-error={}",
        ":onerror e in={ /ip route add gateway=a } do={ :put $e }; /ip route add gateway=b",
        ":do { :do { /ip route add gateway=a } on-error={} ; /ip route add gateway=b } on-error={}",
    ],
)
def test_every_command_of_a_block_or_line_is_read(text: str) -> None:
    assert gateways(text) == [("/ip/route", "a"), ("/ip/route", "b")]
    assert parse_export(text).unreadable == []


def test_a_menu_opened_with_a_block_ends_with_it() -> None:
    text = "/ip address\n/ip route { add gateway=a }\nadd address=b\n{\n/ip dns\nset servers=c\n}\nadd address=d"
    paths = [path for path, _ in gateways(text)]
    assert paths == ["/ip/route", "/ip/address", "/ip/dns", "/ip/address"]


@pytest.mark.parametrize(
    "block",
    [
        ":if ($a = 1) do={ /ip route add gateway=x } else={ /ip route add gateway=y }",
        ":if ($a = 1) do={\n/ip route add gateway=x\n}\nelse={\n/ip route add gateway=y\n}",
        ":foreach i in=[/ip route find] do={\n  /ip route\n  set $i gateway=x; remove $i\n}",
        ':for i from=1 to=3 do={ :if (true) do={ /ip route add gateway="}" } }',
        "while (true) do={\n/ip route add gateway=x\n}",
        ":do { /ip route add gateway=x } while=($i < 3)",
    ],
)
def test_a_block_that_depends_on_the_moment_is_passed_over_and_said_once(block: str) -> None:
    parsed = parse_export(f"/ip route add gateway=a\n{block}\n/ip route add gateway=b")
    assert [command.args[0][1] for command in parsed.commands] == ["a", "b"]
    (entry,) = parsed.unreadable
    assert entry.line == 2
    assert "router knows" in entry.reason


@pytest.mark.parametrize(
    "value",
    [
        "{\n:put 1\n/ip route\nadd gateway=x\n}",
        '"\n:put 1\n/ip route\nadd gateway=x\n"',
        r'"/ip route add gateway=x\r\n/ip route\r\nadd gateway=y"',
        '"/ip route \\\n    add gateway=x\\r\\\n    \\n/ip route\\r\\\n    \\nadd gateway=y"',
        '{ :if (true) do={ /ip route add gateway=x comment="}{" } }',
    ],
)
@pytest.mark.parametrize(
    "name", ["source", "on-event", "script", "up-script", "down-script", "on-up", "lease-script"]
)
def test_the_text_of_a_script_is_never_configuration(name: str, value: str) -> None:
    parsed = parse_export(f"/system script\nadd name=a {name}={value} policy=read\nadd name=b")
    assert [command.path for command in parsed.commands] == ["/system/script", "/system/script"]
    assert dict(parsed.commands[0].args)["policy"] == "read"
    assert "gateway=x" in dict(parsed.commands[0].args)[name]


@pytest.mark.parametrize("opening", ['"', "{"])
def test_a_script_that_is_cut_off_is_no_configuration_to_its_end(opening: str) -> None:
    parsed = parse_export(f"/system script\nadd name=a source={opening}\n/ip route\nadd gateway=x")
    assert parsed.commands == []
    assert [entry.line for entry in parsed.unreadable] == [2]


def test_a_variable_with_a_literal_value_is_put_in_its_place() -> None:
    parsed = parse_export(
        ':global gw 192.0.2.1\n:local name "to the \\"north\\""\n:set gw 192.0.2.2\n'
        '/ip route\nadd gateway=$gw comment="$name, not \\$name" dst-address=$unknown'
    )
    assert parsed.unreadable == []
    assert dict(parsed.commands[0].args) == {
        "gateway": "192.0.2.2",
        "comment": 'to the "north", not $name',
        "dst-address": "$unknown",
    }


@pytest.mark.parametrize(
    ("script", "reports"),
    [
        (":global gw [/ip dhcp-client get 0 gateway]", 1),
        (":global gw ($other . 1)", 1),
        (":global gw $other", 1),
        (":if ($x) do={ :set gw 192.0.2.9 }", 1),
        (":foreach i in=[find] do={ :global gw $i }", 1),
    ],
)
def test_a_value_that_only_a_router_knows_leaves_a_placeholder(script: str, reports: int) -> None:
    parsed = parse_export(f":global gw 192.0.2.1\n{script}\n/ip route add gateway=$gw")
    assert parsed.commands[0].args == (("gateway", "$gw"),)
    assert [entry.line for entry in parsed.unreadable] == [2] * reports


def test_an_expression_stays_as_it_is_written() -> None:
    parsed = parse_export('/ip route add gateway=($found->"gw") comment="x" distance=1')
    assert parsed.commands[0].args[0] == ("gateway", '($found->"gw")')
    assert parsed.commands[0].args[2] == ("distance", "1")


def test_a_row_under_a_menu_that_cannot_be_read_is_not_another_menus() -> None:
    parsed = parse_export(
        "/ip address\nadd address=a\n/ip firewall m\x01ngle\nadd chain=b\n/ip dns set servers=c\n"
        "add chain=d\n/ip route\nadd gateway=e"
    )
    paths = [command.path for command in parsed.commands]
    assert paths == ["/ip/address", "/ip/dns", "/ip/route"]
    assert [entry.line for entry in parsed.unreadable] == [3, 4, 6]
