"""How values are read, refused and printed."""

import pytest

from wanwatch.sim.menu import Kind, Property
from wanwatch.sim.names import RouterNames
from wanwatch.sim.traps import Trap
from wanwatch.sim.values import canonical, format_time, parse_time

from .tiny_router import V6, V7, TinyRouter


@pytest.mark.parametrize(
    ("text", "seconds", "printed"),
    [
        ("90", 90, "1m30s"),
        ("1w2d3h", 788400, "1w2d3h"),
        ("00:01:30", 90, "1m30s"),
        ("500ms", 0.5, "500ms"),
        ("2m", 120, "2m"),
        ("0s", 0, "0s"),
    ],
)
def test_a_time_is_read_and_printed(text: str, seconds: float, printed: str) -> None:
    assert parse_time(text) == seconds
    assert format_time(seconds) == printed


@pytest.mark.parametrize("text", ["", "soon", "5x", "1h1w"])
def test_other_text_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    "text", ["both-addresses:2/0", "!src-address-and-port:4/3", "both-addresses:2/3"]
)
def test_a_classifier_with_one_remainder_is_kept_as_it_is(text: str) -> None:
    assert _read(Kind.CLASSIFIER, text) == text


@pytest.mark.parametrize(
    "text", ["both-addresses:10/0,1,2", "both-addresses-2/0", "mac:2/0", "both-addresses:0/0", "x"]
)
def test_a_classifier_routeros_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(Trap):
        _read(Kind.CLASSIFIER, text)


@pytest.mark.parametrize(
    ("gateway", "on_v6", "on_v7"),
    [
        ("203.0.113.1", True, True),
        ("ether1", True, True),
        ("203.0.113.1%ether2", True, True),
        ("203.0.113.1@wan1", False, True),
        ("203.0.113.1,198.51.100.1", True, False),
        ("nowhere", False, False),
        ("203.0.113.1%nowhere", False, False),
        ("203.0.113.1@nowhere", False, False),
    ],
)
def test_a_gateway_is_checked_as_its_version_does(
    gateway: str,
    on_v6: bool,  # noqa: FBT001 (a column of the table)
    on_v7: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    for version, expected in ((V6, on_v6), (V7, on_v7)):
        names = RouterNames(TinyRouter(version))
        try:
            canonical(Property("gateway", Kind.GATEWAY), gateway, names)
        except Trap:
            assert not expected
        else:
            assert expected


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (Kind.BOOLEAN, "yes", "true"),
        (Kind.BOOLEAN, "false", "false"),
        (Kind.SWITCH, "no", "true"),
        (Kind.PREFIX, "8.8.8.8", "8.8.8.8/32"),
        (Kind.ADDRESS, "!10.0.0.0/8", "!10.0.0.0/8"),
        (Kind.ADDRESS, "10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
        (Kind.NUMBER, "010", "10"),
        (Kind.TIME, "120", "2m"),
        (Kind.INTERFACE, "!ether1", "!ether1"),
        (Kind.INTERFACE_LIST, "all", "all"),
        (Kind.TABLE, "wan1", "wan1"),
    ],
)
def test_a_value_takes_routeros_form(kind: Kind, text: str, kept: str) -> None:
    assert _read(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Kind.BOOLEAN, "maybe", "input does not match any value of p"),
        (Kind.NUMBER, "-1", "invalid value for argument p"),
        (Kind.NUMBER, "99999999999", "value of p out of range (0..4294967295)"),
        (Kind.ADDRESS, "192.168.1720.0/24", "invalid value for argument p"),
        (Kind.INTERFACE, "ether9", "input does not match any value of p"),
        (Kind.TABLE, "wan9", "input does not match any value of p"),
        (Kind.TIME, "soon", "invalid value for argument p"),
    ],
)
def test_a_bad_value_is_refused_in_routeros_words(kind: Kind, text: str, said: str) -> None:
    with pytest.raises(Trap) as refused:
        _read(kind, text)
    assert refused.value.message == said


def _read(kind: Kind, text: str) -> str:
    return canonical(Property("p", kind), text, RouterNames(TinyRouter(V7)))
