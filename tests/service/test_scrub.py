"""Masking secrets."""

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.service.scrub import MASK, SHORTEST, Scrubber


def scrubber(*secrets: str) -> Scrubber:
    made = Scrubber()
    for secret in secrets:
        made.add(secret)
    return made


def test_without_a_secret_values_stay_as_they_are() -> None:
    assert scrubber("").clean({"a": [1, 2.5, None, True, "text"]}) == {
        "a": [1, 2.5, None, True, "text"]
    }


def test_a_secret_within_a_longer_one_leaves_no_rest_of_it() -> None:
    assert scrubber("hunter", "hunter-and-more").clean("x hunter-and-more y") == f"x {MASK} y"
    assert scrubber("hunter-and-more", "hunter").clean("x hunter-and-more y") == f"x {MASK} y"


def test_a_short_secret_is_masked_only_where_it_is_the_whole_text() -> None:
    assert scrubber("abc").clean("abc") == MASK
    assert scrubber("abc").clean("abcdef") == "abcdef"


def test_a_secret_that_reads_as_a_number_is_masked_as_a_number() -> None:
    assert scrubber("12345678").clean({"pin": 12345678, "port": 8728}) == {
        "pin": MASK,
        "port": 8728,
    }


@given(
    secret=st.text(min_size=SHORTEST, max_size=12),
    before=st.text(max_size=5),
    after=st.text(max_size=5),
)
def test_no_shape_of_a_value_keeps_a_secret(secret: str, before: str, after: str) -> None:
    text = before + secret + after
    cleaned = scrubber(secret).clean([text, {text: text}, {text}, (text,), RuntimeError(text)])
    flat: list[str] = [cleaned[0], *cleaned[1], *cleaned[1].values(), *cleaned[2], *cleaned[3]]
    flat.append(cleaned[4])
    assert all(MASK in part for part in flat)
    rests = [part.replace(MASK, "\0") for part in flat]
    assert all(secret not in rest for rest in rests if "\0" not in secret)
