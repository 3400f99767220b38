"""What is said of a replay besides its figures: what does not fit, and what it cannot know."""

from collections.abc import Iterable, Sequence

from wanwatch.cli.replay_read import BrokenAt
from wanwatch.core.health.replay import Replayed
from wanwatch.core.health.replay_fit import Misfit, MisfitCode

_SHOWN = 10
"""Broken lines that are named one by one."""

_SENTENCES = {
    MisfitCode.WAN_NOT_CONFIGURED: "{wan} is in the recording and not in the configuration; it is left out",
    MisfitCode.WAN_NOT_RECORDED: "{wan} is in the configuration and not in the recording; nothing is known of it",
    MisfitCode.TARGETS_NOT_CONFIGURED: "{wan}: {targets} was recorded and is not configured; it does not count",
    MisfitCode.TARGETS_NOT_RECORDED: "{wan}: {targets} is configured and was not recorded; it does not count",
    MisfitCode.NO_TARGET_IN_COMMON: "{wan}: no target is in both the recording and the configuration; it is left out",
    MisfitCode.QUORUM_LOWERED: "{wan}: fewer targets are in both than the quorum asks for; all of them have to answer",
}

CADENCE = (
    "The limits or the cadence differ from the recorded ones ({wans}). A recording holds the samples "
    "that were sent, at the moments that its own limits chose: other limits would have suspected a "
    "line at other moments, and have confirmed it by samples that are not here."
)
MIDWAY = (
    "The recording begins in the middle of a run: every WAN is unknown until it is judged anew."
)


def misfit_sentence(misfit: Misfit) -> str:
    """One difference in words; what is said of the cadence is said once, by ``notes``."""
    if misfit.code is MisfitCode.OTHER_CADENCE:
        return CADENCE.format(wans=misfit.wan)
    targets = ", ".join(misfit.targets)
    return _SENTENCES[misfit.code].format(wan=misfit.wan, targets=targets)


def notes(result: Replayed) -> list[str]:
    """Everything that has to be known about a replay, each thing once."""
    found = [MIDWAY] if result.begins_midway else []
    others = [m.wan for m in result.misfits if m.code is MisfitCode.OTHER_CADENCE]
    found += [
        misfit_sentence(misfit)
        for misfit in result.misfits
        if misfit.code is not MisfitCode.OTHER_CADENCE
    ]
    if others:
        found.append(CADENCE.format(wans=", ".join(dict.fromkeys(others))))
    return found


def broken_sentences(broken: Sequence[BrokenAt]) -> Iterable[str]:
    """Name the lines that were passed over, the first ones each."""
    for each in broken[:_SHOWN]:
        yield f"{each.file}, line {each.line}: passed over ({each.why})"
    if len(broken) > _SHOWN:
        yield f"{len(broken) - _SHOWN} more lines were passed over"
