"""What a pass that changed the router is called: its kind, its outcome, the phases that count."""

from dataclasses import asdict

from wanwatch.core.plan import Plan, Reason
from wanwatch.routeros.apply import ApplyReport, Outcome
from wanwatch.routeros.execute import Execution

_RETURNS = frozenset({Reason.ROUTE_RETURNED, Reason.BUCKET_RETURNED, Reason.SHARE_ENDED})


def is_protective(plan: Plan) -> bool:
    """Say whether a plan takes something away from a WAN; else it only puts things back."""
    return any(step.reason not in _RETURNS for step in plan.steps)


def kind(plan: Plan) -> str:
    """``failover``, ``failback``, or ``change`` for both at once."""
    if not is_protective(plan):
        return "failback"
    reasons = {step.reason for step in plan.steps}
    return "change" if reasons & {Reason.ROUTE_RETURNED, Reason.BUCKET_RETURNED} else "failover"


def outcome(execution: Execution) -> str:
    """``verified``, ``waiting`` for a route, ``unverified``, or how the applying ended."""
    if execution.verified:
        return "verified"
    if execution.report.outcome is not Outcome.DONE:
        return execution.report.outcome.value
    return "waiting" if execution.held_back else "unverified"


def phases(plan: Plan, execution: Execution) -> dict[str, float]:
    """Seconds of the phases that this plan had: one that waits for nothing has no activation."""
    found = asdict(execution.phases)
    if not any(step.await_active for step in plan.steps):
        del found["activation"]
    if not execution.flushed:
        del found["flush"]
    return {name: seconds for name, seconds in found.items() if seconds > 0}


def sentence(report: ApplyReport) -> str:
    """Why a plan was not carried out, in the router's words where it has any."""
    if report.mismatches:
        first = report.mismatches[0]
        what = first.name or "the row"
        return f"{what} of {first.id} was read back as {first.found!r}, not {first.expected!r}"
    return report.message
