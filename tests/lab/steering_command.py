"""``python -m tests.lab steering``: go through everything about steering, and show what was seen."""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.lab.steering_daemon import captive
from tests.lab.steering_ground import Ground, ground, steered_export
from tests.lab.steering_hijack import deceive
from tests.lab.steering_matrix import observe
from tests.lab.steering_paths import proofs, swapped, trapped
from tests.lab.steering_pinned import pinned
from tests.lab.steering_report import Report, every_state
from tests.lab.steering_trap import TARGET, outage, unplugged
from tests.lab.steering_ways import Way

ROUTERS = ("v7", "v6")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="everything, as JSON")
    shown.add_argument("--markdown", action="store_true", help="the tables of docs/steering.md")
    parser.add_argument(
        "--matrix-only", action="store_true", help="without trap, portal and daemon"
    )


def steering_command(wish: argparse.Namespace) -> int:
    """Run it within an enclosure; returns the exit code, 1 when something is not as expected."""
    began = time.monotonic()
    report = Report()
    for router in ROUTERS:
        with (
            tempfile.TemporaryDirectory(prefix="steering-") as folder,
            ground(steered_export(router), Path(folder)) as made,
        ):
            if router == "v7" and not wish.matrix_only:
                report = _scenes(made, report)
            # The last state is slow to pass, so nothing comes after it.
            cells = list(observe(made, router, every_state(router), _tell))
            report = replace(report, cells=[*report.cells, *cells])
    report = replace(report, seconds=time.monotonic() - began)
    if wish.json:
        sys.stdout.write(json.dumps(report.document(), indent=1) + "\n")
    else:
        sys.stdout.write(report.markdown())
    for problem in report.problems():
        _tell(f"PROBLEM: {problem}")
    return 1 if report.problems() else 0


def _scenes(made: Ground, report: Report) -> Report:
    _tell("v7: the trap, and the cure")
    report = replace(
        report,
        outages=[outage(made, way) for way in (Way.PRODUCTION, Way.ALIAS)],
        unplugged=[unplugged(made, way) for way in (Way.OPEN, Way.ALIAS)],
    )
    _tell("v7: deceits")
    report = replace(report, deceived=deceive(made), captive=captive(made))
    _tell("v7: proof of the paths")
    report = replace(
        report,
        proofs=proofs(made, TARGET),
        swapped=swapped(made, TARGET),
        trapped=trapped(made, TARGET),
    )
    _tell("v7: constant and fresh ids")
    return replace(report, pinned=pinned(made))


def _tell(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
