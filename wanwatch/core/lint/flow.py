"""How packets pass the mangle rules: what catches too much, too little, or never."""

from wanwatch.core.lint.picture import Check

CHECKS: tuple[Check, ...] = ()
