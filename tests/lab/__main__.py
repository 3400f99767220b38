"""The laboratory's commands.

``python -m tests.lab failover --json`` measures outages, ``python -m tests.lab test`` runs the tests
that need it. Both enter an enclosure first, and say why when there can be none.
"""

import argparse
import sys
from pathlib import Path

from tests.lab import enclosure
from tests.lab.exports import export_of, working_routers
from tests.lab.failover import as_text, picture, report, run_once
from tests.lab.faults import Cut
from tests.lab.namespaces import LabError
from tests.lab.scenario import Wish
from tests.lab.steering_command import add_arguments, steering_command
from tests.lab.tables import shown

_SPREAD = ("-n", "2", "--dist", "loadfile")
_SKIPPED = 0
"""Exit code where no laboratory can be: nothing is known to be wrong."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    failover = commands.add_parser("failover", help="measure outages")
    failover.add_argument("--router", action="append", choices=working_routers(), default=[])
    failover.add_argument("--load", type=Path, action="append", default=[], metavar="FILE")
    failover.add_argument("--profile", choices=("default", "fast"), default="default")
    failover.add_argument("--runs", type=int, default=1)
    failover.add_argument("--cut", type=Cut, choices=list(Cut), default=Cut.BEYOND)
    failover.add_argument("--loss", type=float, default=0.4, help="with --cut loss; below 1")
    failover.add_argument("--wan", default="wan1", help="the line that is cut")
    failover.add_argument("--entries", type=int, default=0, help="idle connections beforehand")
    failover.add_argument("--api-latency", default="", metavar="5ms")
    failover.add_argument("--json", action="store_true")
    failover.add_argument("--picture", type=Path, metavar="FILE", help="the last run as SVG")
    add_arguments(commands.add_parser("steering", help="where probes leave, in every state"))
    commands.add_parser("test", help="run the tests that need namespaces; takes pytest's options")
    commands.add_parser("why", help="say why there can be no laboratory here")
    return parser


def main(arguments: list[str]) -> int:
    """Run a command; returns its exit code."""
    parser = _parser()
    wish, rest = parser.parse_known_args(arguments)
    if rest and wish.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    reason = "" if enclosure.is_inside() else enclosure.missing()
    if wish.command == "why":
        sys.stdout.write((reason or "nothing is missing") + "\n")
        return 1 if reason else 0
    if reason:
        sys.stderr.write(f"the laboratory is skipped: {reason}\n")
        return _SKIPPED
    if wish.command == "test":
        return enclosure.enclosed_python("-m", "pytest", "tests/lab", "-m", "lab", *_SPREAD, *rest)
    if not enclosure.is_inside():
        return enclosure.enclosed_python("-m", "tests.lab", *arguments)
    enclosure.end_with_outside()
    return steering_command(wish) if wish.command == "steering" else _failover(wish)


def _failover(wish: argparse.Namespace) -> int:
    names = wish.router or (() if wish.load else working_routers())
    exports = {name: export_of(name) for name in names}
    exports |= {path.stem: path.read_text("latin-1") for path in wish.load}
    found, is_fine = [], True
    for name, export in exports.items():
        one = Wish(
            export, wish.wan, wish.cut, wish.loss, wish.profile, wish.entries, wish.api_latency
        )
        runs = []
        for number in range(wish.runs):
            try:
                runs.append(run_once(one))
            except LabError as error:
                sys.stderr.write(f"{name}, run {number + 1} failed: {error}\n")
                is_fine = False
                continue
            is_fine = is_fine and not runs[-1].problems
            sys.stderr.write(f"{name}, run {number + 1}: {runs[-1].problems or 'fine'}\n")
        if wish.picture is not None and runs:
            wish.picture.write_text(picture(runs[-1], f"{name}, {wish.cut}, {wish.profile}"))
        found.append(report(name, one, runs))
    sys.stdout.write((as_text(found) if wish.json else shown(found)) + "\n")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
