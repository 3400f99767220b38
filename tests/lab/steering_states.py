"""The states that tables, line and host are put into while probes are watched, and the way back.

What befalls is always the first line's; probes of the other lines are watched all the while.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from tests.lab.faults import Cut, heal, inflict
from tests.lab.namespaces import LabError
from tests.lab.network import LINE
from tests.lab.steering_cases import families
from tests.lab.steering_ground import Ground
from tests.lab.steering_host import configuration, lines_of
from tests.lab.steering_ways import DEVICE, Line, Way, host_commands
from wanwatch.core.snapshot import Version

WAN = "wan1"
"""The line that everything befalls."""
_PATIENCE = 40.0
"""Seconds until the router has to have taken notice; check-gateway takes 20."""


class Answer(StrEnum):
    """What a probe of the line comes to in a state, when it is steered well."""

    COMES = "answered"
    LOST = "lost"
    """On its own line, or at the router, which asks for the first hop in vain."""
    LOST_WITHIN = "lost, and on no line"
    REFUSED = "error of the host"
    """Which says nothing about the line."""


class State(StrEnum):
    """What is the matter."""

    HEALTHY = "healthy"
    PRODUCTION_OFF = "its routes for clients disabled"
    MAIN_OFF = "no default route in main"
    UNPLUGGED = "its interface down"
    SILENT = "its first hop dead"
    FAILED_OVER = "dead, and failed over by wanwatch"
    HOST = "the host's own part gone"
    GIVEN_UP = "its first hop given up by check-gateway"
    """The last one, since what is given up is taken back some 10 s later only. RouterOS 7."""

    def expected(self, way: Way) -> Answer:
        """What a well steered probe of the line comes to."""
        match self:
            case State.UNPLUGGED:
                return Answer.LOST_WITHIN
            case State.SILENT | State.GIVEN_UP | State.FAILED_OVER:
                return Answer.LOST
            case State.HOST if way is not Way.DSCP:
                return Answer.REFUSED
        return Answer.COMES


@contextmanager
def befallen(ground: Ground, state: State) -> Iterator[None]:
    """The state, for as long as the context lasts; raises LabError when it does not come about."""
    enter, leave = _CHANGES[state]
    enter(ground)
    try:
        yield
    finally:
        leave(ground)


def _nothing(_: Ground) -> None:
    pass


def _set_routes(ground: Ground, tables: tuple[str, ...], *, of_line: bool, disabled: str) -> None:
    v7 = ground.topology.version >= Version(7)
    said = []
    for family in families(ground.topology):
        menu = "/ipv6/route" if family == 6 else "/ip/route"
        everywhere = "::/0" if family == 6 else "0.0.0.0/0"
        for table in tables:
            if v7:
                where = f"?routing-table={table}"
            else:
                where = "?-routing-mark" if table == "main" else f"?routing-mark={table}"
            gateway = f" ?gateway={_first(ground, family).gateway}" if of_line else ""
            said += [
                f"{menu}/print ?dst-address={everywhere} {where}{gateway} =.proplist=.id",
                f"{menu}/set =.id=* =disabled={disabled}",
            ]
    answers = ground.router(*said)
    if not all(answers[::2]):
        raise LabError(f"a route to disable is missing: {said}: {answers}")


def _first(ground: Ground, family: int) -> Line:
    return next(each for each in lines_of(ground.topology) if each.family == family)


def _production(disabled: str) -> Callable[[Ground], None]:
    def change(ground: Ground) -> None:
        _set_routes(ground, ("line1", "main"), of_line=True, disabled=disabled)

    return change


def _main(disabled: str) -> Callable[[Ground], None]:
    def change(ground: Ground) -> None:
        _set_routes(ground, ("main",), of_line=False, disabled=disabled)

    return change


def _plug(word: str) -> Callable[[Ground], None]:
    def change(ground: Ground) -> None:
        isp = ground.network.isps[WAN]
        if 6 in families(ground.topology):
            isp.set(**{f"ipv6__conf__{LINE}__keep_addr_on_down": 1})
        isp.configure(f"link set {LINE} {word}")
        interface = ground.topology.uplink(WAN).interface
        wanted = "=running=true" if word == "up" else "=running=false"
        _wait(ground, f"/interface/print ?name={interface} =.proplist=running", wanted)

    return change


def _silence(ground: Ground) -> None:
    inflict(ground.network.isps[WAN], Cut.FIRST_HOP)


def _heal(ground: Ground) -> None:
    heal(ground.network.isps[WAN])


def _be_given_up(ground: Ground) -> None:
    _silence(ground)
    gateway = _first(ground, 4).gateway
    _wait(
        ground,
        f"/ip/route/print ?gateway={gateway} ?routing-table=main =.proplist=active",
        "=active=false",
    )


def _fail_over(ground: Ground) -> None:
    inflict(ground.network.isps[WAN], Cut.BEYOND)
    ground.command("plan", "--config", _planned(ground), "--down", WAN, "--apply")


def _fail_back(ground: Ground) -> None:
    _heal(ground)
    ground.command("plan", "--config", _planned(ground), "--apply")


def _planned(ground: Ground) -> str:
    """The configuration of a daemon: each line once."""
    lines = [line for line in lines_of(ground.topology) if line.family == 4]
    steered = [("wan", Way.ALIAS, line) for line in lines]
    return ground.write("plan.toml", configuration(ground.topology, steered))


def _take_host_part(ground: Ground) -> None:
    """Take the line's addresses and its VLAN from the wanwatch host."""
    commands = set()
    for line in (each for each in lines_of(ground.topology) if each.wan == WAN):
        commands.add(f"ip link set {line.vlan_device} down")
        for way in (Way.ALIAS, Way.OPEN, Way.PRODUCTION):
            add = host_commands(way, line)[0].partition(f" dev {DEVICE}")[0]
            commands.add(f"{add.replace(' replace ', ' del ')} dev {DEVICE}")
    ground.network.watch.run("sh", "-ec", "\n".join(sorted(commands)))


def _give_host_part(ground: Ground) -> None:
    lines = [each for each in lines_of(ground.topology) if each.wan == WAN]
    ground.network.watch.run("ip", "link", "set", lines[0].vlan_device, "up")
    commands = dict.fromkeys(c for line in lines for way in Way for c in host_commands(way, line))
    # Some of it outlived: an address of IPv4 stays when its device goes down.
    script = "\n".join(
        f"{command.replace(' add ', ' replace ')} 2>/dev/null || true"
        for command in commands
        if " rule add " not in command
    )
    ground.network.watch.run("sh", "-c", script)


def _wait(ground: Ground, sentence: str, wanted: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if any(wanted in row for row in ground.router(sentence)[0]):
            return
        time.sleep(0.2)
    raise LabError(f"{sentence}: {wanted} did not come about")


_CHANGES: dict[State, tuple[Callable[[Ground], None], Callable[[Ground], None]]] = {
    State.HEALTHY: (_nothing, _nothing),
    State.PRODUCTION_OFF: (_production("yes"), _production("no")),
    State.MAIN_OFF: (_main("yes"), _main("no")),
    State.UNPLUGGED: (_plug("down"), _plug("up")),
    State.SILENT: (_silence, _heal),
    State.GIVEN_UP: (_be_given_up, _heal),
    State.FAILED_OVER: (_fail_over, _fail_back),
    State.HOST: (_take_host_part, _give_host_part),
}
