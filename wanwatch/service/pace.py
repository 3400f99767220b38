"""How soon the reconcile loop looks again, in seconds, when nothing wakes it before."""

from wanwatch.routeros.errors import RouterError

_FLUSH_AGAIN = 5.0
_RETRY = 1.0
_RETRY_HOPELESS = 10.0
"""Seconds until what a person has to mend first is tried again, unless passes come faster."""
_SOON = {"settling": 1.0, "survivors-doubtful": 0.2}
"""Seconds until it is looked again whether the reason to wait is gone."""


def next_look(interval: float, frozen: str, *, rest_left: float, flushing: bool) -> float:
    """After a pass that went well: ``interval``, or sooner where something is waited for.

    ``rest_left`` are the seconds left of a disturbance, ``flushing`` says that connections of a WAN
    are still looked for.
    """
    soon = _SOON.get(frozen, interval)
    soon = min(soon, rest_left or soon)
    if flushing:
        soon = min(soon, _FLUSH_AGAIN)
    return min(interval, soon)


def after_waiting(interval: float) -> float:
    """After a pass whose last steps wait for a route to become active."""
    return min(interval, _RETRY)


def after_error(interval: float, error: RouterError) -> float:
    """After trouble with the router."""
    return min(interval, _RETRY if error.retrying_helps else _RETRY_HOPELESS)
