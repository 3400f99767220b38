"""Why a WAN is in its state: what is said of it holds, and what is said to change it does."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lines import Lines, Outcome
from wanwatch.core.health.blindness import BlindReason
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.explain import Explanation
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.outlook import Need, NeedCode, Outlook
from wanwatch.core.health.recent import Fate
from wanwatch.core.model import HealthState

TARGETS = ("a", "b", "c")
LIMITS = HealthConfig(rise=4, fall=3, confirm=2.0, hold_down=20.0, quorum=2)

stories = st.lists(st.one_of(st.none(), st.floats(0.001, 1.5)), min_size=1, max_size=30)


def lines_to(targets: tuple[str, ...] = TARGETS, config: HealthConfig = LIMITS) -> Lines:
    return Lines.of({"isp": targets}, config)


def explained(lines: Lines, wan: str = "isp") -> Explanation:
    return lines.judge.explain(wan, lines.now)


def outlook_on(state: HealthState | None, explanation: Explanation) -> Outlook:
    """What leads to a state."""
    return next(outlook for outlook in explanation.outlook if outlook.to is state)


def need(code: NeedCode, outlook: Outlook) -> Need:
    return next(need for need in outlook.needs if need.code is code)


def test_before_anything_is_known_answers_are_waited_for() -> None:
    explanation = explained(lines_to())
    assert (explanation.state, explanation.since) == (HealthState.UNKNOWN, None)
    answers = need(NeedCode.ANSWERS, outlook_on(HealthState.UP, explanation))
    assert (answers.count, answers.of, answers.targets) == (4, 2, TARGETS)


def test_a_line_that_is_up_says_what_would_bring_it_down() -> None:
    lines = lines_to()
    lines.run(10.0)
    explanation = explained(lines)
    assert (explanation.quorum.fine, explanation.quorum.needed) == (3, 2)
    outlook = outlook_on(HealthState.DOWN, explanation)
    losses = need(NeedCode.LOSSES, outlook)
    assert (losses.count, len(losses.targets)) == (3, 2)
    assert need(NeedCode.SILENCE, outlook).seconds == 2.0
    loss = need(NeedCode.FIGURE_REACHES, outlook_on(HealthState.DEGRADED, explanation))
    assert (loss.figure, loss.limit) == ("loss", LIMITS.loss_enter)


def test_a_suspected_line_needs_less_to_go_down() -> None:
    lines = lines_to()
    lines.run(10.0)
    lines.set(None)
    lines.run(3.2)
    explanation = explained(lines)
    assert (explanation.state, explanation.is_suspected) == (HealthState.UP, True)
    losses = need(NeedCode.LOSSES, outlook_on(HealthState.DOWN, explanation))
    assert losses.count == 3 - max(target.losses for target in explanation.targets)
    assert 0 < explanation.silent_for < LIMITS.confirm


@settings(max_examples=40, deadline=None)
@given(stories, st.integers(1, 3))
def test_the_losses_that_it_names_bring_a_line_down_and_fewer_do_not(
    story: list[Outcome], quorum: int
) -> None:
    lines = lines_to(config=replace(LIMITS, quorum=quorum, loss_enter=None, loss_leave=None))
    lines.rule = lambda _, target, seq: story[(seq + TARGETS.index(target)) % len(story)]
    lines.run(31.5)
    lines.rule = None
    lines.run(6.0)
    explanation = explained(lines)
    if explanation.state is not HealthState.UP:
        return
    outlook = outlook_on(HealthState.DOWN, explanation)
    needed = [need for need in outlook.needs if need.code is NeedCode.LOSSES]
    assert sum(len(need.targets) for need in needed) == 3 - quorum + 1
    for loss in needed:
        for target in loss.targets:
            lines.set(None, target=target)
    count = max(loss.count or 0 for loss in needed)
    assert lines.run(count - 0.1) == []
    (transition,) = lines.run(2.2)
    assert transition.after is HealthState.DOWN


@settings(max_examples=30, deadline=None)
@given(stories, st.booleans(), st.floats(20.0, 80.0))
def test_a_line_that_is_down_is_up_when_what_it_names_has_come_about(
    story: list[Outcome],
    damped: bool,  # noqa: FBT001 - drawn
    cut_for: float,
) -> None:
    damping = DampingConfig(half_life=60.0, maximum=200.0) if damped else None
    lines = lines_to(config=replace(LIMITS, damping=damping, loss_enter=None, loss_leave=None))
    lines.rule = lambda _, target, seq: story[(seq + TARGETS.index(target)) % len(story)]
    lines.run(60.0)
    lines.rule = None
    lines.set(None)
    lines.run(cut_for)
    lines.set(0.02)
    lines.run(1.5)
    explanation = explained(lines)
    if explanation.state is not HealthState.DOWN:
        return
    outlook = outlook_on(HealthState.UP, explanation)
    answers = next((n.count for n in outlook.needs if n.code is NeedCode.ANSWERS), 0) or 0
    waits = [need.seconds or 0.0 for need in outlook.needs]
    soonest = max(answers - 1.0, *waits)
    assert lines.run(soonest - 0.01) == [] or soonest <= 0
    (transition,) = lines.run(1.1)
    assert transition.after is HealthState.UP


def test_a_damped_line_says_what_it_is_charged_and_until_when() -> None:
    damping = DampingConfig(half_life=100.0, suppress=1.5, reuse=0.75, maximum=300.0)
    lines = lines_to(config=replace(LIMITS, damping=damping, loss_enter=None, loss_leave=None))
    for _ in range(3):
        lines.set(0.02)
        lines.run(30.0)
        lines.set(None)
        lines.run(70.0)
    lines.set(0.02)
    lines.run(10.0)
    explanation = explained(lines)
    waiting = explanation.waiting
    assert explanation.state is HealthState.DOWN
    assert waiting.reuse == 0.75 < waiting.penalty
    assert waiting.hold_down == waiting.damped_for > LIMITS.hold_down
    damped = need(NeedCode.DAMPING, outlook_on(HealthState.UP, explanation))
    assert damped.seconds == waiting.damped_for


def test_a_degraded_line_says_which_figure_has_to_fall_and_for_how_long() -> None:
    lines = lines_to()
    lines.run(30.0)
    lines.rule = lambda _, __, seq: None if seq % 3 == 0 else 0.02
    lines.run(60.0)
    explanation = explained(lines)
    assert explanation.state is HealthState.DEGRADED
    better = outlook_on(HealthState.UP, explanation)
    within = need(NeedCode.FIGURE_WITHIN, better)
    assert (within.figure, within.limit) == ("loss", LIMITS.loss_leave)
    assert (within.value or 0) > 0.2
    assert need(NeedCode.GOOD_FOR, better).seconds == LIMITS.hold_down
    lines.rule = None
    lines.run(50.0)
    better = outlook_on(HealthState.UP, explained(lines))
    assert [need.code for need in better.needs] == [NeedCode.GOOD_FOR]
    left = better.needs[0].seconds or 0.0
    assert 0 < left < LIMITS.hold_down
    assert lines.run(left - 0.01) == []
    assert [each.after for each in lines.run(0.02)] == [HealthState.UP]


def test_a_blind_line_waits_for_sight_and_says_why() -> None:
    lines = lines_to()
    lines.run(10.0)
    lines.set("error")
    lines.run(10.0)
    explanation = explained(lines)
    assert explanation.state is HealthState.UP
    assert explanation.blind is not None
    assert explanation.blind.reason is BlindReason.PROBE_ERRORS
    assert outlook_on(None, explanation).needs == (Need(NeedCode.SIGHT),)


def test_a_line_that_the_router_calls_gone_waits_for_its_return() -> None:
    lines = lines_to()
    lines.run(10.0)
    lines.judge.gone("isp", GoneReason.INTERFACE_DOWN)
    lines.run(1.0)
    explanation = explained(lines)
    assert (explanation.state, explanation.gone) == (HealthState.DOWN, GoneReason.INTERFACE_DOWN)
    assert outlook_on(None, explanation).needs == (Need(NeedCode.LINE_RETURNS),)


def test_silence_of_all_lines_waits_for_a_word_of_the_router() -> None:
    lines = lines_to()
    lines.judge = Judge({"isp": WatchedWan(TARGETS, LIMITS)}, asks_router=True)
    lines.run(10.0)
    lines.set(None)
    lines.run(20.0)
    explanation = explained(lines)
    assert (explanation.state, explanation.needs_router) == (HealthState.UP, True)
    assert outlook_on(None, explanation).needs == (Need(NeedCode.ROUTER),)


def test_targets_at_fault_are_named_and_do_not_count() -> None:
    lines = Lines.of({"isp": TARGETS, "other": TARGETS}, replace(LIMITS, quorum=1))
    lines.run(10.0)
    lines.set(None, target="b")
    lines.run(10.0)
    explanation = explained(lines)
    assert [discount.target for discount in explanation.discounts] == ["b"]
    assert explanation.quorum.counted == 2
    losses = need(NeedCode.LOSSES, outlook_on(HealthState.DOWN, explanation))
    assert losses.targets == ("a", "c")


def test_the_last_samples_stand_with_their_fates_the_newest_last() -> None:
    outcomes: list[Outcome] = [0.02, None, 1.4, "void", 0.03]
    lines = lines_to(("a",), replace(LIMITS, quorum=1))
    lines.rule = lambda _, __, seq: outcomes[seq - 1] if seq <= len(outcomes) else 0.9
    lines.run(5.5)
    (target,) = explained(lines).targets
    fates = [(sample.fate, sample.rtt) for sample in target.recent]
    assert fates == [
        (Fate.ANSWERED, 0.02),
        (Fate.LOST, None),
        (Fate.LATE, 1.4),
        (Fate.VOID, None),
        (Fate.ANSWERED, 0.03),
        (Fate.PENDING, None),
    ]


def test_no_more_samples_are_kept_than_are_shown() -> None:
    lines = lines_to(("a",), replace(LIMITS, quorum=1))
    lines.run(300.0)
    (target,) = explained(lines).targets
    assert len(target.recent) == 40
    assert target.recent[-1].seq == max(sample.seq for sample in target.recent)
