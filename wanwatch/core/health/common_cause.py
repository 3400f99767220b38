"""Whose fault it is when a target fails through several WANs: its own.

A target that fails through every WAN it is probed through, while other targets show at least one
of those WANs alive, is at fault itself and is discounted. Once discounted it stays so until it is
fine and answering through some WAN, or until no other target shows any of its WANs alive; single losses of the
others do not count it in and out.

WANs reach the last loss of a row at different moments. A target that fails through one WAN and is
within one loss of it through all the others is taken as failing everywhere, so that no WAN goes
DOWN in that moment. With ``fall`` = 1 there is no such moment to use.

What is not decided here: that everything fails through every WAN. Nothing is alive to say whose
fault it is then; ``everything_fails`` says so, and policy keeps the last usable WAN.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetHealth

Views = Mapping[str, Mapping[str, TargetHealth]]
"""WAN -> target -> what was heard of it; WANs that are blind are left out."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A target is at fault itself."""

    target: str
    since: float
    failing_through: tuple[str, ...]
    """The WANs it fails through."""
    alive: tuple[str, ...]
    """Those of them that other targets show alive."""


def discounts(now: float, views: Views, before: Mapping[str, Discount]) -> dict[str, Discount]:
    """Return the targets at fault, by name; ``before`` is what was returned last."""
    suspects = {
        name
        for targets in views.values()
        for name, target in targets.items()
        if target.state is TargetState.FAILING
    }
    found = {}
    for name in sorted(suspects | set(before)):
        known = before.get(name)
        if known is not None:
            if _stays(name, views):
                found[name] = known
        elif (discount := _found(now, name, views)) is not None:
            found[name] = discount
    return found


def everything_fails(views: Views) -> bool:
    """Say whether every target fails through every WAN that is not blind."""
    states = [target.state for targets in views.values() for target in targets.values()]
    return bool(states) and all(state is TargetState.FAILING for state in states)


def _found(now: float, name: str, views: Views) -> Discount | None:
    """Return the discount of a target that was not discounted, None when it is not at fault."""
    through = {
        wan: targets[name]
        for wan, targets in views.items()
        if name in targets and targets[name].is_judged
    }
    if len(through) < 2 or not all(
        target.state is TargetState.FAILING or target.is_about_to_fail
        for target in through.values()
    ):
        return None
    alive = tuple(
        wan for wan in through if any(other.is_answering for other in _others(name, views[wan]))
    )
    return Discount(name, now, tuple(through), alive) if alive else None


def _stays(name: str, views: Views) -> bool:
    """Say whether a discounted target still is at fault."""
    through = [targets for targets in views.values() if name in targets]
    if any(targets[name].is_answering for targets in through):
        return False
    return not through or any(
        other.state is TargetState.FINE for targets in through for other in _others(name, targets)
    )


def _others(name: str, targets: Mapping[str, TargetHealth]) -> Iterable[TargetHealth]:
    return (target for other, target in targets.items() if other != name)
