"""Which findings wanwatch raises, how grave each is, and whether it brings commands.

Read from the sources, where each ``Finding(...)`` names its code and its severity, so that the page
about findings cannot say anything else than the code does. A code that a function is given, or that
it chooses before, is followed to where it is written.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wanwatch.core.model import Severity

_PACKAGE = Path(__file__).parents[2]
_PARTS = ("core", "routeros")
_CODE, _SEVERITY, _FIX = (0, "code"), (1, "severity"), (4, "fix")
"""The place and the name of these arguments of ``Finding``."""

_Function = ast.FunctionDef | None


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
            for code, found, has_fix in _Module(path).findings():
                severities.setdefault(code, set()).update(found)
                if has_fix:
                    with_fix.add(code)
    return {
        code: Raised(code, tuple(s for s in Severity if s in found), code in with_fix)
        for code, found in sorted(severities.items())
    }


class _Module:
    """One source file."""

    def __init__(self, path: Path) -> None:
        self._tree = ast.parse(path.read_text(encoding="utf-8"))
        self._calls = list(_calls(self._tree, None))

    def findings(self) -> Iterator[tuple[str, set[Severity], bool]]:
        """(code, severities, has a fix) of every ``Finding(...)``."""
        for call, around in self._calls_of("Finding"):
            has_fix = _argument(call, *_FIX) is not None
            for code, within in self._values(_argument(call, *_CODE), around, None):
                if isinstance(code, ast.Constant):
                    values = self._values(_argument(call, *_SEVERITY), around, within)
                    found = {s for value, _ in values for s in _named(value)}
                    yield str(code.value), found, has_fix

    def _values(
        self, node: ast.expr | None, around: _Function, within: ast.Call | None
    ) -> Iterator[tuple[ast.expr, ast.Call | None]]:
        """What an expression may be, each with the call that made it so.

        ``within`` is the call of ``around`` that is already settled.
        """
        if isinstance(node, ast.IfExp):
            yield from self._values(node.body, around, within)
            yield from self._values(node.orelse, around, within)
        elif isinstance(node, ast.Name) and around is not None:
            names = [parameter.arg for parameter in around.args.args]
            if node.id in names:
                place = names.index(node.id)
                calls = [c for c in self._calls_of(around.name) if within in (None, c[0])]
                for call, outer in calls:
                    for value, _ in self._values(_argument(call, place, node.id), outer, None):
                        yield value, call
            for assigned in ast.walk(around):
                if isinstance(assigned, ast.Assign) and _is_name(assigned.targets[0], node.id):
                    yield from self._values(assigned.value, None, within)
        elif node is not None:
            yield node, within

    def _calls_of(self, name: str) -> list[tuple[ast.Call, _Function]]:
        return [(call, around) for call, around in self._calls if _is_name(call.func, name)]


def _calls(node: ast.AST, around: _Function) -> Iterator[tuple[ast.Call, _Function]]:
    """Every call with the function that it stands in."""
    if isinstance(node, ast.FunctionDef):
        around = node
    if isinstance(node, ast.Call):
        yield node, around
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, around)


def _named(node: ast.expr) -> set[Severity]:
    if isinstance(node, ast.Attribute) and _is_name(node.value, "Severity"):
        return {Severity[node.attr]}
    return set()


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((word.value for word in call.keywords if word.arg == name), None)
