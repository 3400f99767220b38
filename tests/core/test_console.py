"""Rows and values as the console takes them."""

from wanwatch.core.console import rsc_line, rsc_value


def test_a_value_is_quoted_where_the_console_needs_it() -> None:
    assert rsc_value("both-addresses:2/0") == "both-addresses:2/0"
    assert rsc_value("to WAN") == '"to WAN"'
    assert rsc_value('a"$b\\') == '"a\\"\\$b\\\\"'
    assert rsc_value("\xe9") == '"\\E9"'
    assert rsc_value("") == '""'


def test_a_line_for_the_console_says_yes_and_no() -> None:
    words = {"chain": "prerouting", "log": "false", "passthrough": "true"}
    assert rsc_line(words) == "/ip firewall mangle add chain=prerouting passthrough=yes"
