"""Marks and tables: whether every mark that is set leads where it should."""

from wanwatch.core.lint.picture import Check

CHECKS: tuple[Check, ...] = ()
