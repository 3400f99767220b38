"""Durations: one form in, seconds out, and the same form back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.config.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("1.5s", 1.5), ("10s", 10.0), ("5m", 300.0), ("1h", 3600.0), ("0s", 0.0)],
)
def test_a_number_with_its_unit_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "1", "s", "1 s", " 1s", "1s\n", "-1s", "+1s", "1e3s", "1d", "1S", "1m30s", "٣s"]
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.02, "20ms"), (1.5, "1.5s"), (60.0, "60s"), (90.0, "90s"), (120.0, "2m")],
)
def test_seconds_are_printed_as_people_write_them(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@settings(max_examples=200)
@given(st.integers(min_value=0, max_value=200_000_000))
def test_what_is_printed_is_read_back(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, abs=1e-9)
