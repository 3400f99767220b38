"""What was seen of steering, as one JSON document and as the tables of ``docs/steering.md``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.lab.steering_cases import Kind
from tests.lab.steering_daemon import Captive
from tests.lab.steering_hijack import Deceived
from tests.lab.steering_matrix import Cell
from tests.lab.steering_paths import Proof, Swapped, Trapped
from tests.lab.steering_pinned import Pinned
from tests.lab.steering_states import State
from tests.lab.steering_trap import Outage, Unplugged
from tests.lab.steering_ways import Way

_TITLES = {"v6": "RouterOS 6", "v7": "RouterOS 7"}


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one run saw."""

    cells: Sequence[Cell] = ()
    outages: Sequence[Outage] = ()
    unplugged: Sequence[Unplugged] = ()
    pinned: Sequence[Pinned] = ()
    deceived: Sequence[Deceived] = ()
    captive: Captive | None = None
    proofs: Sequence[Proof] = ()
    swapped: Swapped | None = None
    trapped: Trapped | None = None
    seconds: float = 0.0

    def problems(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        return [
            f"{cell.router}, {cell.state}: {cell.way}, {cell.kind}, IPv{cell.family}, {cell.wan} "
            f"{cell.outcome} {cell.detail} on {', '.join(cell.seen) or 'no line'}; "
            f"expected: {cell.expected}"
            for cell in self.cells
            if not cell.way.is_mistake and not cell.is_as_expected
        ]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "seconds": round(self.seconds, 1),
            "problems": self.problems(),
            "matrix": [each.document() for each in self.cells],
            "trap": [each.document() for each in self.outages],
            "unplugged": [each.document() for each in self.unplugged],
            "pinned": [each.document() for each in self.pinned],
            "deceits": [each.document() for each in self.deceived],
            "portal": self.captive and self.captive.document(),
            "proofs": [each.document() for each in self.proofs],
            "trapped": self.trapped and self.trapped.document(),
            "swapped": self.swapped and self.swapped.document(),
        }

    def markdown(self) -> str:
        """As tables, in the order of the page."""
        parts: list[str] = []
        for router in dict.fromkeys(cell.router for cell in self.cells):
            cells = [cell for cell in self.cells if cell.router == router]
            parts += [f"**{_TITLES[router]}**, by state:", _by_state(cells)]
            parts += [f"**{_TITLES[router]}**, by kind of probe, all states:", _by_kind(cells)]
        if self.outages:
            parts += ["**The trap and the cure**:", self._trap()]
        if self.unplugged:
            parts += ["**An unplugged line**:", self._unplugged()]
        if self.pinned:
            parts += ["**Constant and fresh ICMP ids**:", self._pinned()]
        if self.deceived:
            parts += ["**Who answers in somebody else's name**:", self._deceived()]
        if self.proofs:
            parts += ["**Proof of the paths**:", self._proofs()]
        return "\n\n".join(parts) + "\n"

    def _trap(self) -> str:
        head = "probes through | verdicts | false recoveries | answered of those sent while dead"
        return _table(
            head.split(" | "),
            (
                (
                    _way(each.way),
                    each.transitions,
                    each.false_recoveries,
                    f"{each.answered} of {each.probes}",
                )
                for each in self.outages
            ),
        )

    def _unplugged(self) -> str:
        return _table(
            ("probes through", "by another line", "answered"),
            (
                (
                    _way(each.way),
                    f"{each.by_another_line} of {each.probes}",
                    f"{each.answered} of {each.probes}",
                )
                for each in self.unplugged
            ),
        )

    def _pinned(self) -> str:
        return _table(
            ("translation", "ids", "answered by the other line", "answered once the line is back"),
            (
                (each.translation, each.ids, each.leaked, f"{each.answered} of {each.probes}")
                for each in self.pinned
            ),
        )

    def _deceived(self) -> str:
        return _table(
            ("the provider shows", "target", "by its line", "by an honest line"),
            (
                (
                    each.deceit,
                    each.target,
                    each.outcome + (f": {each.detail}" if each.detail else ""),
                    each.elsewhere,
                )
                for each in self.deceived
            ),
        )

    def _proofs(self) -> str:
        return _table(
            ("way", "the daemon says of the path"),
            (
                (each.way, each.paths[0] + (f" ({each.cause})" if each.cause else ""))
                for each in self.proofs
            ),
        )


def _by_state(cells: Sequence[Cell]) -> str:
    return _table(
        ("state of the line", "a probe of it is", *map(_way, Way)),
        (
            (
                state,
                _expected(state),
                *_leaks(cells, lambda cell, state=state: cell.state is state),  # type: ignore[misc]
            )
            for state in dict.fromkeys(cell.state for cell in cells)
        ),
    )


def _expected(state: State) -> str:
    usual, dscp = state.expected(Way.ALIAS), state.expected(Way.DSCP)
    return usual if dscp == usual else f"{usual} ({Way.DSCP}: {dscp})"


def _by_kind(cells: Sequence[Cell]) -> str:
    families = sorted({cell.family for cell in cells})
    return _table(
        ("kind", *map(_way, Way)),
        (
            (
                f"{kind}, IPv{family}",
                *_leaks(
                    cells,
                    lambda cell, kind=kind, family=family: (  # type: ignore[misc]
                        (cell.kind, cell.family) == (kind.value, family)
                    ),
                ),
            )
            for family in families
            for kind in Kind
        ),
    )


def _leaks(cells: Iterable[Cell], counts: Callable[[Cell], bool]) -> Iterator[str]:
    chosen = [cell for cell in cells if counts(cell)]
    for way in Way:
        mine = [cell for cell in chosen if cell.way is way]
        yield f"{sum(cell.leaked for cell in mine)} of {len(mine)}"


def _way(way: Way) -> str:
    return f"*{way}*" if way.is_mistake else str(way)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def every_state(router: str) -> list[State]:
    """The states that a router is put into; check-gateway's takes 20 s, and so is seen once."""
    return [state for state in State if router == "v7" or state is not State.GIVEN_UP]
