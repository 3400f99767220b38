"""A classifier's text names one bucket, or says what is wrong with it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanwatch.core.classifier import (
    FIELDS,
    Bucket,
    Classifier,
    ClassifierError,
    Fault,
    coalesce,
)

buckets = st.integers(1, 40).flatmap(lambda d: st.builds(Bucket, st.just(d), st.integers(0, d - 1)))


@given(st.sampled_from(sorted(FIELDS)), buckets)
def test_a_classifier_is_read_as_it_is_written(fields: str, bucket: Bucket) -> None:
    classifier = Classifier(fields, bucket)
    assert Classifier.parse(str(classifier)) == classifier


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("!both-addresses:2/0", Fault.NEGATED),
        ("both-addresses:10/0,1,2", Fault.SEVERAL_REMAINDERS),
        ("both-addresses:2/2", Fault.REMAINDER_TOO_LARGE),
        ("both-address:2/0", Fault.UNKNOWN_FIELDS),
        ("both-addresses-and-ports-2/1", Fault.MALFORMED),
        ("both-addresses:2/", Fault.MALFORMED),
        ("both-addresses:2/0,", Fault.MALFORMED),
        ("both-addresses:0/0", Fault.MALFORMED),
        ("both-addresses:²/0", Fault.MALFORMED),
        ("both-addresses:2/-1", Fault.MALFORMED),
        ("", Fault.MALFORMED),
    ],
)
def test_a_text_that_names_no_single_bucket_says_why(text: str, fault: Fault) -> None:
    with pytest.raises(ClassifierError) as raised:
        Classifier.parse(text)
    assert raised.value.fault is fault
    assert raised.value.text == text


@given(buckets, st.integers(1, 24), st.integers(0, 2**32 - 1))
def test_the_parts_of_a_bucket_hold_each_of_its_hash_values_once(
    bucket: Bucket, count: int, value: int
) -> None:
    parts = bucket.parts(count)
    assert sum(part.holds(value) for part in parts) == int(bucket.holds(value))
    assert all(bucket.covers(part) for part in parts)
    assert sum(part.size for part in parts) == bucket.size


@given(buckets, buckets)
def test_a_bucket_covers_another_when_it_holds_all_its_values(one: Bucket, other: Bucket) -> None:
    period = one.denominator * other.denominator
    holds_all = all(one.holds(value) for value in range(period) if other.holds(value))
    assert one.covers(other) == holds_all


@settings(max_examples=40)
@given(buckets, st.lists(st.integers(2, 4), max_size=3), st.data())
def test_joined_parts_cover_what_the_parts_covered(
    bucket: Bucket, cuts: list[int], data: st.DataObject
) -> None:
    parts = {bucket}
    for cut in cuts:
        chosen = data.draw(st.sampled_from(sorted(parts)))
        parts = parts - {chosen} | set(chosen.parts(cut))
    left = parts - {data.draw(st.sampled_from(sorted(parts)))}
    for value in range(max(part.denominator for part in parts)):
        assert any(b.holds(value) for b in left) == any(b.holds(value) for b in coalesce(left))
    assert len(coalesce(left)) <= len(left)


def test_all_buckets_of_a_denominator_are_the_whole_space() -> None:
    assert coalesce(Bucket(12, r) for r in range(12)) == (Bucket(1, 0),)
