"""What each WAN should do on the router, from what was measured and what the operator wishes.

====================  =================  =================  ==================
health / wish         AUTO               DRAIN              DISABLED
====================  =================  =================  ==================
UNKNOWN               KEEP               SPARE              OUT
UP                    CARRY              SPARE              OUT
DEGRADED              SPARE              SPARE              OUT
DOWN                  OUT                OUT                OUT
====================  =================  =================  ==================

Where nobody would carry, those that still work do, the better ones first: degraded ones, then
drained ones. Where none of them is left either, everything is kept as it is: the last usable WAN
is never taken away (fail open).
"""

from collections.abc import Collection, Mapping

from wanwatch.core.model import AdminState, Disposition, HealthState

_BY_HEALTH = {
    HealthState.UNKNOWN: Disposition.KEEP,
    HealthState.UP: Disposition.CARRY,
    HealthState.DEGRADED: Disposition.SPARE,
    HealthState.DOWN: Disposition.OUT,
}


def dispositions(
    health: Mapping[str, HealthState],
    wishes: Mapping[str, AdminState] | None = None,
    *,
    settling: bool = False,
    frozen: bool = False,
    doubtful: Collection[str] = (),
) -> dict[str, Disposition]:
    """Decide for every WAN in ``health``; a missing wish is AUTO.

    ``settling`` says that verdicts are still coming in, after a start or after all WANs were down:
    nothing is to change yet, lest clients are moved about as one WAN after the other becomes known.
    ``frozen`` says that our own measurements are not to be believed just now (``freeze``).
    ``doubtful`` names WANs that are not proven alive just now. Where all that would carry are, the
    lines are probably being lost together, and nothing is changed until one of them answers.
    """
    if settling or frozen:
        return dict.fromkeys(health, Disposition.KEEP)
    wished = {name: (wishes or {}).get(name, AdminState.AUTO) for name in health}
    decided = {name: _one(state, wished[name]) for name, state in health.items()}
    carrying = {name for name, state in decided.items() if state is Disposition.CARRY}
    if carrying and carrying <= set(doubtful):
        return dict.fromkeys(health, Disposition.KEEP)
    if carrying:
        return decided
    works = (HealthState.UP, HealthState.DEGRADED)
    for wish in (AdminState.AUTO, AdminState.DRAIN):
        last = [n for n, state in health.items() if state in works and wished[n] is wish]
        if last:
            return decided | dict.fromkeys(last, Disposition.CARRY)
    return dict.fromkeys(health, Disposition.KEEP)


def believed(
    health: Mapping[str, HealthState], unproven: Collection[str]
) -> dict[str, HealthState]:
    """The states as they may be acted on: of a WAN whose path is not proven nothing is known."""
    return {
        name: HealthState.UNKNOWN if name in unproven else state for name, state in health.items()
    }


def _one(health: HealthState, wish: AdminState) -> Disposition:
    if wish is AdminState.DISABLED or health is HealthState.DOWN:
        return Disposition.OUT
    if wish is AdminState.DRAIN:
        return Disposition.SPARE
    return _BY_HEALTH[health]
