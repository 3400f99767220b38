"""What is kept of the past, and in which order."""

from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.target_health import WanFigures
from wanwatch.core.health.wan_health import Evidence, HealthReason, Transition
from wanwatch.core.model import HealthState
from wanwatch.service.history import History


def a_transition(wan: str = "isp1") -> Transition:
    """A WAN that went down on bad figures."""
    return Transition(
        wan,
        HealthState.UP,
        HealthState.DOWN,
        HealthReason.TARGETS_FAIL,
        at=12.0,
        evidence=Evidence(WanFigures(0.5, 0.25, 0.125), (), HealthConfig(fall=4, quorum=2)),
    )


def refused(history: History, at: float, steps: int = 0, wan: str = "isp1") -> None:
    """A pass that was refused after so many steps."""
    history.change("failover", wan, at, outcome="refused", steps=steps, phases={})


def test_only_the_newest_fifty_events_are_kept_the_newest_first() -> None:
    history = History()
    for number in range(60):
        history.flushed(f"isp{number}", 1, 0.5, float(number))
    assert [event.at for event in history.newest()] == [float(n) for n in range(59, 9, -1)]


def test_a_transition_is_kept_with_its_evidence() -> None:
    history = History()
    history.transition(a_transition(), 100.0, 2.5)
    (event,) = history.newest()
    assert (event.at, event.kind, event.wan) == (100.0, "transition", "isp1")
    assert (event.before, event.after, event.reason) == ("up", "down", "targets-fail")
    assert event.phases == {"detect": 2.5}
    assert event.evidence == {
        "loss_ratio": 0.5,
        "rtt": 0.25,
        "jitter": 0.125,
        "losses_in_row": {},
        "fall": 4,
        "quorum": 2,
    }


def test_the_last_transitions_of_a_wan_are_kept_with_everything_that_decided_them() -> None:
    history = History()
    for number in range(12):
        history.transition(a_transition(), float(number), 2.5)
    for number in range(60):
        history.flushed("isp2", 1, 0.5, float(number))
    kept = history.of("isp1")
    assert [each["at"] for each in kept] == [float(n) for n in range(11, 1, -1)]
    assert kept[0]["detect"] == 2.5
    assert kept[0]["evidence"]["limits"]["fall"] == 4
    assert kept[0]["evidence"]["figures"] == {"loss_ratio": 0.5, "rtt": 0.25, "jitter": 0.125}
    assert history.of("isp2") == ()


def test_a_transition_whose_detection_has_no_beginning_has_no_phase() -> None:
    history = History()
    history.transition(a_transition(), 100.0, None)
    assert history.newest()[0].phases == {}


def test_what_is_refused_again_and_again_stands_there_once_at_its_last_time() -> None:
    history = History()
    history.transition(a_transition(), 1.0, None)
    for number in range(100):
        refused(history, float(number))
    assert [(e.kind, e.at) for e in history.newest()] == [("failover", 99.0), ("transition", 1.0)]


def test_what_differs_from_the_last_event_is_kept_beside_it() -> None:
    history = History()
    refused(history, 1.0)
    refused(history, 2.0, wan="isp2")
    refused(history, 3.0, wan="isp2", steps=2)
    refused(history, 4.0, wan="isp2", steps=2)
    history.flushed("isp2", 3, 0.5, 5.0)
    refused(history, 6.0)
    assert [event.at for event in history.newest()] == [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
