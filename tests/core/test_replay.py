"""Replays: the same limits give the same verdicts, others are told apart, damage is no harm."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.lines import Lines, Outcome
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import WatchedWan
from wanwatch.core.health.profile import PROFILES
from wanwatch.core.health.replay import BrokenLine, Replay, Replayed
from wanwatch.core.health.replay_fit import Misfit, MisfitCode
from wanwatch.core.health.replay_format import Header, Item, NotARecording, read_header
from wanwatch.core.health.replay_record import RecordingJudge, recorded_wans

TARGETS = ("a", "b", "c")
WALL = 1_700_000_000.0
QUICK = HealthConfig(rise=2, fall=2, hold_down=3.0, minimum_samples=4, window=10.0)

LIMITS = [
    QUICK,
    PROFILES["default"].limits(),
    replace(PROFILES["fast"].limits(), hold_down=4.0),
    replace(QUICK, fall=1, timeout_shortest=0.2),
    replace(QUICK, quorum=2, confirm=1.5, timeout_shortest=0.2),
    replace(QUICK, rtt_enter=0.5, rtt_leave=0.3, jitter_enter=0.4, jitter_leave=0.2),
    replace(QUICK, damping=DampingConfig(half_life=20.0, maximum=60.0), loss_enter=0.9),
]

stories = st.lists(
    st.one_of(
        st.just(0.02),
        st.floats(0.001, 0.4),
        st.none(),
        st.floats(0.4, 2.5),
        st.just("void"),
        st.just("error"),
    ),
    min_size=1,
    max_size=60,
)
"""What becomes of one sample after the other."""


class Recording:
    """Lines that are recorded while they run."""

    def __init__(
        self,
        limits: HealthConfig,
        wans: Mapping[str, tuple[str, ...]] | None = None,
        *,
        asks_router: bool = False,
    ) -> None:
        names = wans or {"isp": TARGETS, "other": TARGETS}
        self.wans = {name: WatchedWan(targets, limits) for name, targets in names.items()}
        self.written: list[Item] = []
        judge = RecordingJudge(self.wans, self.written.append, asks_router=asks_router)
        self.lines = Lines.of(names, limits)
        self.lines.judge = judge
        self.header = Header("1", "run", 0, 0.0, WALL, recorded_wans(self.wans, {}), asks_router)

    def items(self) -> list[Item]:
        return [json.loads(json.dumps(item)) for item in self.written]


def replayed(
    recording: Recording, wans: Mapping[str, WatchedWan] | None = None, within: float = 10.0
) -> Replayed:
    """Replay, with the limits of the recording unless others are given."""
    replay = Replay(recording.wans if wans is None else wans, false_within=within)
    replay.begin(recording.header)
    for item in recording.items():
        replay.feed(item)
    return replay.result()


def verdicts(result: Replayed) -> list[tuple[float, str, str, str, str]]:
    found = [t for tally in result.wans for t in tally.transitions]
    return sorted((t.at, t.wan, t.before, t.after, t.reason) for t in found)


def decided(recording: Recording) -> list[tuple[float, str, str, str, str]]:
    """What the judge decided when it was recorded."""
    return sorted(
        (t.at, t.wan, t.before.value, t.after.value, t.reason.value)
        for t in recording.lines.transitions
    )


def told(limits: HealthConfig, story: list[Outcome], seconds: float = 60.0) -> Recording:
    """Tell one story to all paths, each beginning at another place."""
    recording = Recording(limits)
    places = {path: 7 * place for place, path in enumerate(recording.lines.paths)}
    recording.lines.rule = lambda wan, target, seq: story[(seq + places[wan, target]) % len(story)]
    recording.lines.run(seconds)
    return recording


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(LIMITS), stories)
def test_the_limits_of_a_recording_give_its_verdicts_at_its_times(
    limits: HealthConfig, story: list[Outcome]
) -> None:
    recording = told(limits, story)
    result = replayed(recording)
    assert result.is_exact
    assert verdicts(result) == decided(recording)
    assert [tally.transitions for tally in result.recorded] == [
        tally.transitions for tally in result.wans
    ]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(LIMITS), st.sampled_from(LIMITS), stories)
def test_other_limits_give_the_verdicts_of_a_judge_that_has_them(
    recorded: HealthConfig, other: HealthConfig, story: list[Outcome]
) -> None:
    """The lines probe at the same moments whatever the limits, so that both can be had."""
    wans = {name: WatchedWan(TARGETS, other) for name in ("isp", "other")}
    result = replayed(told(recorded, story), wans)
    assert verdicts(result) == decided(told(other, story))
    assert result.is_exact == (recorded == other)


words = st.sampled_from(["gone", "returned", "heard", ""])


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(LIMITS), stories, st.lists(words, min_size=1, max_size=30))
def test_what_the_router_says_is_replayed_too(
    limits: HealthConfig, story: list[Outcome], said: list[str]
) -> None:
    recording = Recording(limits, asks_router=True)
    judge = recording.lines.judge
    recording.lines.rule = lambda _, __, seq: story[seq % len(story)]
    for second in range(60):
        recording.lines.run(1.0)
        word = said[second % len(said)]
        if word == "gone":
            judge.gone("isp", GoneReason.INTERFACE_DOWN)
        elif word == "returned":
            judge.returned("isp")
        elif word == "heard":
            judge.router_heard(second + 0.5)
    assert verdicts(replayed(recording)) == decided(recording)


def test_a_silence_that_is_over_is_over_in_the_replay_too() -> None:
    limits = replace(QUICK, loss_enter=None, loss_leave=None)
    recording = Recording(limits, {"isp": ("a",)}, asks_router=True)
    lines = recording.lines
    lines.run(20.5)
    lines.set(None)
    lines.run(1.0)
    lines.set(0.02)
    lines.run(0.7)
    lines.judge.router_heard(lines.now)
    lines.run(20.0)
    lines.set(None)
    lines.run(20.0)
    assert [after for _, _, _, after, _ in decided(recording)] == ["up"]
    assert lines.judge.needs_router
    assert verdicts(replayed(recording)) == decided(recording)


def test_a_loss_ratio_that_grows_as_answers_leave_the_window_is_seen_at_once() -> None:
    limits = replace(QUICK, loss_enter=0.21, loss_leave=0.1, fall=5)
    recording = Recording(limits, {"isp": ("a",)})
    recording.lines.rule = lambda _, __, seq: None if seq in {27, 30} else 0.02
    recording.lines.run(60.0)
    reasons = [reason for _, _, _, _, reason in decided(recording)]
    assert "loss-high" in reasons
    assert verdicts(replayed(recording)) == decided(recording)


def test_calm_verdicts_are_not_recorded() -> None:
    recording = told(PROFILES["default"].limits(), [0.02], 600.0)
    kinds = [item["is"] for item in recording.items()[-1000:]]
    assert kinds.count("judged") == 0
    assert kinds.count("sent") == kinds.count("heard") == 500


def cut(limits: HealthConfig, seconds: float) -> Recording:
    """Both lines up, one of them cut for so long, and up again."""
    recording = Recording(limits)
    recording.lines.run(30.0)
    recording.lines.set(None, wan="isp")
    recording.lines.run(seconds)
    recording.lines.set(0.02)
    recording.lines.run(100.0)
    return recording


def test_time_out_of_service_is_added_up() -> None:
    tally, other = replayed(cut(QUICK, 20.0)).wans
    (down, up) = tally.transitions[1:]
    assert (down.after, up.after) == ("down", "up")
    assert tally.down_for == pytest.approx(up.at - down.at)
    assert (tally.downs, other.downs, other.down_for) == (1, 0, 0.0)
    assert tally.watched_for == other.watched_for == pytest.approx(150.0, abs=1.0)
    assert down.wall == pytest.approx(WALL + down.at)


def test_a_down_that_is_answered_soon_was_false_and_one_that_is_not_was_right() -> None:
    patient = replace(QUICK, fall=5)
    short, long = cut(patient, 8.0), cut(patient, 30.0)
    for recording, is_false in ((short, True), (long, False)):
        (tally, _) = replayed(recording).wans
        down = next(t for t in tally.transitions if t.after == "down")
        assert down.is_false is is_false
        assert tally.false_downs == is_false
        assert down.answered_after is not None
    assert replayed(short, within=0.5).wans[0].false_downs == 0


def test_a_late_answer_to_something_older_than_what_was_heard_proves_nothing() -> None:
    recording = Recording(replace(QUICK, timeout=0.5), {"isp": ("a",)})
    judge = recording.lines.judge
    for seq in range(10):
        judge.sent("isp", "a", seq, float(seq))
        if seq not in {6, 8, 9}:
            judge.answered("isp", "a", seq, 0.1, seq + 0.1)
        judge.tick(seq + 0.6)
    judge.answered("isp", "a", 6, 3.8, 9.8)
    judge.tick(9.8)
    judge.sent("isp", "a", 10, 11.9)
    judge.answered("isp", "a", 10, 0.1, 12.0)
    judge.tick(12.0)
    (tally,) = replayed(recording).wans
    down = tally.transitions[-1]
    assert (down.at, down.after) == (9.6, "down")
    assert down.answered_after == pytest.approx(12.0 - 9.6)


def test_other_thresholds_would_have_let_a_short_outage_pass() -> None:
    recording = cut(QUICK, 6.0)
    (strict, _) = replayed(recording).wans
    wans = {name: WatchedWan(TARGETS, replace(QUICK, fall=20)) for name in recording.wans}
    result = replayed(recording, wans)
    assert (strict.downs, result.wans[0].downs) == (1, 0)
    assert result.recorded[0].downs == 1
    assert Misfit(MisfitCode.OTHER_CADENCE, "isp") in result.misfits


def test_other_limits_find_a_loss_at_their_own_deadline() -> None:
    sharp = replace(QUICK, fall=1, quorum=3, timeout_shortest=0.2)
    wans = {name: WatchedWan(TARGETS, sharp) for name in ("isp", "other")}
    assert verdicts(replayed(cut(QUICK, 20.0), wans)) == decided(cut(sharp, 20.0))


def test_what_a_configuration_does_not_have_is_left_out_and_named() -> None:
    recording = cut(QUICK, 20.0)
    wans = {
        "isp": WatchedWan(("a", "x"), replace(QUICK, quorum=2)),
        "new": WatchedWan(("a",), QUICK),
    }
    result = replayed(recording, wans)
    assert [tally.wan for tally in result.wans] == ["isp"]
    assert set(result.misfits) == {
        Misfit(MisfitCode.WAN_NOT_CONFIGURED, "other"),
        Misfit(MisfitCode.WAN_NOT_RECORDED, "new"),
        Misfit(MisfitCode.TARGETS_NOT_CONFIGURED, "isp", ("b", "c")),
        Misfit(MisfitCode.TARGETS_NOT_RECORDED, "isp", ("x",)),
        Misfit(MisfitCode.QUORUM_LOWERED, "isp"),
        Misfit(MisfitCode.OTHER_CADENCE, "isp"),
    }
    assert result.wans[0].downs == 1


def test_a_wan_without_a_common_target_is_left_out() -> None:
    wans = {"isp": WatchedWan(("x",), QUICK), "other": WatchedWan(TARGETS, QUICK)}
    result = replayed(cut(QUICK, 20.0), wans)
    assert [tally.wan for tally in result.wans] == ["other"]
    assert Misfit(MisfitCode.NO_TARGET_IN_COMMON, "isp") in result.misfits


@pytest.mark.parametrize("other", [QUICK, replace(QUICK, fall=3)])
def test_a_stall_that_was_taken_back_is_no_loss_for_other_limits_either(
    other: HealthConfig,
) -> None:
    recording = Recording(QUICK, {"isp": ("a",)})
    judge, replay = (
        recording.lines.judge,
        Replay({"isp": WatchedWan(("a",), other)}, false_within=1),
    )
    for seq in range(20):
        judge.sent("isp", "a", seq, float(seq))
        judge.answered("isp", "a", seq, 0.02, seq + 0.02)
        judge.tick(seq + 0.03)
    for seq in range(20, 24):
        judge.sent("isp", "a", seq, 19.5 + seq / 100)
    for seq in range(20, 24):
        judge.voided("isp", "a", seq, 40.0)
    judge.tick(40.0)
    judge.sent("isp", "a", 24, 40.1)
    judge.answered("isp", "a", 24, 0.02, 40.12)
    judge.tick(40.13)
    replay.begin(recording.header)
    for item in recording.items():
        replay.feed(item)
    assert [t.after for tally in replay.result().wans for t in tally.transitions] == ["up"]


def test_a_run_goes_on_in_its_next_file_and_a_new_one_begins_anew() -> None:
    recording = cut(QUICK, 20.0)
    items, whole = recording.items(), replayed(recording)
    half = len(items) // 2
    replay = Replay(recording.wans, false_within=10.0)
    replay.begin(recording.header)
    for item in items[:half]:
        replay.feed(item)
    replay.begin(recording.header.next_part(items[half]["t"], WALL, {"isp": "down"}))
    for item in items[half:]:
        replay.feed(item)
    assert replay.result() == whole
    twice = Replay(recording.wans, false_within=10.0)
    for run in ("one", "two"):
        wall = WALL + (1000.0 if run == "two" else 0.0)
        twice.begin(replace(recording.header, run=run, wall=wall))
        for item in items:
            twice.feed(item)
    result = twice.result()
    assert (result.runs, result.samples) == (2, 2 * whole.samples)
    assert result.wans[0].down_for == pytest.approx(2 * whole.wans[0].down_for)
    first = [t.at for t in whole.wans[0].transitions]
    assert [t.at for t in result.wans[0].transitions] == pytest.approx(
        [*first, *(at + 1000.0 for at in first)]
    )


def test_a_file_that_begins_midway_says_so() -> None:
    recording = cut(QUICK, 20.0)
    replay = Replay(recording.wans, false_within=10.0)
    replay.begin(recording.header.next_part(0.0, WALL, {}))
    assert replay.result().begins_midway


BROKEN: list[Any] = [
    {},
    [],
    "text",
    7,
    None,
    {"t": 1.0},
    {"t": 1.0, "is": "unheard-of"},
    {"t": "x", "is": "judged"},
    {"t": 1e30, "is": "judged"},
    {"t": 10**400, "is": "judged"},
    {"t": 1.0, "is": "sent"},
    {"t": 1.0, "is": "sent", "p": -1, "n": 1},
    {"t": 1.0, "is": "sent", "p": 99, "n": 1},
    {"t": 1.0, "is": "sent", "p": [], "n": 1},
    {"t": 1.0, "is": "sent", "p": 0, "n": "x"},
    {"t": 1.0, "is": "heard", "p": 0, "n": 1},
    {"t": 1.0, "is": "heard", "p": 0, "n": 1, "rtt": -1},
    {"t": 1.0, "is": "heard", "p": 0, "n": 1, "rtt": float("nan")},
    {"t": 1.0, "is": "heard", "p": 0, "n": 1, "rtt": "x"},
    {"t": 1.0, "is": "wall", "wall": "x"},
    {"t": 1.0, "is": "wall", "wall": float("inf")},
    {"t": 1.0, "is": "changed", "wan": "isp"},
    {"t": 1.0, "is": "gone", "wan": "isp", "reason": "bored"},
    {"t": 1.0, "is": "gone", "wan": []},
    {"t": 1.0, "is": "returned"},
    {"t": 1.0, "is": "router", "asked_at": None},
    {"t": 1.0, "is": "changed", "wan": {}},
]


@pytest.mark.parametrize("limits", [QUICK, replace(QUICK, fall=3)])
def test_broken_lines_are_refused_and_change_nothing(limits: HealthConfig) -> None:
    recording = cut(QUICK, 20.0)
    wans = {name: WatchedWan(TARGETS, limits) for name in recording.wans}
    replay = Replay(wans, false_within=10.0)
    replay.begin(recording.header)
    for number, item in enumerate(recording.items()):
        if number % 50 == 0:
            for broken in BROKEN:
                near = dict(broken, t=item["t"]) if _has_good_time(broken) else broken
                with pytest.raises(BrokenLine):
                    replay.feed(near)
        replay.feed(item)
    assert replay.result() == replayed(recording, wans)


def _has_good_time(item: Any) -> bool:
    return isinstance(item, dict) and item.get("t") == 1.0


def test_a_line_before_any_header_is_refused() -> None:
    with pytest.raises(BrokenLine):
        Replay({}, false_within=1.0).feed({"t": 1.0, "is": "judged"})


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({"a": 1}, "is no recording"),
        ([], "is no recording"),
        ({"wanwatch": "recording", "format": 2}, "format 2; this wanwatch reads format 1"),
        ({"wanwatch": "recording", "format": 1}, "cannot be read"),
        ({"wanwatch": "recording", "format": 1, "run": "", "part": 0, "wans": [{}]}, "cannot"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_sentence(item: Any, sentence: str) -> None:
    with pytest.raises(NotARecording, match=sentence):
        read_header(item)


def test_headers_are_read_as_they_were_written() -> None:
    header = Recording(PROFILES["fast"].limits()).header
    assert read_header(json.loads(json.dumps(header.item()))) == header
