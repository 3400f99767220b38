"""Whether an ethernet port has its link, asked as exporters ask."""

import pytest

from tests.sim.small_world import balanced
from wanwatch.sim.commands import Commands
from wanwatch.sim.request import Request
from wanwatch.sim.traps import Trap
from wanwatch.sim.world import World

MONITOR = "/interface/ethernet/monitor"


def looked(world: World, *words: str) -> list[dict[str, str]]:
    sentences = Commands(world).run(Request.parse((MONITOR, *words)), lambda _policy: True)
    return [
        {name: value for name, _, value in (word[1:].partition("=") for word in sentence[1:])}
        for sentence in sentences
        if sentence[0] == "!re"
    ]


@pytest.mark.parametrize("numbers", ["0", "ether1", "*1"])
def test_a_port_is_named_by_its_place_its_name_or_its_id(numbers: str) -> None:
    (port,) = looked(balanced().world(), "=once=", f"=numbers={numbers}")
    assert (port["name"], port["status"], port["rate"]) == ("ether1", "link-ok", "1Gbps")


def test_a_port_whose_line_is_unplugged_has_no_link() -> None:
    world = balanced().world()
    world.line("ether2").cut(interface_down=True)
    one, two = looked(world, "=once=", "=numbers=ether1,ether2", "=.proplist=name,status,rate")
    assert one == {"name": "ether1", "status": "link-ok", "rate": "1Gbps"}
    assert two == {"name": "ether2", "status": "no-link"}


def test_what_is_not_there_or_would_never_end_is_refused() -> None:
    world = balanced().world()
    with pytest.raises(Trap, match="no such item"):
        looked(world, "=once=", "=numbers=ether9")
    with pytest.raises(Trap, match="only once"):
        looked(world, "=numbers=ether1")
