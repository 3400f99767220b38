"""The routers are started once for all tests; a test that changes one puts it back."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.interop.serving import EXPORTS, VERSIONS, serving


@pytest.fixture(scope="session")
def routers() -> Iterator[Mapping[str, tuple[str, int]]]:
    """Where a router of each version listens."""
    with ExitStack() as stack:
        yield {version: stack.enter_context(serving(EXPORTS[version])) for version in VERSIONS}


@pytest.fixture(scope="session", params=VERSIONS)
def router(
    routers: Mapping[str, tuple[str, int]], request: pytest.FixtureRequest
) -> tuple[str, int]:
    """One of them."""
    address: tuple[str, int] = routers[request.param]
    return address
