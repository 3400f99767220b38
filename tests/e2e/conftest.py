"""What every end-to-end test needs."""

import pytest


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's router has an empty password."""
    monkeypatch.setenv("HOUSE_PASSWORD", "")
