"""What a prober says while its address, its device and its neighbour come and go.

``unshare --net python -m tests.probes.vanishing`` plays it in a network namespace and prints a JSON
object: scene -> what each probe came to. Needs root and ip(8).
"""

import asyncio
import json
import sys

from tests.probes.own_network import ip
from wanwatch.core.target import Target
from wanwatch.probes.kernel_icmp import KernelIcmpProber
from wanwatch.probes.results import ProbeError, Reply
from wanwatch.probes.steering import Steering

ALIAS, ALIAS_6 = "198.51.100.77", "2001:db8::77"
HERE, HERE_6 = Target.parse("127.0.0.1"), Target.parse("::1")
BEYOND = Target.parse("203.0.113.9")
_ARP_GIVES_UP = 5.0


async def say(prober: KernelIcmpProber, target: Target = HERE, patience: float = 1.0) -> str:
    """One probe, in a word."""
    result = await prober.probe(target, patience=patience)
    match result:
        case Reply():
            return "reply"
        case ProbeError(reason=reason):
            return reason.value
        case _:
            return f"timeout {result.detail}".strip()


async def address() -> list[str]:
    """The source address goes and comes back."""
    ip(f"address add {ALIAS}/32 dev lo")
    prober = KernelIcmpProber(Steering(source=ALIAS))
    told = [await say(prober)]
    ip(f"address del {ALIAS}/32 dev lo")
    told += [await say(prober), await say(prober)]
    ip(f"address add {ALIAS}/32 dev lo")
    told += [await say(prober), await say(prober)]
    await prober.close()
    return told


async def soon(prober: KernelIcmpProber) -> str:
    """The first reply of a few probes: Linux makes a new address of IPv6 answer a little later."""
    told = [await say(prober, HERE_6, 0.3) for _ in range(4)]
    return "reply" if "reply" in told else told[0]


async def ipv6_address() -> list[str]:
    """The same with IPv6, which goes on sending from an address that is gone."""
    ip(f"address add {ALIAS_6}/128 dev lo nodad")
    prober = KernelIcmpProber(Steering(source=ALIAS_6))
    told = [await soon(prober)]
    ip(f"address del {ALIAS_6}/128 dev lo")
    told.append(await say(prober, HERE_6, 0.2))
    ip(f"address add {ALIAS_6}/128 dev lo nodad")
    told.append(await soon(prober))
    await prober.close()
    return told


async def device() -> list[str]:
    """The device goes, and another of its name comes."""
    prober = KernelIcmpProber(Steering(device="far0"))
    target = Target.parse("192.0.2.1")
    told = [await say(prober, target)]
    for _ in range(2):
        ip("link add far0 type veth peer name far1")
        ip("address add 192.0.2.2/24 dev far0")
        ip("link set far0 up")
        told.append(await say(prober, target, 0.1))
        ip("link set far0 down")
        told.append(await say(prober, target, 0.1))
        ip("link del far0")
        told.append(await say(prober, target, 0.1))
    await prober.close()
    return told


async def neighbour() -> list[str]:
    """Nobody answers for the next hop; a probe to somebody else is not harmed by that."""
    ip("link add near0 type veth peer name near1")
    ip("address add 203.0.113.2/24 dev near0")
    ip("link set near0 up")
    ip("link set near1 up")
    prober = KernelIcmpProber(Steering())
    unheard = asyncio.create_task(say(prober, BEYOND, _ARP_GIVES_UP))
    told = []
    while not unheard.done():
        told.append(await say(prober))
        await asyncio.sleep(0.05)
    await prober.close()
    return [await unheard, *sorted(set(told))]


SCENES = (address, ipv6_address, device, neighbour)


async def main() -> None:
    """Play all scenes."""
    ip("link set lo up")
    told = {scene.__name__: await scene() for scene in SCENES}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main())
