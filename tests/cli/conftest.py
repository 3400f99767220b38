"""What every test of a command needs."""

import pytest


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as they like, whatever terminal the tests run in."""
    monkeypatch.setenv("COLUMNS", "200")
