"""``python -m tests.bench detection``: how soon, and how often wrong, beside the peers.

wanwatch is measured by running its own core and schedule, its peers by running models of their
published algorithms with their defaults. Everything is drawn from the seed.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

from tests.bench.detection_jobs import FULL, QUICK, Size, jobs, run
from tests.bench.detection_page import Results, page

SEED = 1
"""Of the page that is committed."""


def measure(seed: int, size: Size) -> Results:
    """Do all jobs, on all processors."""
    todo = jobs()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(run, todo, [seed] * len(todo), [size] * len(todo))
        return dict(zip(todo, done, strict=True))


def main(arguments: Sequence[str]) -> None:
    """Print the page, or the same as a JSON document."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench detection", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a JSON document")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another run ({SEED})")
    parser.add_argument("--quick", action="store_true", help="short spans: to try it out")
    chosen = parser.parse_args(arguments)
    size = QUICK if chosen.quick else FULL
    results = measure(chosen.seed, size)
    shown = document(results, chosen.seed) if chosen.json else page(results, chosen.seed, size)
    sys.stdout.write(shown)


def document(results: Results, seed: int) -> str:
    """Return the figures as JSON."""
    rows = [asdict(job) | asdict(result) for job, result in results.items()]
    return json.dumps({"seed": seed, "figures": rows}, indent=2) + "\n"
