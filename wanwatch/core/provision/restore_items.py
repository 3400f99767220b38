"""The router-side guard: a script that puts everything back when no daemon renews its lease.

A router on which nobody watches over a failover any more returns to the operator's configuration by
itself, within a minute. Source: RouterOS manual, "Scheduler", "Scripting" and "Device-mode".
"""

from collections.abc import Iterator
from dataclasses import replace

from wanwatch.core.provision.items import Blocked, Item, Kind
from wanwatch.core.provision.marker import Key, comment_of
from wanwatch.core.provision.restore_script import restore_source
from wanwatch.core.survey import Survey

SCRIPTS, SCHEDULES, DEVICE_MODE = "/system/script", "/system/scheduler", "/system/device-mode"
NAME = "wanwatch-restore"
INTERVAL = "1m"
_POLICY = "read,write"


def restore_items(survey: Survey, lease: str) -> Iterator[Item]:
    """The script, and the schedule that runs it."""
    source = restore_source(lease, ipv6=survey.snapshot.ipv6 is not None)
    for item in items_of(source):
        if survey.setting(DEVICE_MODE, "scheduler") in ("no", "false"):
            yield replace(item, blocked=Blocked.NO_SCHEDULER, optional=True)
        else:
            yield item


def items_of(source: str) -> tuple[Item, Item]:
    """The two rows for a script's source.

    The script is known by its name: not every RouterOS 6 lets a script have a comment.
    """
    script = Item(
        Kind.SCRIPT,
        "",
        SCRIPTS,
        (("name", NAME), ("policy", _POLICY), ("source", source)),
        name=("name", NAME),
    )
    schedule = Item(
        Kind.SCHEDULE,
        "",
        SCHEDULES,
        (("name", NAME), ("interval", INTERVAL), ("on-event", NAME), ("policy", _POLICY)),
        name=("name", NAME),
        comment=comment_of(Key(Kind.SCHEDULE)),
    )
    return script, schedule
