"""Tests with the mark ``lab`` need an enclosure; ``make lab`` makes one and runs them in it."""

import os

import pytest

from tests.lab import enclosure

if enclosure.is_inside():
    if "PYTEST_XDIST_WORKER" in os.environ:
        enclosure.set_apart()
    else:
        enclosure.end_with_outside()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the laboratory where there is none."""
    if enclosure.is_inside():
        return
    skip = pytest.mark.skip(reason="needs network namespaces of its own: make lab")
    for item in items:
        if item.get_closest_marker("lab"):
            item.add_marker(skip)
