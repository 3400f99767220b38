"""Which findings wanwatch raises, how grave each is, and whether it brings commands.

Read from the sources, where each ``Finding(...)`` names its code and its severity, so that the page
about findings cannot say anything else than the code does. A code that a function is given, or that
it chooses before, is followed to where it is written.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

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
    """Every code that is raised somewhere, by code; raises ValueError on one that hides."""
    return raised_in(path for part in _PARTS for path in sorted((_PACKAGE / part).rglob("*.py")))


def raised_in(paths: Iterable[Path]) -> dict[str, Raised]:
    """As ``raised``, of these sources."""
    sources = _Sources(paths)
    severities: dict[str, set[Severity]] = {}
    with_fix: set[str] = set()
    for code, found, has_fix in sources.findings():
        severities.setdefault(code, set()).update(found)
        if has_fix:
            with_fix.add(code)
    return {
        code: Raised(code, tuple(s for s in Severity if s in found), code in with_fix)
        for code, found in sorted(severities.items())
    }


@dataclass(frozen=True, slots=True)
class _Call:
    """A call, the function that it stands in, and the file of both."""

    node: ast.Call
    around: _Function
    path: Path

    def argument(self, place: int, name: str) -> ast.expr | None:
        """An argument, wherever it stands."""
        if len(self.node.args) > place:
            return self.node.args[place]
        return next((word.value for word in self.node.keywords if word.arg == name), None)


_Settled = tuple[tuple[object, object], ...]
"""What is chosen already: (function, its call) and (loop, its row)."""
_Values = Iterator[tuple[ast.expr, _Settled]]
"""What an expression may be, with the choices that make it so."""


class _Sources:
    """Files that are read together, since a function of one may raise for another."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_name: dict[str, list[_Call]] = {}
        for path in paths:
            for call in _calls(ast.parse(path.read_text(encoding="utf-8")), None, path):
                if isinstance(call.node.func, ast.Name):
                    self._by_name.setdefault(call.node.func.id, []).append(call)

    def findings(self) -> Iterator[tuple[str, set[Severity], bool]]:
        """(code, severities, has a fix) of every ``Finding(...)``."""
        for call in self._by_name["Finding"]:
            codes = [
                (value.value, settled)
                for value, settled in self._values(call.argument(*_CODE), call, ())
                if isinstance(value, ast.Constant)
            ]
            if not codes:
                raise ValueError(f"{call.path}:{call.node.lineno}: a code that is not written")
            for code, settled in codes:
                values = self._values(call.argument(*_SEVERITY), call, settled)
                found = {Severity[value.attr] for value, _ in values if _is_severity(value)}
                fixes = self._values(call.argument(*_FIX), call, settled)
                yield str(code), found, any(True for _ in fixes)

    def _values(self, node: ast.expr | None, call: _Call, settled: _Settled) -> _Values:
        """What an expression that stands in a call may be."""
        if isinstance(node, ast.IfExp):
            yield from self._values(node.body, call, settled)
            yield from self._values(node.orelse, call, settled)
        elif isinstance(node, ast.Name) and call.around is not None:
            yield from self._given(node.id, call, call.around, settled)
            yield from self._looped(node.id, call, call.around, settled)
            yield from self._assigned(node.id, call, call.around, settled)
        elif node is not None:
            yield node, settled

    def _given(self, name: str, call: _Call, around: ast.FunctionDef, settled: _Settled) -> _Values:
        """What the callers of the function give for a parameter."""
        names = [parameter.arg for parameter in (*around.args.args, *around.args.kwonlyargs)]
        if name not in names:
            return
        chosen = dict(settled).get(around)
        for outer in self._by_name.get(around.name, ()):
            is_meant = outer.path == call.path or not around.name.startswith("_")
            if is_meant and chosen in (None, outer):
                argument = outer.argument(names.index(name), name)
                yield from self._values(argument, outer, (*settled, (around, outer)))

    def _looped(
        self, name: str, call: _Call, around: ast.FunctionDef, settled: _Settled
    ) -> _Values:
        """What a loop over written rows gives to its variable."""
        for loop in ast.walk(around):
            if not (isinstance(loop, ast.For) and isinstance(loop.iter, ast.Tuple)):
                continue
            targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
            places = [place for place, target in enumerate(targets) if _is_name(target, name)]
            chosen = dict(settled).get(loop)
            for row in loop.iter.elts if places else ():
                if chosen in (None, row):
                    cells = row.elts if isinstance(row, ast.Tuple) else [row]
                    yield from self._values(cells[places[0]], call, (*settled, (loop, row)))

    def _assigned(
        self, name: str, call: _Call, around: ast.FunctionDef, settled: _Settled
    ) -> _Values:
        """What the function assigns to a variable."""
        for inner in ast.walk(around):
            if isinstance(inner, ast.Assign) and _is_name(inner.targets[0], name):
                is_chosen = isinstance(inner.value, ast.IfExp | ast.Attribute | ast.Constant)
                if is_chosen:
                    yield from self._values(inner.value, call, settled)
                else:
                    yield inner.value, settled


def _calls(node: ast.AST, around: _Function, path: Path) -> Iterator[_Call]:
    """Every call with the function that it stands in."""
    if isinstance(node, ast.FunctionDef):
        around = node
    if isinstance(node, ast.Call):
        yield _Call(node, around, path)
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, around, path)


def _is_severity(node: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and _is_name(node.value, "Severity")


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
