"""The lines: their routes, NAT, interface lists, IPv6, and who else changes them."""

from wanwatch.core.lint import (
    actors,
    dhcp,
    interface_uses,
    ipv6,
    lists,
    nat,
    networks,
    route_gateways,
    routes,
    settings,
    values,
    wires,
)
from wanwatch.core.lint.picture import Check

CHECKS: tuple[Check, ...] = (
    values.blanks,
    values.dangling,
    values.malformed,
    interface_uses.unusable,
    networks.doubled,
    routes.main_table,
    routes.marked_tables,
    routes.crowded,
    route_gateways.reached,
    route_gateways.checked,
    dhcp.beside_static,
    dhcp.written_gateways,
    nat.missing,
    nat.crossed,
    nat.superfluous,
    lists.members,
    lists.mixed,
    lists.inverted,
    wires.shared,
    settings.strict_source_check,
    settings.detection,
    ipv6.unbalanced,
    actors.others,
    settings.unread,
)
