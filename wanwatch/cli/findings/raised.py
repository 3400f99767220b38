"""Which findings wanwatch raises, how grave each is, and whether it brings commands.

Read from the sources, where each ``Finding(...)`` names its code and its severity, so that the page
about findings cannot say anything else than the code does.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wanwatch.core.model import Severity

_PACKAGE = Path(__file__).parents[2]
_PARTS = ("core", "routeros")
_SEVERITY, _FIX = 1, 4
"""The places of these arguments where they are given without their names."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A code: the severities it is raised with, gravest first, and whether it may hold a fix."""

    code: str
    severities: tuple[Severity, ...]
    has_fix: bool


def raised() -> dict[str, Raised]:
    """Every code that is raised somewhere, by code."""
    severities: dict[str, set[Severity]] = {}
    with_fix: set[str] = set()
    for part in _PARTS:
        for path in sorted((_PACKAGE / part).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for call, around in _findings(tree, tree):
                code = call.args[0]
                if isinstance(code, ast.Constant):
                    found = severities.setdefault(str(code.value), set())
                    found |= _severities(call, around)
                    if _argument(call, _FIX, "fix") is not None:
                        with_fix.add(str(code.value))
    return {
        code: Raised(code, tuple(s for s in Severity if s in found), code in with_fix)
        for code, found in sorted(severities.items())
    }


def _findings(node: ast.AST, around: ast.AST) -> Iterator[tuple[ast.Call, ast.AST]]:
    """Each ``Finding(...)`` with the function that it stands in."""
    if isinstance(node, ast.FunctionDef):
        around = node
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Finding"
        and node.args
    ):
        yield node, around
    for child in ast.iter_child_nodes(node):
        yield from _findings(child, around)


def _severities(call: ast.Call, around: ast.AST) -> set[Severity]:
    """The severities the call names; those its function names where it takes one from there."""
    argument = _argument(call, _SEVERITY, "severity")
    return (_named(argument) if argument is not None else set()) or _named(around)


def _named(node: ast.AST) -> set[Severity]:
    return {
        Severity[inner.attr]
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.value, ast.Name)
        and inner.value.id == "Severity"
        and inner.attr in Severity.__members__
    }


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((word.value for word in call.keywords if word.arg == name), None)
