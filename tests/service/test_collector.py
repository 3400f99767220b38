"""What stands at the start is no work for the garbage collector."""

import gc
import subprocess
import sys

COUNT = """
import gc
import wanwatch.cli.run_command
from wanwatch.service.collector import spare_what_stands
before = len(gc.get_objects())
spare_what_stands()
print(before, len(gc.get_objects()), gc.get_freeze_count())
"""


def test_what_stands_is_left_out_of_every_collection() -> None:
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", COUNT], capture_output=True, text=True, check=True
    )
    before, after, spared = map(int, done.stdout.split())
    assert before > 10_000
    assert after < before / 100
    assert spared > before / 2


def test_the_tests_own_process_is_as_it_was() -> None:
    assert gc.get_freeze_count() == 0
