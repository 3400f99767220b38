"""The measured moments of a failover and a failback, in the order they happened.

Moments are wall time of this host: from the daemon's history, from the sentences as they arrived at
the router, from the router's rows, and from what the clients met.
"""

from dataclasses import dataclass

from wanwatch.cli.demo_record import CONNECTION, MANGLE, ROUTE, Record
from wanwatch.cli.demo_status import Status


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, in words, and when."""

    at: float
    what: str
    is_key: bool = False
    """True for what the whole story is about."""


@dataclass(frozen=True, slots=True)
class Felt:
    """What the clients felt since a cut or a mend."""

    first_connection_at: float | None = None
    calm_at: float | None = None
    most_hung: int = 0
    active_routes: int | None = None
    """Routes of the cut line that the router still held to be active when it was first written."""


def failover(wan: str, cut_at: float, status: Status, record: Record, felt: Felt) -> list[Moment]:
    """The moments of a failover that are known by now."""
    found = [Moment(cut_at, f"{wan} is cut beyond its first hop", is_key=True)]
    down = status.transition(wan, "down", cut_at)
    if down is not None:
        found.append(Moment(down.at, "the daemon finds it DOWN", is_key=True))
    first = "the first API sentence of the plan arrives"
    if felt.active_routes is not None:
        first += f"; the router still shows {felt.active_routes} routes by {wan} as active"
    found += _written(record, cut_at, first)
    removed_at = record.last_write(CONNECTION, cut_at)
    if removed_at is not None:
        found.append(Moment(removed_at, f"{record.removed[wan]} connections of {wan} are removed"))
    proven = status.verified("failover", wan, cut_at)
    if proven is not None:
        found.append(Moment(proven.at, "the router is read back: all as planned", is_key=True))
    if felt.first_connection_at is not None:
        found.append(
            Moment(
                felt.first_connection_at,
                f"the first connection of {wan}'s share gets through a survivor",
                is_key=True,
            )
        )
    if proven is not None and felt.calm_at is not None and felt.calm_at >= cut_at:
        found.append(
            Moment(felt.calm_at, f"no connection hangs any more (at most {felt.most_hung} did)")
        )
    return sorted(found, key=lambda moment: moment.at)


def failback(
    wan: str, mended_at: float, status: Status, record: Record, felt: Felt
) -> list[Moment]:
    """The moments of a failback that are known by now."""
    found = [Moment(mended_at, f"{wan} is mended", is_key=True)]
    up = status.transition(wan, "up", mended_at)
    if up is not None:
        found.append(Moment(up.at, "it has answered and held down: UP", is_key=True))
    found += _written(record, mended_at, "the first API sentence of the plan arrives")
    proven = status.verified("failback", wan, mended_at)
    if proven is not None:
        found.append(Moment(proven.at, "the router is read back: all as planned", is_key=True))
    if felt.first_connection_at is not None:
        found.append(
            Moment(
                felt.first_connection_at, f"the first connection through {wan} again", is_key=True
            )
        )
    return sorted(found, key=lambda moment: moment.at)


def _written(record: Record, since: float, first: str) -> list[Moment]:
    """When the router was written to, as its rows show it."""
    moments = [
        (record.first_write(since), first),
        (record.last_change(MANGLE, since), "the last rule is in place"),
        (record.last_change(ROUTE, since), "the last route is set"),
    ]
    return [Moment(at, what) for at, what in moments if at is not None]


def milliseconds(moments: list[Moment]) -> list[tuple[float, str, bool]]:
    """The moments as (milliseconds since the first, words, whether it is a key moment)."""
    if not moments:
        return []
    began = moments[0].at
    return [((moment.at - began) * 1000.0, moment.what, moment.is_key) for moment in moments]
