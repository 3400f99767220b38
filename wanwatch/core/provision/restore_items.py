"""The router-side guard: a script that puts everything back when no daemon renews its lease.

A router on which nobody watches over a failover any more returns to the operator's configuration by
itself, within a minute. The schedule is made disabled, and enabled only while a lease is there: with
a daemon that keeps none the script would undo every failover. Source: RouterOS manual, "Scheduler", "Scripting" and "Device-mode".
"""

from collections.abc import Iterator
from dataclasses import replace

from wanwatch.core.provision.items import Blocked, Item, Kind
from wanwatch.core.provision.marker import Key, comment_of
from wanwatch.core.provision.restore_script import restore_source
from wanwatch.core.survey import Survey, is_on

SCRIPTS, SCHEDULES, DEVICE_MODE = "/system/script", "/system/scheduler", "/system/device-mode"
NAME = "wanwatch-restore"
_LISTS = "/ip/firewall/address-list"
INTERVAL = "1m"
_POLICY = "read,write"


def restore_items(survey: Survey, lease: str) -> Iterator[Item]:
    """The script, and the schedule that runs it."""
    source = restore_source(lease, ipv6=survey.snapshot.ipv6 is not None)
    is_held = any(row.get("list") == lease for row in survey.of(_LISTS))
    schedule = next((row for row in survey.of(SCHEDULES) if row.get("name") == NAME), None)
    is_resting = not is_held and (schedule is None or is_on(schedule, "disabled"))
    for item in items_of(source, is_resting=is_resting):
        if survey.setting(DEVICE_MODE, "scheduler") in ("no", "false"):
            yield replace(item, blocked=Blocked.NO_SCHEDULER, optional=True)
        else:
            yield item


def items_of(source: str, *, is_resting: bool = True) -> tuple[Item, Item]:
    """The two rows for a script's source; ``is_resting``: the schedule is disabled.

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
        (
            *(("name", NAME), ("interval", INTERVAL), ("on-event", NAME), ("policy", _POLICY)),
            ("disabled", "yes" if is_resting else "no"),
        ),
        name=("name", NAME),
        comment=comment_of(Key(Kind.SCHEDULE)),
    )
    return script, schedule
