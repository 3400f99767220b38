"""The probers of one WAN, put together: one of each kind, all steered alike."""

from wanwatch.core.target import TargetKind
from wanwatch.probes.dns import DnsProber
from wanwatch.probes.http import HttpProber
from wanwatch.probes.icmp import best_engine, engines
from wanwatch.probes.prober import KindProber
from wanwatch.probes.steering import Steering
from wanwatch.probes.tcp import TcpConnectProber
from wanwatch.probes.udp import UdpEchoProber


def open_prober(
    steering: Steering, *, icmp_engine: str = "auto", refused_is_reply: bool = True
) -> KindProber:
    """Return a prober for targets of every kind; raise ValueError for an unknown engine.

    ``icmp_engine`` "auto" takes the best that this host allows. ``refused_is_reply`` says whether a
    TCP reset counts as an answer (see ``tcp``).
    """
    if icmp_engine == "auto":
        icmp_engine = best_engine()
    if icmp_engine not in engines:
        known = ", ".join(["auto", *engines])
        raise ValueError(f"{icmp_engine!r} is no ICMP engine: it is one of {known}")
    return KindProber(
        {
            TargetKind.ICMP: engines[icmp_engine](steering),
            TargetKind.TCP: TcpConnectProber(steering, refused_is_reply=refused_is_reply),
            TargetKind.UDP: UdpEchoProber(steering),
            TargetKind.DNS: DnsProber(steering),
            TargetKind.HTTP: HttpProber(steering),
        }
    )
