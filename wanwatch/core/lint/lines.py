"""The lines: their routes, NAT, interface lists, IPv6, and who else changes them."""

from wanwatch.core.lint.picture import Check

CHECKS: tuple[Check, ...] = ()
