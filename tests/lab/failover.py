"""``failover``: outages of one or more routers, measured run by run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from statistics import median
from typing import Any

from tests.lab.exports import follows_rules
from tests.lab.phases import Phases, Story, decided_at, last_rule_at, measure
from tests.lab.scenario import Laboratory, Wish
from tests.lab.timeline import Mark, draw
from tests.lab.verdicts import broken_by_recovery, problems


@dataclass(frozen=True, slots=True)
class Run:
    """One outage: what it took and what went wrong."""

    story: Story
    phases: Phases
    problems: list[str]
    broken_by_recovery: int
    """Living flows that lost something when the line came back."""

    def as_json(self) -> dict[str, Any]:
        """The run without what everybody did."""
        rounded = {name: _rounded(value) for name, value in asdict(self.phases).items()}
        kinds: dict[str, int] = {}
        for attempt in self.story.attempts:
            kinds[attempt.kind] = kinds.get(attempt.kind, 0) + 1
        return {
            "phases": rounded,
            "problems": self.problems,
            "broken_by_recovery": self.broken_by_recovery,
            "attempts": kinds,
        }


def run_once(wish: Wish) -> Run:
    """Make one outage; raises LabError when it does not come to its end."""
    with Laboratory(wish) as laboratory:
        story = laboratory.outage()
    return Run(
        story,
        measure(story),
        problems(
            story,
            is_flushed=wish.cut != "loss",
            follows_rules=follows_rules(wish.export),
        ),
        broken_by_recovery(story),
    )


def picture(run: Run, name: str) -> str:
    """The timeline of a run, from a little before the cut until everybody is back."""
    story, times = run.story, run.story.times
    decided = decided_at(story)
    last_rule = last_rule_at(story, decided)
    marks = [Mark(times.cut, "line cut")]
    if decided is not None:
        marks.append(Mark(decided, "given up"))
    if last_rule is not None:
        marks.append(Mark(last_rule, "rules moved"))
    marks += [Mark(times.healed, "line healed"), Mark(times.back, "rules back")]
    return draw(story, marks, name, times.cut - 5, min(times.ended, times.back + 6))


def medians(runs: Iterable[Run]) -> Mapping[str, float | None]:
    """The median of each phase over the runs in which it happened."""
    values = [asdict(run.phases) for run in runs]
    result: dict[str, float | None] = {}
    for field in fields(Phases):
        had = [value[field.name] for value in values if value[field.name] is not None]
        result[field.name] = _rounded(median(had)) if had else None
    return result


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def report(name: str, wish: Wish, runs: list[Run]) -> dict[str, Any]:
    """Everything about the runs of one router."""
    return {
        "router": name,
        "profile": wish.profile,
        "cut": str(wish.cut),
        "wan": wish.wan,
        "entries": wish.entries,
        "api_latency": wish.latency or "0",
        "median": dict(medians(runs)),
        "runs": [run.as_json() for run in runs],
    }


def as_text(found: list[dict[str, Any]]) -> str:
    """The reports as JSON for other programs."""
    return json.dumps(found, indent=1)
