"""``python -m tests.bench [plan|inspect|api|observe|idle ...] [--json]``: figures of this host; asserts nothing."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from tests.bench import api, detection, flush, idle, inspecting, observing, planning, probes
from tests.bench.figures import Figure

PARTS: dict[str, Callable[[], list[Figure]]] = {
    "plan": planning.measure,
    "inspect": inspecting.measure,
    "api": api.measure,
    "observe": observing.measure,
    "idle": idle.measure,
}
ALONE: dict[str, Callable[[list[str]], None]] = {
    "detection": detection.main,
    "probes": probes.main,
    "flush": flush.main,
}
"""Parts that are measured by themselves; see their ``--help``."""


def main() -> None:
    """Measure the parts that are named, or all of them; some have options of their own."""
    if sys.argv[1:2] and sys.argv[1] in ALONE:
        ALONE[sys.argv[1]](sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    arguments = parser.parse_args()
    unknown = [part for part in arguments.parts if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(PARTS)}")
    figures = []
    for name, measure in PARTS.items():
        if arguments.parts and name not in arguments.parts:
            continue
        for figure in measure():
            figures.append(figure)
            if not arguments.json:
                _print(figure.line())
    if arguments.json:
        _print(json.dumps([asdict(figure) for figure in figures], indent=2))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
