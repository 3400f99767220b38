r"""The console's form: menus, quotes, continuations, and text that is none of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.sim.rsc_lines import logical_lines
from wanwatch.sim.rsc_parser import Command, parse_export
from wanwatch.sim.rsc_values import quote
from wanwatch.sim.rsc_words import WordsError, read_words

FRAGMENTS = st.sampled_from(
    [
        "/ip route",
        "add",
        " set ",
        "[ find",
        "]",
        '"',
        "\\",
        "\n",
        "\r\n",
        "    ",
        "a=b",
        "{",
        "}",
        "name=",
        ";",
        "#",
        ":if",
        "=",
        "!x",
        "(",
        "$v",
        "\\D0",
        "print",
        "0",
        "/",
        "\x00",
        "ÿ",
    ]
)


def only(text: str) -> Command:
    parsed = parse_export(text)
    assert not parsed.unreadable
    (command,) = parsed.commands
    return command


@pytest.mark.parametrize(
    "text",
    [
        "/ip firewall mangle\nadd chain=a comment=b",
        "/ip firewall mangle add chain=a comment=b",
        "/ip/firewall/mangle/add chain=a comment=b",
        "/ip/firewall/mangle\r\nadd chain=a comment=b\r\n",
        "/ip firewall mangle {\n    add chain=a comment=b;\n}\n",
        "/ip firewall mangle\n# a note\n\nadd chain=a \\\n    comment=b",
        "/ip firewall mangle\nadd chain=a comment=\\\n    b",
        "/ip firewall mangle\nadd cha\\\r\n    in=a comment=b",
        "[admin@MikroTik] > /ip firewall mangle add chain=a comment=b",
        '/ip firewall mangle #the rules\nadd chain=a comment= "b"',
    ],
)
def test_one_command_has_many_spellings(text: str) -> None:
    command = only(text)
    assert (command.path, command.verb) == ("/ip/firewall/mangle", "add")
    assert command.args == (("chain", "a"), ("comment", "b"))


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ('"Port1: WAN1"', "Port1: WAN1"),
        (r'"a\"b\\c"', r'a"b\c'),
        (r'"\D0\94"', "\xd0\x94"),
        (r'"1\r\n\t2\_3"', "1\r\n\t2 3"),
        (r'"\$x\?"', "$x?"),
        ('"long te\\\n    xt goes \\\n    on"', "long text goes on"),
        ("LAN->WAN1", "LAN->WAN1"),
        ("a;b", "a;b"),
        ("both-addresses:2/0", "both-addresses:2/0"),
        ('""', ""),
        ("$gateway", "$gateway"),
        ("[/ip route get 0]", "[/ip route get 0]"),
    ],
)
def test_a_value_is_what_the_console_takes_it_for(value: str, meant: str) -> None:
    assert only(f"/system script\nadd source={value} name=x").args == (
        ("source", meant),
        ("name", "x"),
    )


@pytest.mark.parametrize(
    ("text", "find", "targets"),
    [
        ("set [ find default-name=ether1 ] name=x", (("default-name", "ether1"),), ()),
        (
            'set [find where name="a b" and disabled=no] name=x',
            (("name", "a b"), ("disabled", "no")),
            (),
        ),
        ("set [find] name=x", (), ()),
        ("set 0 name=x", None, ("0",)),
        ('set "ether1" name=x', None, ("ether1",)),
        ("set name=x", None, ()),
    ],
)
def test_a_command_says_which_rows_it_means(
    text: str, find: object, targets: tuple[str, ...]
) -> None:
    command = only(f"/interface ethernet\n{text}")
    assert (command.find, command.targets, command.args) == (find, targets, (("name", "x"),))


def test_a_command_line_with_its_menu_leaves_the_menu_as_it_was() -> None:
    parsed = parse_export("/ip route\n/ip address add address=a\nadd gateway=b")
    assert [command.path for command in parsed.commands] == ["/ip/address", "/ip/route"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('add comment="never closed', "quote"),
        ("add [ find name=a", "bracket"),
        ("set [ find name~a ] b=c", "selection"),
        ("set [ /ip route get 1 ] b=c", "router can evaluate"),
        ("Here begins the second part", "neither"),
        (":put x", "script"),
    ],
)
def test_an_unreadable_line_is_reported_and_the_next_one_read(line: str, reason: str) -> None:
    parsed = parse_export(f"/ip route\n{line}\nadd gateway=a")
    (bad,) = parsed.unreadable
    assert bad.line == 2
    assert reason in bad.reason
    assert [command.line for command in parsed.commands] == [3]


def test_a_command_before_any_menu_is_reported() -> None:
    assert "menu" in parse_export("add a=b").unreadable[0].reason


def test_the_body_of_a_script_is_not_taken_for_settings() -> None:
    parsed = parse_export(
        ":if ($a != $b) do={\n/ip route set 0 gateway=a\n}\n/ip route\nadd gateway=b"
    )
    assert [command.args for command in parsed.commands] == [(("gateway", "b"),)]


def test_a_script_that_is_never_closed_does_not_swallow_the_rest() -> None:
    parsed = parse_export(":if (true) do={\n/ip route\nadd gateway=b")
    assert len(parsed.commands) == 1


def test_lines_keep_the_number_they_begin_at() -> None:
    assert list(logical_lines("a\nb \\\n  c\nd")) == [(1, "a"), (2, "b c"), (4, "d")]


@given(st.text(st.characters(max_codepoint=255), max_size=40))
@settings(max_examples=150)
def test_whatever_is_quoted_is_read_back(text: str) -> None:
    assert read_words(f"x={quote(text)}").args == [("x", text)]


@given(st.lists(FRAGMENTS, max_size=30).map("".join))
@settings(max_examples=200)
def test_no_text_makes_the_parser_fail(text: str) -> None:
    parsed = parse_export(text)
    assert all(command.path.startswith("/") for command in parsed.commands)


@given(st.text(st.characters(max_codepoint=255), max_size=60))
@settings(max_examples=100)
def test_no_line_does_more_than_be_refused(text: str) -> None:
    try:
        words = read_words(text)
    except WordsError:
        return
    assert all(name for name, _ in words.args)
