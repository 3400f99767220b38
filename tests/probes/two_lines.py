"""By which of two lines the probes of every kind leave, and what marks they bear there.

``unshare --net python -m tests.probes.two_lines`` plays it in network namespaces and prints a JSON
object: for each family, kind and steering the lines, DSCPs and source addresses of the probe's
packets; then what each kind comes to where a host on the way says that there is no route, where the
next hop is not there, and where this host has no route. The main route leads into line a; whoever
is steered into line b has to arrive there. Each line is a namespace of its own with the same far
address, where servers of every kind answer. Needs root and ip(8).
"""

import asyncio
import contextlib
import json
import select
import subprocess
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.probes.far_end import FAR, PORTS, THEIRS, up
from tests.probes.own_network import apart, ip
from wanwatch.core.http_page import HttpPage
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.results import ProbeError, ProbeResult, Reply
from wanwatch.probes.steering import Steering

OURS = {"a": ("10.0.1.1", "fd00:1::1"), "b": ("10.0.2.1", "fd00:2::1")}
UNREACHABLE = {"ipv4": "203.0.113.9", "ipv6": "2001:db8:200::9"}
NOBODY = {"ipv4": "10.0.1.9", "ipv6": "fd00:1::9"}
"""An address on the way into line a that nobody has."""
MARK = 102
DSCP = 41
_PATIENCE = 3.0
_REFUSALS = 12


def steerings(family: str) -> dict[str, Steering]:
    """Every way of steering, for one family; the first two stay on the main route."""
    index = 1 if family == "ipv6" else 0
    return {
        "nothing": Steering(),
        "dscp": Steering(dscp=DSCP),
        "source": Steering(source=OURS["b"][index]),
        "fwmark": Steering(fwmark=MARK),
        "device": Steering(device="hb"),
        "all": Steering(source=OURS["b"][index], dscp=DSCP, fwmark=MARK, device="hb"),
    }


def targets(address: str) -> dict[str, Target]:
    """A target of every kind."""
    kinds = {
        "icmp": Target(TargetKind.ICMP, address),
        "http": Target(TargetKind.HTTP, address, PORTS["http"], HttpPage(body="ok")),
        "https": Target(TargetKind.HTTP, address, PORTS["https"], HttpPage(tls=True, verify=False)),
    }
    others = (TargetKind.TCP, TargetKind.UDP, TargetKind.DNS)
    return kinds | {kind.value: Target(kind, address, PORTS[kind.value]) for kind in others}


class Line:
    """The process that is a line's far end."""

    def __init__(self, name: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - a module of the tests
            apart("tests.probes.far_end", name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        up_within = time.monotonic() + 30
        while not self._is_apart():
            if time.monotonic() > up_within:
                raise TimeoutError(f"line {name} has no namespace of its own")
            time.sleep(0.01)
        ip(f"link add h{name} type veth peer name l0 netns {self.process.pid}")
        up(f"h{name}", *OURS[name])
        self.ask()

    def _is_apart(self) -> bool:
        there, here = f"/proc/{self.process.pid}/ns/net", "/proc/self/ns/net"
        return _link(there) != _link(here)

    def ask(self) -> str:
        """Send a line; return the one that comes back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        if not ready:
            raise TimeoutError("a line's far end is silent")
        return self.process.stdout.readline()

    def arrived(self) -> list[tuple[int, str]]:
        """Return what arrived since the last call."""
        return [(dscp, source) for dscp, source in json.loads(self.ask())]

    def end(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


def _link(path: str) -> str:
    with contextlib.suppress(OSError):
        return str(Path(path).readlink())
    return ""


@contextlib.contextmanager
def lines() -> Iterator[dict[str, Line]]:
    """Two lines, the routes into them, and the rules that steer into line b."""
    up("lo")
    with contextlib.ExitStack() as stack:
        ends = {}
        for name in ("a", "b"):
            ends[name] = Line(name)
            stack.callback(ends[name].end)
        for index, family in ((0, "-4"), (1, "-6")):
            ip(f"{family} route add default via {THEIRS['a'][index]} dev ha metric 100")
            ip(f"{family} route add default via {THEIRS['b'][index]} dev hb metric 200")
            ip(f"{family} route add default via {THEIRS['b'][index]} dev hb table 102")
            ip(f"{family} rule add from {OURS['b'][index]} lookup 102")
            ip(f"{family} rule add fwmark {MARK} lookup 102")
        yield ends


async def arrivals(ends: dict[str, Line]) -> dict[str, dict[str, object]]:
    """Probe every kind in every way; tell where it arrived."""
    told: dict[str, dict[str, object]] = {}
    for family, address in FAR.items():
        for way, steering in steerings(family).items():
            prober = open_prober(steering)
            for kind, target in targets(address).items():
                result = await prober.probe(target, patience=_PATIENCE)
                arrived = {
                    (name, dscp, source)
                    for name, end in ends.items()
                    for dscp, source in end.arrived()
                }
                told[f"{family} {kind} {way}"] = {"packets": sorted(arrived), "said": said(result)}
            await prober.close()
    return told


async def failures(
    addresses: dict[str, str], *, patience: float = _PATIENCE, but: Collection[str] = ()
) -> dict[str, str]:
    """Probe every kind where nobody is; tell what they came to. All at once, for it takes long."""
    prober = open_prober(Steering())
    told = {
        name: asyncio.create_task(prober.probe(target, patience=patience))
        for family, address in addresses.items()
        for kind, target in targets(address).items()
        if (name := f"{family} {kind}") not in but
    }
    await asyncio.wait(told.values())
    await prober.close()
    return {name: said(result.result()) for name, result in told.items()}


async def refusals() -> dict[str, str]:
    """Probe what a host on the way has no route to, again and again: it says so once a second."""
    told: dict[str, str] = {}
    for _ in range(_REFUSALS):
        silent = [name for name, words in told.items() if words == "timeout"]
        if told and not silent:
            break
        told |= await failures(UNREACHABLE, patience=0.5, but=told.keys() - set(silent))
    return told


def said(result: ProbeResult) -> str:
    """A result in words."""
    match result:
        case Reply():
            return "reply"
        case ProbeError(reason=reason):
            return reason.value
        case _:
            return f"timeout {result.detail}".strip()


async def main() -> None:
    """Play it all."""
    with lines() as ends:
        told = {
            "arrivals": await arrivals(ends),
            "unreachable": await refusals(),
            "nobody": await failures(NOBODY, patience=2 * _PATIENCE),
        }
        for family in ("-4", "-6"):
            ip(f"{family} route flush table main proto boot")
        told["no route"] = await failures(UNREACHABLE)
    print(json.dumps(told))  # noqa: T201 - the result


if __name__ == "__main__":
    asyncio.run(main())
