"""What can befall a line, as nftables rules in its provider's namespace.

Each fault replaces the one before it. A line that is cut at its first hop is silent, not unplugged:
ARP goes unanswered too, and the router's interface stays up.
"""

from enum import StrEnum

from tests.lab.namespaces import Namespace
from tests.lab.network import BACKBONE, LINE

_NONE = """
table inet fault
delete table inet fault
table netdev fault
delete table netdev fault
"""


class Cut(StrEnum):
    """The ways in which a line fails."""

    FIRST_HOP = "first-hop"
    """Nothing comes or goes, the first hop does not answer either."""
    BEYOND = "beyond"
    """The first hop answers, nothing behind it does."""
    ONE_WAY = "one-way"
    """What is sent arrives; what is answered does not."""
    LOSS = "loss"
    """A part of all packets is lost, in both directions."""


def fault_text(cut: Cut, loss: float = 0.4) -> str:
    """The rules of a fault; ``loss`` is the share of packets that is lost each way."""
    return _NONE + _RULES[cut].format(line=LINE, backbone=BACKBONE, loss=round(loss * 1000))


def inflict(isp: Namespace, cut: Cut, loss: float = 0.4) -> None:
    """Let a fault befall a provider's line."""
    isp.nft(fault_text(cut, loss))


def heal(isp: Namespace) -> None:
    """Take away whatever fault there is."""
    isp.nft(_NONE)


_RULES = {
    Cut.FIRST_HOP: """
table netdev fault {{
    chain from-router {{ type filter hook ingress device {line} priority 0; policy drop; }}
    chain to-router {{ type filter hook egress device {line} priority 0; policy drop; }}
}}
""",
    Cut.BEYOND: """
table inet fault {{
    chain forward {{ type filter hook forward priority 0; policy drop; }}
}}
""",
    Cut.ONE_WAY: """
table inet fault {{
    chain forward {{
        type filter hook forward priority 0
        oifname "{line}" drop
    }}
}}
""",
    Cut.LOSS: """
table inet fault {{
    chain forward {{
        type filter hook forward priority 0
        oifname {{ "{line}", "{backbone}" }} numgen random mod 1000 < {loss} drop
    }}
}}
""",
}
