"""Query words of ``print``: which rows a client asked for.

A query is a small stack machine: every ``?name...`` word pushes a truth value, ``?#`` words combine
them, and a row matches when all values left on the stack are true. Equality is exact; there are
no patterns. Source: RouterOS manual, API, "Queries".
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence

from wanwatch.sim.traps import Trap
from wanwatch.sim.values import parse_time

Row = Mapping[str, str]
Test = Callable[[Row], bool]
_Step = Callable[[list[bool], Row], None]

_BOOLEANS = {"yes": "true", "no": "false"}


def compile_query(words: Sequence[str]) -> Test:
    """A function that tells whether a row matches; raises Trap on a malformed query word."""
    steps = [step for word in words for step in _steps(word)]

    def matches(row: Row) -> bool:
        stack: list[bool] = []
        for step in steps:
            step(stack, row)
        return all(stack)

    return matches


def _steps(word: str) -> list[_Step]:
    text = word[1:]
    if text.startswith("#"):
        return _operations(text[1:])
    if text.startswith("-"):
        return [_lacks(text[1:])]
    if text.startswith("="):
        text = text[1:]
    elif text.startswith(("<", ">")):
        name, equals, value = text[1:].partition("=")
        if not equals:
            raise _malformed(word)
        return [_compares(name, text[0], value)]
    name, equals, value = text.partition("=")
    if not name:
        raise _malformed(word)
    return [_equals(name, value)] if equals else [_has(name)]


def _malformed(word: str) -> Trap:
    return Trap(f"bad query word {word}", 5)


def _has(name: str) -> _Step:
    return lambda stack, row: stack.append(name in row)


def _lacks(name: str) -> _Step:
    return lambda stack, row: stack.append(name not in row)


def _equals(name: str, value: str) -> _Step:
    wanted = {value, _BOOLEANS.get(value, value)}
    return lambda stack, row: stack.append(row.get(name) in wanted)


def _compares(name: str, sign: str, value: str) -> _Step:
    limit = _key(value)

    def push(stack: list[bool], row: Row) -> None:
        found = row.get(name)
        if found is None:
            stack.append(False)
            return
        key = _key(found)
        sides = (found, value) if key[0] != limit[0] else (key, limit)
        stack.append(sides[0] < sides[1] if sign == "<" else sides[0] > sides[1])  # type: ignore[operator]  # both sides are of one kind

    return push


def _key(text: str) -> tuple[str, float | str]:
    if text.lstrip("-").isdecimal():
        return "number", int(text)
    try:
        return "address", int(ipaddress.IPv4Address(text))
    except ValueError:
        seconds = parse_time(text)
    return ("text", text) if seconds is None else ("number", seconds)


def _operations(text: str) -> list[_Step]:
    """The steps of a ``?#`` word.

    A row of digits is an index from the top: at the end of the word it keeps only that value,
    before anything else it pushes a copy. A dot after an index does nothing, elsewhere it doubles
    the top.
    """
    steps: list[_Step] = []
    digits = ""
    for char in text:
        if char.isdecimal():
            digits += char
            continue
        after_index = bool(digits)
        if digits:
            steps.append(_copies(int(digits)))
            digits = ""
        if char in _OPERATORS:
            steps.append(_OPERATORS[char])
        elif char != ".":
            raise _malformed(f"?#{text}")
        elif not after_index:
            steps.append(_copies(0))
    if digits:
        steps.append(_keeps(int(digits)))
    return steps


def _pop(stack: list[bool]) -> bool:
    if not stack:
        raise Trap("query stack is empty", 5)
    return stack.pop()


def _not(stack: list[bool], _row: Row) -> None:
    stack.append(not _pop(stack))


def _and(stack: list[bool], _row: Row) -> None:
    right, left = _pop(stack), _pop(stack)
    stack.append(left and right)


def _or(stack: list[bool], _row: Row) -> None:
    right, left = _pop(stack), _pop(stack)
    stack.append(left or right)


def _copies(index: int) -> _Step:
    def push(stack: list[bool], _row: Row) -> None:
        if index >= len(stack):
            raise Trap("query stack is empty", 5)
        stack.append(stack[-1 - index])

    return push


def _keeps(index: int) -> _Step:
    def replace(stack: list[bool], _row: Row) -> None:
        if index >= len(stack):
            raise Trap("query stack is empty", 5)
        value = stack[-1 - index]
        stack[:] = [value]

    return replace


_OPERATORS: Mapping[str, _Step] = {"!": _not, "&": _and, "|": _or}
