"""Rows of any menu as the RouterOS console addresses them, for the commands of a fix.

Source: RouterOS manual, "Console" and "Scripting" (find, quoting). The rows of an export have ids
that are not the router's: they are addressed by what they are, and a command that finds nothing
changes nothing.
"""

from wanwatch.core.console import rsc_value
from wanwatch.core.survey import Row, Survey


def command(menu: str, rest: str) -> str:
    """``/ip/route`` and ``print`` as ``/ip route print``, which RouterOS 6 takes too."""
    return f"/{menu.strip('/').replace('/', ' ')} {rest}"


def row_address(survey: Survey, row: Row, *names: str) -> str:
    """The row's id on a live router; ``[find where ...]`` by the named properties for an export.

    A name that the row does not set is looked for as not set.
    """
    if survey.is_live:
        return row.get(".id", "")
    wanted = " and ".join(
        f"{name}={quoted(row[name])}" if row.get(name) else f"!{name}" for name in names
    )
    return f"[find where {wanted}]"


def quoted(value: str) -> str:
    """The value in quotes, which an expression needs and a property takes."""
    shown = rsc_value(value)
    return shown if shown.startswith('"') else f'"{shown}"'
