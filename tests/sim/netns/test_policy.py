"""In which order the kernel asks the tables: as RouterOS 7 does, and as RouterOS 6 does."""

from wanwatch.sim.netns.devices import device_name
from wanwatch.sim.netns.numbers import Numbers
from wanwatch.sim.netns.policy import policy, rule_changes
from wanwatch.sim.store import Item


def row(item_id: str = "*1", **properties: str) -> Item:
    return Item(item_id, {name.replace("_", "-"): value for name, value in properties.items()})


def rules(
    *rows: Item, is_v7: bool = True, version: int = 4, tables: tuple[str, ...] = ("wan1",)
) -> list[str]:
    return list(policy(tables, rows, Numbers(), is_v7=is_v7, version=version).rules)


def selectors(*rows: Item, version: int = 4) -> list[str]:
    """What the rows alone became, without their positions."""
    return [text.split(" ", 2)[2] for text in rules(*rows, tables=(), version=version)[1:-1]]


def test_version_7_asks_the_mark_first_then_its_own_addresses_then_rows_then_main() -> None:
    assert rules(row(src_address="10.0.0.0/8", table="wan1")) == [
        "pref 100 fwmark 1/0xffff lookup 1001",
        "pref 200 lookup local",
        "pref 1000 from 10.0.0.0/8 lookup 1001",
        "pref 32766 lookup main",
    ]


def test_version_6_asks_its_own_addresses_first_then_rows_then_the_mark() -> None:
    found = policy(("wan1",), [row(table="wan1")], Numbers(), is_v7=False).rules
    in_order = sorted(found, key=lambda text: int(text.split()[1]))
    assert in_order == [
        "pref 0 lookup local",
        "pref 1000 from all lookup 1001",
        "pref 31000 fwmark 1/0xffff lookup 1001",
        "pref 32766 lookup main",
    ]


def test_lookup_only_in_table_goes_no_further() -> None:
    assert selectors(row(routing_mark="a", table="a", action="lookup-only-in-table")) == [
        "from all fwmark 1/0xffff lookup 1001",
        "from all fwmark 1/0xffff unreachable",
    ]


def test_a_row_may_drop_or_refuse() -> None:
    assert selectors(row(action="drop"), row("*2", action="unreachable")) == [
        "from all blackhole",
        "from all unreachable",
    ]


def test_a_row_matches_by_source_destination_interface_and_mark() -> None:
    addresses = {"src_address": "10.0.0.1", "dst_address": "9.9.9.9"}
    assert selectors(row(**addresses, interface="my port 1", routing_mark="main")) == [
        f"from 10.0.0.1/32 to 9.9.9.9/32 iif {device_name('my port 1')} fwmark 0/0xffff lookup 254"
    ]


def test_a_range_becomes_its_prefixes() -> None:
    assert selectors(row(src_address="10.0.0.0-10.0.0.2")) == [
        "from 10.0.0.0/31 lookup 254",
        "from 10.0.0.2/32 lookup 254",
    ]


def test_the_shortest_prefix_that_counts_is_kept() -> None:
    assert selectors(row(min_prefix="0")) == ["from all lookup 254 suppress_prefixlength 0"]


def test_a_negated_address_alone_is_said_and_beside_others_is_told_of() -> None:
    assert selectors(row(src_address="!10.0.0.0/8")) == ["not from 10.0.0.0/8 lookup 254"]
    found = policy((), [row(src_address="!10.0.0.0/8", interface="a")], Numbers(), is_v7=True)
    assert found.unsupported == (("*1", "a negated address beside other conditions"),)


def test_a_disabled_row_is_left_out() -> None:
    assert selectors(row(disabled="true")) == []


def test_a_row_counts_for_the_family_of_its_addresses() -> None:
    six, four, both = row(dst_address="2001:db8::/32"), row(dst_address="10.0.0.0/8"), row()
    assert selectors(six, four, both, version=4) == [
        "from all to 10.0.0.0/8 lookup 254",
        "from all lookup 254",
    ]
    assert selectors(six, four, both, version=6) == [
        "from all to 2001:db8::/32 lookup 254",
        "from all lookup 254",
    ]


def test_only_rules_that_differ_are_changed() -> None:
    assert rule_changes(["pref 1 a", "pref 2 b"], ["pref 2 b", "pref 3 c"], "-6") == (
        ["-6 rule add pref 3 c"],
        ["-6 rule del pref 1 a"],
    )
