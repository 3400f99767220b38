"""Which settings of the kernel the rows of a router ask for, and which interfaces run."""

from wanwatch.sim.netns.sysctls import wanted_settings
from wanwatch.sim.netns.wires import Wires
from wanwatch.sim.store import Store

TRACK = "netfilter/nf_conntrack_"


class Cables:
    """Devices, some of which carry packets."""

    def __init__(self, *running: str, others: tuple[str, ...] = ()) -> None:
        self.running = frozenset(running)
        self.devices = frozenset((*running, *others))


def store(**menus: dict[str, str]) -> Store:
    made = Store()
    for path, row in menus.items():
        made.add(path.replace("__", "/"), row)
    return made


def test_a_router_forwards_and_tracks_with_its_own_defaults() -> None:
    found = wanted_settings(Store())
    assert found["ipv4/ip_forward"] == found["ipv6/conf/all/forwarding"] == "1"
    assert found["ipv4/conf/all/rp_filter"] == "0"
    assert found[f"{TRACK}acct"] == found[f"{TRACK}tcp_loose"] == "1"
    assert found[f"{TRACK}tcp_be_liberal"] == "0"
    assert found[f"{TRACK}tcp_timeout_established"] == "86400"
    assert found[f"{TRACK}udp_timeout"] == found[f"{TRACK}icmp_timeout"] == "10"


def test_the_rows_of_the_settings_menus_count() -> None:
    found = wanted_settings(
        store(
            __ip__settings={"rp-filter": "loose", "ip-forward": "false"},
            __ip__firewall__connection__tracking={
                "tcp-established-timeout": "2h",
                "loose-tcp-tracking": "false",
            },
        )
    )
    assert found["ipv4/conf/all/rp_filter"] == "2"
    assert found["ipv4/ip_forward"] == "0"
    assert found[f"{TRACK}tcp_timeout_established"] == "7200"
    assert found[f"{TRACK}tcp_loose"] == "0"


def test_an_interface_is_down_without_a_device_or_without_a_carrier() -> None:
    wires = Wires(Store(), Cables("ether1", others=("ether2",)))
    assert not wires.is_down("ether1")
    assert wires.is_down("ether2")
    assert wires.is_down("ether3")


def test_a_port_below_a_dialled_interface_needs_no_device() -> None:
    made = Store()
    made.add("/interface/pppoe-client", {"name": "pppoe-out1", "interface": "ether1"})
    wires = Wires(made, Cables("pppoe-out1"))
    assert not wires.is_down("ether1")
    assert wires.is_down("ether2")
    assert Wires(made, Cables(others=("pppoe-out1",))).is_down("ether1")


def test_uplinks_are_remembered_in_their_order() -> None:
    wires = Wires(Store(), Cables())
    wires.ensure(["b", "a"])
    wires.ensure(["a", "c"])
    assert wires.names() == ("b", "a", "c")
