"""Why nothing is changed on the router at all, as a stable word for status and metrics."""

from collections.abc import Collection, Mapping

from wanwatch.core.families import is_ipv6
from wanwatch.core.model import Disposition, HealthState
from wanwatch.core.plan import Plan


def why_frozen(
    plan: Plan,
    states: Mapping[str, HealthState],
    decided: Mapping[str, Disposition],
    unproven: Collection[str] = (),
) -> str:
    """Return why a pass that may act has nothing to do; empty where it may have.

    ``states`` are those that were believed, ``unproven`` the WANs that were not.
    """
    blocking = [finding for finding in plan.findings if finding.code == "pcc-classifier-invalid"]
    if any(not is_ipv6(finding.menu) for finding in blocking):
        return "plan-blocked"
    if set(decided.values()) == {Disposition.KEEP}:
        if HealthState.UP in states.values():
            return "survivors-doubtful"
        if unproven:
            return "path-unproven"
        return "health-unknown" if HealthState.UNKNOWN in states.values() else "no-usable-wan"
    return ""
