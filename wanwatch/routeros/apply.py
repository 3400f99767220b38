"""Carrying out a plan: one step at a time, each one sentence, stopping at the first that fails.

A step is one sentence to the router, so it is done or not done; every prefix of a plan is safe, so
stopping anywhere is. Decides nothing else: the next observation tells what is left to do. After a
cancellation in the middle of a sentence the connection is dropped, and the step may be done or not.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from wanwatch.core.plan import Command, Plan, Step
from wanwatch.routeros.dialect import Dialect
from wanwatch.routeros.errors import CommandRefused, ItemVanished, RouterError, WriteForbidden
from wanwatch.routeros.session import RouterSession
from wanwatch.routeros.verify import Mismatch, compare, read_rows


class Outcome(StrEnum):
    """How carrying out a plan ended."""

    DONE = "done"
    STALE = "stale"
    """A row of the plan is gone: observe and plan again."""
    REFUSED = "refused"
    """RouterOS refused a step; its words are in the report."""
    FORBIDDEN = "forbidden"
    """The write permit was not given."""
    MISMATCH = "mismatch"
    """An added row was not as it was sent; it was removed again."""
    LOST = "lost"
    """The connection was lost; whether the last step was done is for the next observation."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step that was done: the id of its row, and the seconds it took."""

    step: Step
    id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What was done of a plan, in order, and why the rest was not."""

    outcome: Outcome
    done: tuple[StepResult, ...] = ()
    failed: Step | None = None
    error: RouterError | None = None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def message(self) -> str:
        """RouterOS's own words where it refused, else the error's; empty when all was done."""
        if isinstance(self.error, CommandRefused):
            return self.error.message
        return "" if self.error is None else str(self.error)

    @property
    def rows(self) -> list[tuple[Step, str]]:
        """The steps done with the ids of their rows, as ``verify`` takes them."""
        return [(result.step, result.id) for result in self.done]


async def apply(
    session: RouterSession,
    plan: Plan,
    dialect: Dialect,
    *,
    on_step: Callable[[StepResult], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> ApplyReport:
    """Carry out the plan's steps; never raises RouterError, the report says how it ended.

    ``on_step`` is called after each step that was done.
    """
    done: list[StepResult] = []
    for step in plan.steps:
        started = clock()
        try:
            item, mismatches = await _carry_out(session, step, dialect)
        except RouterError as error:
            return ApplyReport(_outcome(error), tuple(done), step, error)
        if mismatches:
            return ApplyReport(Outcome.MISMATCH, tuple(done), step, mismatches=tuple(mismatches))
        result = StepResult(step, item, clock() - started)
        done.append(result)
        if on_step is not None:
            on_step(result)
    return ApplyReport(Outcome.DONE, tuple(done))


async def _carry_out(
    session: RouterSession, step: Step, dialect: Dialect
) -> tuple[str, Sequence[Mismatch]]:
    words = dialect.attribute_words(step.menu, step.command, step.attributes)
    if step.command is Command.ADD:
        return await _add(session, step, words, dialect)
    command = f"{step.menu}/{step.command.value}"
    try:
        await session.write(command, [f"=.id={step.id}", *words])
    except ItemVanished:
        if step.command is not Command.REMOVE:
            raise
    return step.id, ()


async def _add(
    session: RouterSession, step: Step, words: list[str], dialect: Dialect
) -> tuple[str, Sequence[Mismatch]]:
    """Add a row and read it back: a row that lost a matcher would catch more than it should."""
    if step.place_before:
        words = [*words, f"=place-before={step.place_before}"]
    item = await session.write(f"{step.menu}/add", words)
    found = (await read_rows(session, dialect, step.menu, [item] if item else [])).get(item)
    if found is None:
        return item, [Mismatch(step, item, "", "there", "gone")]
    mismatches = compare(step, item, step.attributes, found, dialect)
    if mismatches:
        with suppress(ItemVanished):
            await session.write(f"{step.menu}/remove", [f"=.id={item}"])
    return item, mismatches


def _outcome(error: RouterError) -> Outcome:
    if isinstance(error, ItemVanished):
        return Outcome.STALE
    if isinstance(error, CommandRefused):
        return Outcome.REFUSED
    if isinstance(error, WriteForbidden):
        return Outcome.FORBIDDEN
    return Outcome.LOST
