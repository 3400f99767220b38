"""The transition table and its picture."""

from itertools import product
from pathlib import Path

import pytest

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.transitions import TRANSITIONS, HealthEvent, mermaid, next_state
from wanwatch.core.health.wan_health import WanHealth
from wanwatch.core.model import HealthState

PAGE = Path(__file__).parents[2] / "docs" / "health.md"


@pytest.mark.parametrize(("state", "event"), list(product(HealthState, HealthEvent)))
def test_a_move_is_in_the_table_or_raises(state: HealthState, event: HealthEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
        return
    with pytest.raises(ValueError, match=f"{event} says nothing to a WAN that is {state}"):
        next_state(state, event)


def test_a_refused_event_leaves_the_wan_as_it_was() -> None:
    health = WanHealth("isp", HealthConfig())
    with pytest.raises(ValueError, match="says nothing"):
        health.enter(HealthEvent.QUALITY_GOOD, 1.0)
    assert (health.state, health.since) == (HealthState.UNKNOWN, None)


def test_nothing_leads_back_to_unknown_or_stays_where_it_is() -> None:
    for (before, _), after in TRANSITIONS.items():
        assert after not in {HealthState.UNKNOWN, before}


def test_every_state_that_was_left_can_be_reached_from_every_other() -> None:
    known = set(HealthState) - {HealthState.UNKNOWN}
    for start in HealthState:
        reached = {start}
        for _ in HealthState:
            reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}
        assert reached >= known


def test_the_table_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[HealthState.UP, HealthEvent.QUALITY_GOOD] = HealthState.UP  # type: ignore[index]


def test_the_page_shows_the_table() -> None:
    assert f"```mermaid\n{mermaid()}```" in PAGE.read_text(encoding="utf-8")


def test_the_picture_has_one_arrow_for_each_row_and_one_to_begin() -> None:
    assert mermaid().count("-->") == len(TRANSITIONS) + 1
