"""How packets pass the mangle rules: what catches too much, too little, or never."""

from collections.abc import Callable, Iterable, Iterator

from wanwatch.core.lint.chains import (
    chain_never_entered,
    interface_not_known,
    interface_of_others,
    jump_to_nothing,
    mark_routing_misplaced,
)
from wanwatch.core.lint.context import Flow, flow_of
from wanwatch.core.lint.fasttrack import classified_by_packet, fasttrack, packets_spread
from wanwatch.core.lint.from_wan import mark_routing_from_wan, negated_interface, pcc_from_wan
from wanwatch.core.lint.guards import (
    networks_shared_out,
    own_addresses_shared_out,
    reclassified,
    router_alone,
)
from wanwatch.core.lint.inbound import (
    let_by_before_marked,
    not_marked,
    not_routed_back,
    output_asks_hotspot,
    output_by_out_interface,
)
from wanwatch.core.lint.order import mark_ends_chain, marked_too_late
from wanwatch.core.lint.overwriting import overwritten
from wanwatch.core.lint.picture import Check, Picture
from wanwatch.core.lint.shadowing import shadowed
from wanwatch.core.model import Finding

FLOW_CHECKS: tuple[Callable[[Flow], Iterable[Finding]], ...] = (
    mark_routing_from_wan,
    own_addresses_shared_out,
    router_alone,
    mark_ends_chain,
    marked_too_late,
    shadowed,
    fasttrack,
    packets_spread,
    chain_never_entered,
    mark_routing_misplaced,
    interface_not_known,
    interface_of_others,
    reclassified,
    pcc_from_wan,
    overwritten,
    networks_shared_out,
    let_by_before_marked,
    not_routed_back,
    output_by_out_interface,
    output_asks_hotspot,
    jump_to_nothing,
    not_marked,
    negated_interface,
    classified_by_packet,
)


def check_flow(picture: Picture) -> Iterator[Finding]:
    """All checks of the flow, on one reading of the rules."""
    flow = flow_of(picture)
    for check in FLOW_CHECKS:
        yield from check(flow)


CHECKS: tuple[Check, ...] = (check_flow,)
