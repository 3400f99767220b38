"""What a scrape shows."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service.sample_status import a_document, a_finding, a_router, a_target, a_wan
from wanwatch.core.health.wan_health import HealthReason
from wanwatch.service.metrics import OUTCOMES, PHASES, PROBE_RESULTS, Metrics
from wanwatch.service.status import LeaseStatus, StatusDocument, WriteStatus


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3")


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value("wanwatch_" + name, labels)


def holding(metrics: Metrics, name: str, label: str, wan: str) -> list[str]:
    """The words of a one-hot metric that hold for a WAN."""
    return [
        sample.labels[label]
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "wanwatch_" + name and sample.labels["wan"] == wan and sample.value == 1
    ]


def shown(metrics: Metrics, document: StatusDocument) -> Metrics:
    metrics.update(document)
    return metrics


def test_two_daemons_in_one_process_do_not_share_numbers(metrics: Metrics) -> None:
    other = Metrics("2.0")
    metrics.writes(3)
    assert value(metrics, "writes_total") == 3
    assert value(other, "writes_total") == 0


def test_every_counter_begins_at_zero_so_that_rate_sees_the_first_event(metrics: Metrics) -> None:
    metrics.know("isp1", ["192.0.2.1"])
    for result in PROBE_RESULTS:
        labels = {"wan": "isp1", "target": "192.0.2.1", "result": result}
        assert value(metrics, "probes_total", **labels) == 0
    assert value(metrics, "probe_rtt_seconds_count", wan="isp1", target="192.0.2.1") == 0
    assert value(metrics, "connections_removed_total", wan="isp1") == 0
    assert value(metrics, "router_errors_total", reason="login-refused") == 0
    for outcome in OUTCOMES:
        assert value(metrics, "apply_total", outcome=outcome) == 0
    assert value(metrics, "writes_total") == 0
    for phase in PHASES:
        assert value(metrics, "phase_duration_seconds_count", phase=phase) == 0


def test_every_reason_for_a_transition_begins_at_zero(metrics: Metrics) -> None:
    metrics.know("isp1", [])
    reasons = {
        sample.labels["reason"]
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "wanwatch_transitions_total"
    }
    assert reasons == {reason.value for reason in HealthReason}


def test_knowing_a_wan_again_after_a_reload_keeps_its_counts(metrics: Metrics) -> None:
    metrics.know("isp1", ["192.0.2.1"])
    metrics.probe("isp1", "192.0.2.1", "lost", None)
    metrics.know("isp1", ["192.0.2.1"])
    assert value(metrics, "probes_total", wan="isp1", target="192.0.2.1", result="lost") == 1


def test_only_an_answer_has_a_round_trip_time(metrics: Metrics) -> None:
    metrics.probe("isp1", "t", "reply", 0.025)
    metrics.probe("isp1", "t", "lost", None)
    assert value(metrics, "probe_rtt_seconds_count", wan="isp1", target="t") == 1
    assert value(metrics, "probe_rtt_seconds_sum", wan="isp1", target="t") == 0.025
    assert value(metrics, "probes_total", wan="isp1", target="t", result="lost") == 1


def test_what_happens_is_counted_under_its_labels(metrics: Metrics) -> None:
    metrics.transition("isp1", "down", "targets-fail")
    metrics.phase("apply", 0.4)
    metrics.applied("verified")
    metrics.connections_removed("isp1", 17)
    metrics.api_call("/ip/route/print", 0.003, "ok")
    metrics.router_error("stalled")
    metrics.loop_lag(0.001, 0.2)
    assert value(metrics, "transitions_total", wan="isp1", to="down", reason="targets-fail") == 1
    assert value(metrics, "phase_duration_seconds_sum", phase="apply") == 0.4
    assert value(metrics, "apply_total", outcome="verified") == 1
    assert value(metrics, "connections_removed_total", wan="isp1") == 17
    assert value(metrics, "api_latency_seconds_count", command="/ip/route/print") == 1
    assert value(metrics, "api_calls_total", command="/ip/route/print", outcome="ok") == 1
    assert value(metrics, "router_errors_total", reason="stalled") == 1
    assert value(metrics, "loop_lag_seconds") == 0.001
    assert value(metrics, "loop_lag_worst_seconds") == 0.2


def test_before_the_first_pass_there_is_no_time_of_one(metrics: Metrics) -> None:
    assert value(metrics, "last_reconcile_timestamp_seconds") is None
    metrics.reconciled(0.2, 1_700_000_000.0)
    assert value(metrics, "last_reconcile_timestamp_seconds") == 1_700_000_000.0
    assert value(metrics, "reconcile_duration_seconds_sum") == 0.2


def test_a_refused_reload_shows_until_one_is_taken(metrics: Metrics) -> None:
    assert value(metrics, "config_last_reload_successful") == 1
    metrics.reloaded(ok=False)
    assert value(metrics, "config_last_reload_successful") == 0
    metrics.reloaded(ok=True)
    assert value(metrics, "config_last_reload_successful") == 1


def test_exactly_one_state_of_a_wan_holds(metrics: Metrics) -> None:
    wans = (
        a_wan("isp1", state="degraded", admin="drain", disposition="spare"),
        a_wan("isp2", state="down", admin="auto", disposition="out"),
    )
    shown(metrics, a_document(wans=wans))
    assert holding(metrics, "wan_state", "state", "isp1") == ["degraded"]
    assert holding(metrics, "wan_state", "state", "isp2") == ["down"]
    assert holding(metrics, "wan_admin_state", "state", "isp1") == ["drain"]
    assert holding(metrics, "wan_disposition", "disposition", "isp2") == ["out"]
    assert value(metrics, "wan_state", wan="isp1", state="up") == 0


def test_the_figures_of_a_wan_are_the_documents(metrics: Metrics) -> None:
    wan = a_wan(loss_ratio=0.1, rtt=0.03, jitter=0.004, share=0.25, buckets=("a", "b"))
    shown(metrics, a_document(wans=(wan,)))
    assert value(metrics, "wan_loss_ratio", wan="isp1") == 0.1
    assert value(metrics, "wan_rtt_seconds", wan="isp1") == 0.03
    assert value(metrics, "wan_jitter_seconds", wan="isp1") == 0.004
    assert value(metrics, "wan_share_ratio", wan="isp1") == 0.25
    assert value(metrics, "wan_buckets", wan="isp1") == 2
    assert value(metrics, "wan_blind", wan="isp1") == 0


def test_what_is_not_known_has_no_sample(metrics: Metrics) -> None:
    wan = a_wan(
        loss_ratio=None, rtt=None, jitter=None, share=None, targets=(a_target(state="unknown"),)
    )
    shown(metrics, a_document(wans=(wan,)))
    for name in ("wan_loss_ratio", "wan_rtt_seconds", "wan_jitter_seconds", "wan_buckets"):
        assert value(metrics, name, wan="isp1") is None
    assert value(metrics, "target_up", wan="isp1", target="192.0.2.1") is None
    assert value(metrics, "target_discounted", wan="isp1", target="192.0.2.1") == 0


def test_a_figure_that_is_no_longer_known_goes_away(metrics: Metrics) -> None:
    shown(metrics, a_document(wans=(a_wan(rtt=0.03),)))
    shown(metrics, a_document(wans=(a_wan(rtt=None),)))
    assert value(metrics, "wan_rtt_seconds", wan="isp1") is None


def test_a_wan_that_a_reload_took_away_goes_away(metrics: Metrics) -> None:
    shown(metrics, a_document())
    shown(metrics, a_document(wans=(a_wan("isp1"),)))
    assert value(metrics, "wan_state", wan="isp2", state="up") is None
    assert value(metrics, "wan_state", wan="isp1", state="up") == 1


def test_targets_show_whether_they_answer_and_count(metrics: Metrics) -> None:
    targets = (a_target("192.0.2.1"), a_target("192.0.2.2", state="down", discounted=True))
    shown(metrics, a_document(wans=(a_wan(targets=targets, blind="probe-errors"),)))
    assert value(metrics, "target_up", wan="isp1", target="192.0.2.1") == 1
    assert value(metrics, "target_up", wan="isp1", target="192.0.2.2") == 0
    assert value(metrics, "target_discounted", wan="isp1", target="192.0.2.2") == 1
    assert value(metrics, "wan_blind", wan="isp1") == 1


@pytest.mark.parametrize(
    ("path", "proven"),
    [("proven", 1), ("suspected", 0), ("unproven", 0), ("unknown", None), ("unprovable", None)],
)
def test_only_a_path_that_is_known_has_a_sample(
    metrics: Metrics, path: str, proven: int | None
) -> None:
    shown(metrics, a_document(wans=(a_wan("isp1", path=path),)))
    assert value(metrics, "wan_path_proven", wan="isp1") == proven


def test_a_line_that_the_router_says_is_gone_shows(metrics: Metrics) -> None:
    shown(metrics, a_document(wans=(a_wan("isp1", gone="interface-down"), a_wan("isp2"))))
    assert value(metrics, "wan_gone", wan="isp1") == 1
    assert value(metrics, "wan_gone", wan="isp2") == 0


@pytest.mark.parametrize(
    ("watch", "listens"), [("listening", 1), ("polling", 0), ("disconnected", 0), ("", 0)]
)
def test_the_router_is_listened_to_only_while_it_tells(
    watch: str, listens: int, metrics: Metrics
) -> None:
    shown(metrics, a_document(router=a_router(watch=watch)))
    assert value(metrics, "router_listening") == listens


def test_every_kind_of_trouble_of_ours_begins_at_zero(metrics: Metrics) -> None:
    metrics.know("isp1", [])
    for kind in ("stall", "suspend", "clock-jump"):
        assert value(metrics, "disturbances_total", kind=kind) == 0
    for reason in ("not-permitted", "lan-unreachable", "socket-error"):
        assert value(metrics, "probe_errors_total", wan="isp1", reason=reason) == 0


def test_the_router_is_up_only_while_it_is_connected(metrics: Metrics) -> None:
    assert value(shown(metrics, a_document()), "router_up") == 1
    for state in ("connecting", "unreachable", "login-refused"):
        shown(metrics, a_document(router=a_router(state=state)))
        assert value(metrics, "router_up") == 0


def test_a_reason_for_being_frozen_goes_back_to_zero(metrics: Metrics) -> None:
    shown(metrics, a_document(frozen="settling"))
    assert value(metrics, "frozen", reason="settling") == 1
    shown(metrics, a_document(frozen="no-usable-wan"))
    assert value(metrics, "frozen", reason="settling") == 0
    assert value(metrics, "frozen", reason="no-usable-wan") == 1


def test_the_lease_shows_who_has_it(metrics: Metrics) -> None:
    other = LeaseStatus(instance="watch-2", held=False, holder="watch-1", error="")
    shown(metrics, a_document(lease=other))
    assert value(metrics, "lease_held") == 0
    assert value(metrics, "lease_holder", holder="watch-1") == 1
    shown(metrics, a_document(lease=replace(other, holder="")))
    assert value(metrics, "lease_holder", holder="watch-1") is None


def test_without_a_lease_this_instance_may_always_write(metrics: Metrics) -> None:
    shown(metrics, a_document(lease=None))
    assert value(metrics, "lease_held") == 1


def test_findings_are_counted_by_code_and_go_away_when_mended(metrics: Metrics) -> None:
    twice = (a_finding("a"), a_finding("a"), a_finding("b", "warning"))
    shown(metrics, a_document(findings=twice))
    assert value(metrics, "findings", code="a", severity="error") == 2
    assert value(metrics, "findings", code="b", severity="warning") == 1
    shown(metrics, a_document())
    assert value(metrics, "findings", code="a", severity="error") is None


@pytest.mark.parametrize(("used", "left"), [(0, 60), (58, 2), (60, 0), (75, 0)])
def test_the_write_budget_never_shows_less_than_nothing(
    metrics: Metrics, used: int, left: int
) -> None:
    writes = WriteStatus(last_hour=used, limit=60, spent=used >= 60)
    shown(metrics, a_document(writes=writes, pending_steps=5))
    assert value(metrics, "write_budget_remaining") == left
    assert value(metrics, "plan_changes") == 5


def test_a_name_with_odd_characters_survives_the_text_format(metrics: Metrics) -> None:
    name = 'Zürich "A"\\B'
    metrics.know(name, ["tcp:[2001:db8::1]:853"])
    text = shown(metrics, a_document(wans=(a_wan(name),))).render().decode()
    wans = {
        sample.labels["wan"]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "wan" in sample.labels
    }
    assert wans == {name}


def test_no_series_tells_when_another_was_made(metrics: Metrics) -> None:
    metrics.know("isp1", ["192.0.2.1"])
    assert b"_created" not in metrics.render()
