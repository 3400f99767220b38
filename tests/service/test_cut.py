"""The page about health shows how a cut is found as it is found."""

from pathlib import Path

import pytest

from tests.service.cut import Cut, table
from wanwatch.core.health.profile import PROFILES

PAGE = Path(__file__).parents[2] / "docs" / "health.md"


def test_the_page_shows_the_timeline_of_a_cut() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PROFILES)
def test_a_cut_is_suspected_once_and_confirmed_by_more_probes(name: str) -> None:
    cut = Cut(PROFILES[name], 0.1).find()
    assert len(cut.suspected) == len(cut.down) == 1
    assert cut.suspected[0] - cut.sent[0] == pytest.approx(PROFILES[name].timeout_shortest)
    assert cut.down[0] - cut.sent[0] >= PROFILES[name].confirm
