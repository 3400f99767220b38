"""A moment of the demo, made up: four lines, one of them down, one bucket shared."""

from typing import Any

from wanwatch.cli.demo_frame import Frame
from wanwatch.cli.demo_status import Status, read_status
from wanwatch.cli.demo_timeline import Moment
from wanwatch.sim.clients import Counts

FIELDS = "prerouting both-addresses-and-ports"


def wan(name: str, *remainders: str, state: str = "up", **more: Any) -> dict[str, Any]:
    """A line of the document; ``remainders`` as ``10/3``."""
    return {
        "name": name,
        "state": state,
        "share": 0.0,
        "loss_ratio": 0.0,
        "rtt": 0.0123,
        "hold_down_remaining": 0.0,
        "buckets": [f"{FIELDS}:{remainder}" for remainder in remainders],
        "routes": [],
        "targets": [{"state": "up"}, {"state": "up"}],
        **more,
    }


def change(at: float, kind: str, **more: Any) -> dict[str, Any]:
    """An event of the document's history."""
    event = {"at": at, "kind": kind, "wan": "fibre", "after": "", "outcome": ""}
    return {**event, "connections_removed": 0, **more}


def document(**more: Any) -> dict[str, Any]:
    """A status document, as far as the demo reads it."""
    return {
        "ready": True,
        "frozen": "",
        "router": {"error": "", "state": "connected"},
        "pending_steps": 0,
        "wans": [
            wan(
                "fibre",
                state="down",
                loss_ratio=0.5,
                rtt=None,
                hold_down_remaining=2.5,
                targets=[{"state": "down"}, {"state": "unknown"}],
                routes=["to-fibre via 203.0.113.1 distance 1 (disabled)"],
            ),
            wan(
                "cable",
                *("4/0", "4/1", "8/2"),
                share=0.625,
                routes=[
                    "to-fibre via 198.51.100.1 distance 2 (active)",
                    "main via 198.51.100.1 distance 2 (inactive)",
                ],
            ),
            wan("lte", "4/3", "8/6", share=0.375),
        ],
        "changes": [],
        **more,
    }


def status(**more: Any) -> Status:
    """The same, read."""
    return read_status(document(**more))


def frame() -> Frame:
    """The moment after the failover."""
    return Frame(
        chapter="fibre is cut",
        elapsed=7.5,
        status=status(),
        counts={"fibre": Counts(), "cable": Counts(open=30, hung=2)},
        sentences=[f"/ip/route/set =.id=*{n} =disabled=yes" for n in range(20)],
        failover=[Moment(100.0, "cut", is_key=True), Moment(100.9, "DOWN")],
    )
