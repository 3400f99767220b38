"""The matrix: every probe in every state, where it left and what it came to.

A leak is a probe of one line that another line's provider saw, whatever it came to. That is judged
by what the providers wrote down, never by what the prober says.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.steering_cases import Case, cases
from tests.lab.steering_ground import Ground
from tests.lab.steering_states import WAN, Answer, State, befallen
from tests.lab.steering_ways import Way

PATIENCE = 1.5
"""Seconds; the laboratory's lines take a millisecond."""
_LATE = 0.3
"""Seconds after which nothing of a state is on its way any more."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One probe in one state."""

    router: str
    state: State
    way: Way
    kind: str
    family: int
    wan: str
    outcome: str
    """answered, lost or error."""
    detail: str
    seen: tuple[str, ...]
    """The WANs whose providers saw it."""

    @property
    def leaked(self) -> bool:
        """True when it left by another line."""
        return any(wan != self.wan for wan in self.seen)

    @property
    def expected(self) -> Answer:
        """What it comes to when it is steered well."""
        return self.state.expected(self.way) if self.wan == WAN else Answer.COMES

    @property
    def is_as_expected(self) -> bool:
        """True when it came to that, and was seen where it had to be."""
        own = self.seen == (self.wan,)
        match self.expected:
            case Answer.COMES:
                return self.outcome == "answered" and own
            case Answer.LOST:
                return self.outcome == "lost" and not self.leaked
            case Answer.LOST_WITHIN:
                return self.outcome == "lost" and not self.seen
        return self.outcome == "error" and not self.leaked

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"leaked": self.leaked, "expected": self.expected.value}


def observe(
    made: Ground, router: str, states: Iterable[State], tell: Callable[[str], None]
) -> Iterator[Cell]:
    """Put a laboratory into states, one after the other, and probe in each; raises LabError."""
    for state in states:
        began = time.monotonic()
        with befallen(made, state):
            yield from _probed(made, router, state)
        tell(f"{router}: {state} ({time.monotonic() - began:.1f} s)")


def _probed(made: Ground, router: str, state: State) -> Iterator[Cell]:
    asked = list(cases(made.topology))
    time.sleep(_LATE)
    made.forget()
    results = made.probe(asked, PATIENCE)
    seen = made.seen()
    for case in asked:
        where = tuple(wan for wan, addresses in seen.items() if case.address in addresses)
        yield _cell(router, state, case, results[case.id], where)


def _cell(
    router: str, state: State, case: Case, result: dict[str, str], where: tuple[str, ...]
) -> Cell:
    return Cell(
        router,
        state,
        case.way,
        case.kind.value,
        case.line.family,
        case.line.wan,
        result["outcome"],
        result["detail"],
        where,
    )
