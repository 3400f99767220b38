"""The PCC classifiers themselves: whether they share the hash space out, each value once."""

from wanwatch.core.lint.picture import Check

CHECKS: tuple[Check, ...] = ()
