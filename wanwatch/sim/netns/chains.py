"""The rows of one firewall menu as chains of nftables.

A chain that is jumped to is rendered once for each base chain it is reached from, since what an
action may do depends on where the packet is. A row that is invalid, or asks for what cannot be
rendered, matches nothing and is left out; the latter are told of.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wanwatch.sim.matchers import InvalidRuleError, UnsupportedError
from wanwatch.sim.netns.actions import Deed, Row
from wanwatch.sim.netns.conditions import Condition, Term, all_of, each_protocol
from wanwatch.sim.netns.identifiers import identifier
from wanwatch.sim.netns.matchers import Surroundings, condition_of
from wanwatch.sim.rules import NOT_MATCHERS
from wanwatch.sim.store import Item

_HOOKS = frozenset({"prerouting", "input", "forward", "output", "postrouting"})
"""Chains of RouterOS; one that a menu has no hook for is told of, be it RouterOS's or not."""
_DEEPEST = 15
"""Jumps within jumps; the kernel refuses a ruleset with 16 (``NFT_JUMP_STACK_SIZE``)."""

MakeDeed = Callable[[str, Row, str, Surroundings], Deed]


@dataclass(frozen=True, slots=True)
class Hook:
    """Where nftables calls a base chain."""

    chain: str
    """RouterOS's name of the chain."""
    kind: str
    hook: str
    priority: int


@dataclass(frozen=True, slots=True)
class Part:
    """One menu of rules: its path, its base chains, and what its actions do."""

    path: str
    hooks: tuple[Hook, ...]
    deed: MakeDeed

    @property
    def name(self) -> str:
        """The last word of the path: mangle, nat, filter, raw."""
        return self.path.rpartition("/")[2]


@dataclass(slots=True)
class PartText:
    """Renders one menu."""

    part: Part
    around: Surroundings
    invalid: frozenset[str] = frozenset()
    """Ids of rows that the world already knows to be invalid."""
    unsupported: dict[tuple[str, str], None] = field(default_factory=dict)
    """(id, property or action), each once, in the order of the rows that are reached."""
    counters: dict[str, None] = field(default_factory=dict)
    _rows: dict[str, list[Item]] = field(default_factory=dict)
    _conditions: dict[str, Condition | None] = field(default_factory=dict)

    def read(self, items: Iterable[Item]) -> None:
        """Take the rows that are enabled and lead nowhere in circles."""
        for item in items:
            row = item.properties
            if item.disabled or item.id in self.invalid or row.get("invalid") == "true":
                continue
            self._rows.setdefault(row.get("chain", ""), []).append(item)
        for name, rows in self._rows.items():
            for item in list(rows):
                if _is_jump(item) and self._reaches(_target(item), name, set()):
                    rows.remove(item)
        known = {hook.chain for hook in self.part.hooks}
        known |= {_target(item) for rows in self._rows.values() for item in rows if _is_jump(item)}
        for name in sorted(_HOOKS - known):
            for item in self._rows.get(name, ()):
                self.unsupported[item.id, f"chain={name}"] = None

    def lines(self, table: str) -> Iterator[str]:
        """The commands that fill the chains of this menu, base chains first."""
        bodies: dict[str, list[str]] = {}
        for hook in self.part.hooks:
            self._fill(hook.chain, hook.chain, bodies)
        for name in self.counters:
            yield f"add counter {table} {name}"
        for hook in self.part.hooks:
            yield (
                f"add chain {table} {self._chain(hook.chain, hook.chain)} "
                f"{{ type {hook.kind} hook {hook.hook} priority {hook.priority}; policy accept; }}"
            )
        bases = {self._chain(hook.chain, hook.chain) for hook in self.part.hooks}
        for chain in bodies:
            if chain not in bases:
                yield f"add chain {table} {chain}"
        for chain, body in bodies.items():
            for rule in body:
                yield f"add rule {table} {chain} {rule}"

    def _fill(self, base: str, name: str, bodies: dict[str, list[str]]) -> None:
        """Render a chain and those it jumps to, for a base chain."""
        todo = [name]
        depths = self._depths(base)
        while todo:
            name = todo.pop(0)
            chain = self._chain(base, name)
            if chain in bodies:
                continue
            bodies[chain] = []
            for item in self._rows.get(name, ()):
                target = _target(item) if _is_jump(item) else ""
                if target and depths.get(target, 0) > _DEEPEST:
                    self.unsupported[item.id, "jump-target"] = None
                    continue
                rules = self._rules(item, base)
                bodies[chain].extend(rules)
                if rules and target:
                    todo.append(target)

    def _rules(self, item: Item, base: str) -> list[str]:
        row = item.properties
        action = row.get("action", "accept")
        try:
            if action == "jump":
                deed = Deed(verdict=f"jump {self._chain(base, _target(item))}")
            else:
                deed = self.part.deed(action, row, base, self.around)
            condition = self._condition(item)
        except InvalidRuleError:
            return []
        except UnsupportedError as error:
            self.unsupported[item.id, str(error)] = None
            return []
        counter = f"{self.part.name}_{identifier(item.id.removeprefix('*'))}"
        terms = all_of((condition, (Term((), deed.protocols),)))
        if deed.is_per_protocol:
            terms = each_protocol(terms)
        if terms:
            self.counters[counter] = None
        ends = (f'counter name "{counter}"', deed.statement, deed.verdict)
        return [" ".join(filter(None, (term.text, *ends))) for term in terms]

    def _condition(self, item: Item) -> Condition:
        found = self._conditions.get(item.id)
        if found is None:
            found = self._conditions[item.id] = all_of(
                condition_of(name, text, self.around)
                for name, text in item.properties.items()
                if text and name not in NOT_MATCHERS and not name.startswith(".")
            )
        return found

    def _chain(self, base: str, name: str) -> str:
        own = "" if name == base else f"_{identifier(name)}"
        return f"{self.part.name}_{base}{own}"

    def _reaches(self, start: str, wanted: str, seen: set[str]) -> bool:
        if start == wanted:
            return True
        if start in seen:
            return False
        seen.add(start)
        return any(
            self._reaches(_target(item), wanted, seen)
            for item in self._rows.get(start, ())
            if _is_jump(item)
        )

    def _depths(self, base: str) -> Mapping[str, int]:
        """How many jumps deep each chain may be reached from a base chain, at most."""
        depths = {base: 0}
        todo = [base]
        while todo:
            name = todo.pop()
            for item in self._rows.get(name, ()):
                target = _target(item) if _is_jump(item) else ""
                if target and depths[name] + 1 > depths.get(target, 0) and depths[name] <= _DEEPEST:
                    depths[target] = depths[name] + 1
                    todo.append(target)
        return depths


def _is_jump(item: Item) -> bool:
    return item.properties.get("action") == "jump"


def _target(item: Item) -> str:
    return item.properties.get("jump-target", "")
