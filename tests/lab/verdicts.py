"""What must hold of every outage, whatever it takes: nobody healthy is touched, nobody hangs.

Pure. A problem is one sentence; none is the goal.
"""

from collections import Counter
from collections.abc import Iterable

from tests.lab.flows import Homes
from tests.lab.phases import NEW, Story, decided_at, last_rule_at
from tests.lab.records import Attempt

_GRACE = 5.0
"""Seconds before the end of a run that an answer may still be missing."""
_SWIFT = 0.5
"""Seconds; who was answered within them did not wait for the line."""


def problems(story: Story, *, is_flushed: bool = True, follows_rules: bool = False) -> list[str]:
    """Everything that went wrong.

    ``is_flushed`` is False for a line that is degraded and keeps its connections. ``follows_rules``
    is True for a router whose PCC rules mark routing at every packet: there a living connection
    changes lines when the rules do, and breaks when they are restored.
    """
    homes = story.homes()
    found = [
        f"{len(homes.restless)} flows were on two lines before the cut" if homes.restless else "",
        *_healthy(story, homes),
        *_opened_while_dead(story),
        *_moved_to_survivors(story, homes),
        *(_held(story, homes) if is_flushed else ()),
        *_recovery(story, homes, follows_rules=follows_rules),
    ]
    return [problem for problem in found if problem]


def _healthy(story: Story, homes: Homes) -> Iterable[str]:
    """Flows of other lines: every packet answered, through the line it was always on."""
    of_others = [
        attempt
        for attempt in story.attempts
        if homes.of(attempt) not in ("", story.wan) and _counts(story, attempt)
    ]
    lost = [a for a in of_others if not a.completed]
    yield _counted(story, lost, "of healthy lines got no answer")
    moved = [a for a in of_others if a.completed and story.line_of(a) != homes.of(a)]
    yield _counted(story, moved, "of healthy lines were answered through another line")


def _opened_while_dead(story: Story) -> Iterable[str]:
    """Whatever was begun during the outage comes to its end."""
    begun = [
        attempt
        for attempt in story.attempts
        if attempt.kind in NEW and story.times.severed <= attempt.started < story.times.healed
    ]
    yield _counted(
        story, (a for a in begun if not a.completed), "begun during the outage never completed"
    )
    late = (
        attempt
        for attempt in begun
        if attempt.ended is not None
        and attempt.ended >= story.times.healed
        and attempt.ended - attempt.started > _SWIFT
    )
    yield _counted(story, late, "begun during the outage completed only when the line was back")


def _moved_to_survivors(story: Story, homes: Homes) -> Iterable[str]:
    last_rule = last_rule_at(story, decided_at(story))
    if last_rule is None:
        yield "wanwatch changed no rule"
        return
    after = [
        attempt
        for attempt in story.attempts
        if attempt.kind == "tcp"
        and homes.of(attempt) == story.wan
        and last_rule <= attempt.started < story.times.healed
    ]
    if not after:
        yield "nobody of the line tried to connect after the rules were moved"
    stayed = (a for a in after if a.completed and story.line_of(a) == story.wan)
    yield _counted(
        story, stayed, "begun after the rules were moved were still answered through the line"
    )


def _held(story: Story, homes: Homes) -> Iterable[str]:
    """Calls go on through another line, and long connections are told, before the line is back."""
    during = [a for a in story.attempts if story.times.cut <= a.started < story.times.healed]
    for kind, flows in (
        ("call", _flows(story, homes, "call")),
        ("long", _flows(story, homes, "long")),
    ):
        on_again = {
            attempt.flow
            for attempt in during
            if attempt.kind == kind and attempt.completed and story.line_of(attempt) != story.wan
        }
        hung = flows - on_again
        if hung:
            yield f"{len(hung)} {kind} flows of the line hung until it was back"
    never_told = (
        attempt
        for attempt in story.attempts
        if attempt.kind == "long" and homes.of(attempt) == story.wan and attempt.error == "timeout"
    )
    yield _counted(story, never_told, "over the line were never told")


def _recovery(story: Story, homes: Homes, *, follows_rules: bool) -> Iterable[str]:
    times = story.times
    later = [a for a in story.attempts if times.healed <= a.started and _counts(story, a)]
    new = [a for a in later if a.kind in NEW]
    yield _counted(story, (a for a in new if not a.completed), "begun during the recovery failed")
    back = [a for a in new if a.kind == "tcp" and a.started >= times.back]
    strayed = [a for a in back if a.completed and story.line_of(a) != homes.of(a)]
    yield _counted(story, strayed, "begun after the recovery were not on their own line")
    if not any(homes.of(a) == story.wan for a in back):
        yield "nobody of the line tried to connect after the recovery"
    if not follows_rules:
        held = (a for a in later if a.kind in ("call", "long") and not a.completed)
        yield _counted(story, held, "of living flows were lost by the recovery")


def broken_by_recovery(story: Story) -> int:
    """How many living calls and long connections lost something after the line was healed."""
    times = story.times
    return len(
        {
            (attempt.kind, attempt.flow)
            for attempt in story.attempts
            if attempt.kind in ("call", "long")
            and times.healed <= attempt.started
            and _counts(story, attempt)
            and not attempt.completed
        }
    )


def _counts(story: Story, attempt: Attempt) -> bool:
    """False for what the end of the run cut short."""
    return attempt.completed or attempt.started < story.times.ended - _GRACE


def _flows(story: Story, homes: Homes, kind: str) -> set[str]:
    return {a.flow for a in story.attempts if a.kind == kind and homes.of(a) == story.wan}


def _counted(story: Story, attempts: Iterable[Attempt], what: str) -> str:
    """A sentence such as ``3 tcp, 1 dns attempts got no answer (...)``, with the first of them.

    Empty when there are none.
    """
    found = sorted(attempts, key=lambda attempt: attempt.started)
    if not found:
        return ""
    counts = Counter(attempt.kind for attempt in found)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    first = found[0]
    line = story.line_of(first)
    how = f"{first.error} {line}".strip() if first.ended is not None else first.error or "nothing"
    after = first.started - story.times.cut
    return f"{kinds} attempts {what} ({first.flow or first.client}, {after:.3f} s after the cut: {how})"
