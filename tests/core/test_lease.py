"""For how long a lease may be relied on, and what its entry says."""

import pytest

from wanwatch.core.lease import (
    GRACE,
    Holder,
    LeaseTerm,
    holder_of,
    instance_name,
    shortest_lease,
)

TERM = LeaseTerm.of(30.0, 5.0)


def test_a_write_begins_only_while_it_would_end_before_the_entry_does() -> None:
    last = 100.0 + 30.0 - GRACE - TERM.write
    assert TERM.may_write(100.0, last)
    assert not TERM.may_write(100.0, last + 0.01)


def test_what_may_be_written_under_is_valid_until_the_write_has_ended() -> None:
    for now in (100.0, 110.0, 119.0):
        assert TERM.may_write(100.0, now)
        assert TERM.is_valid(100.0, now + TERM.write - 0.001)


@pytest.mark.parametrize("timeout", [0.5, 1.0, 5.0, 60.0])
def test_under_the_shortest_lease_a_write_never_waits_for_a_renewal(timeout: float) -> None:
    term = LeaseTerm.of(shortest_lease(timeout), timeout)
    assert term.may_write(100.0, 100.0 + term.renew_every - 1e-6)
    shorter = LeaseTerm.of(0.99 * term.length, timeout)
    assert not shorter.may_write(100.0, 100.0 + shorter.renew_every)


@pytest.mark.parametrize("given_up", [False, True])
def test_a_comment_names_its_holder(*, given_up: bool) -> None:
    holder = Holder("watch-1", "1a2b:4026531836:812:3301", given_up=given_up)
    assert holder_of(holder.comment) == holder
    assert holder.comment.isascii()


@pytest.mark.parametrize("comment", ["", "hands off", "wanwatch lease of watch-1"])
def test_the_entry_of_somebody_else_has_no_token(comment: str) -> None:
    holder = holder_of(comment)
    assert (holder.token, holder.given_up) == ("", False)
    assert holder.name


@pytest.mark.parametrize(
    ("host", "name"),
    [("watch-1.example.net", "watch-1.example.net"), ("büro pc", "b-ro-pc"), ("é", "wanwatch")],
)
def test_a_hosts_name_fits_a_label(host: str, name: str) -> None:
    assert instance_name(host) == name
    assert len(instance_name(host * 40)) <= 32
