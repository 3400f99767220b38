"""``python -m wanwatch.cli.findings`` writes the page of all findings to standard output."""

import sys

from wanwatch.cli.findings.reference import render

if __name__ == "__main__":
    sys.stdout.write(render())
