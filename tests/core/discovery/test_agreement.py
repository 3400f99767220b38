"""A configuration is held against what was found; what it leaves out cannot differ."""

from wanwatch.cli.exported import survey_text
from wanwatch.core.discovery.agreement import disagreements, matches
from wanwatch.core.discovery.discover import discover
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.model import WanSpec

TWO_LINES = """/ip address
add address=192.0.2.2/30 interface=ether1 network=192.0.2.0
add address=192.0.2.6/30 interface=ether2 network=192.0.2.4
/ip firewall mangle
add action=mark-routing chain=prerouting in-interface=lan new-routing-mark=a per-connection-classifier=src-address:2/0
add action=mark-routing chain=prerouting in-interface=lan new-routing-mark=b per-connection-classifier=src-address:2/1
/ip route
add gateway=192.0.2.1 routing-mark=a
add gateway=192.0.2.5 routing-mark=b
"""
ONE_INTERFACE = TWO_LINES.replace("interface=ether2", "interface=ether1")


def found(text: str = TWO_LINES) -> Discovery:
    return discover(survey_text(text))


def codes(specs: list[WanSpec], discovery: Discovery) -> list[tuple[str, str]]:
    return [(finding.code, finding.where) for finding in disagreements(specs, discovery)]


def test_a_configuration_that_leaves_everything_to_the_router_agrees() -> None:
    specs = [WanSpec("one", "ether1"), WanSpec("two", "ether2")]
    assert codes(specs, found()) == []
    assert matches(specs, found()) == {"ether1": "one", "ether2": "two"}


def test_what_discovery_would_write_agrees() -> None:
    for text in (TWO_LINES, ONE_INTERFACE):
        discovery = found(text)
        assert len(discovery.wans) == 2
        assert codes(list(discovery.specs), discovery) == []


def test_a_line_that_is_not_configured_is_found() -> None:
    assert codes([WanSpec("two", "ether2")], found()) == [("wan-not-configured", "ether1")]


def test_a_table_that_is_another_lines_differs() -> None:
    specs = [WanSpec("one", "ether1", routing_tables=("b",)), WanSpec("two", "ether2")]
    (finding,) = disagreements(specs, found())
    assert (finding.code, finding.where) == ("configuration-differs", "one")
    assert dict(finding.data) == {"key": "routing_tables", "configured": "b", "found": "a"}


def test_the_order_of_a_list_is_no_difference() -> None:
    two_tables = TWO_LINES + "add gateway=192.0.2.1 routing-mark=c\n"
    two_tables = two_tables.replace("src-address:2/1", "src-address:3/1").replace(
        "/ip route",
        "add action=mark-routing chain=prerouting in-interface=lan new-routing-mark=c"
        " per-connection-classifier=src-address:3/2\n/ip route",
    )
    discovery = found(two_tables)
    assert set(discovery.wans[0].routing_tables) == {"a", "c"}
    for tables in (("a", "c"), ("c", "a")):
        specs = [WanSpec("one", "ether1", routing_tables=tables), WanSpec("two", "ether2")]
        assert codes(specs, discovery) == []


def test_lines_of_one_interface_are_told_apart_by_their_gateways() -> None:
    specs = [WanSpec("one", "ether1", gateways=("192.0.2.1",))]
    discovery = found(ONE_INTERFACE)
    (other,) = [wan.name for wan in discovery.wans if "192.0.2.5" in wan.gateways]
    assert codes(specs, discovery) == [("wan-not-configured", other)]
