"""What the router's connection entries say of the way of the probes."""

from itertools import count

import pytest

from wanwatch.core.path_proof import PathProof, PathProofs, PathState, ProbeEntry, ProbePath

TARGETS = frozenset({"9.9.9.9"})
A, B = ProbePath("a", "10.0.0.1", TARGETS), ProbePath("b", "10.0.0.2", TARGETS)
OWN = {"a": {"198.51.100.1"}, "b": {"203.0.113.1"}}
_keys = count()


def entry(path: ProbePath, translated_to: str, target: str = "9.9.9.9") -> ProbeEntry:
    """A fresh connection of a WAN's probe."""
    return ProbeEntry(str(next(_keys)), path.source, target, translated_to)


class Story:
    """Readings one after the other."""

    def __init__(self) -> None:
        self.proofs = PathProofs(["a", "b"])

    def read(
        self, *entries: ProbeEntry, own: dict[str, set[str]] = OWN
    ) -> tuple[PathProof, PathProof]:
        """Take one reading; what is known of both WANs then."""
        self.proofs.read([A, B], entries, own)
        return self.proofs.proofs["a"], self.proofs.proofs["b"]


def test_probes_that_show_their_wans_addresses_prove_their_paths() -> None:
    a, b = Story().read(entry(A, "198.51.100.1"), entry(B, "203.0.113.1"))
    assert a == PathProof(PathState.PROVEN, "198.51.100.1", clean=0)
    assert b.state is PathState.PROVEN


def test_swapped_probes_are_held_back_at_once_and_unproven_when_it_is_not_an_old_entry() -> None:
    story = Story()
    old = entry(A, "203.0.113.1"), entry(B, "198.51.100.1")
    a, b = story.read(*old)
    assert (a.state, a.may_act, b.state) == (PathState.SUSPECTED, False, PathState.SUSPECTED)
    a, _ = story.read(*old)
    assert a.state is PathState.SUSPECTED
    a, b = story.read(*old, entry(A, "203.0.113.1"), entry(B, "198.51.100.1"))
    assert a == PathProof(PathState.UNPROVEN, "203.0.113.1", "b")
    assert b == PathProof(PathState.UNPROVEN, "198.51.100.1", "a")
    assert story.proofs.held_back == {"a", "b"}


def test_an_entry_that_an_older_translation_pins_makes_no_wan_unproven() -> None:
    story = Story()
    pinned = entry(A, "203.0.113.1")
    assert story.read(pinned, entry(A, "198.51.100.1"))[0].state is PathState.SUSPECTED
    for _ in range(2):
        a, _ = story.read(pinned, entry(A, "198.51.100.1"))
    assert a.state is PathState.PROVEN


def test_a_path_that_is_put_right_is_proven_by_two_readings() -> None:
    story = Story()
    for _ in range(2):
        a, _ = story.read(entry(A, "203.0.113.1"))
    assert a.state is PathState.UNPROVEN
    assert not story.read(entry(A, "198.51.100.1"))[0].may_act
    assert story.read(entry(A, "198.51.100.1"))[0].state is PathState.PROVEN


def test_a_path_that_balances_stays_unproven_while_it_does() -> None:
    story = Story()
    for own_by_chance in (False, False, True, False, True, False):
        address = "198.51.100.1" if own_by_chance else "203.0.113.1"
        a, _ = story.read(entry(A, address))
    assert a.state is PathState.UNPROVEN
    assert story.read(entry(A, "198.51.100.1"), entry(A, "203.0.113.1"))[0].clean == 0


def test_without_an_entry_nothing_is_known_and_what_was_known_stays() -> None:
    story = Story()
    a, _ = story.read()
    assert (a.state, a.may_act) == (PathState.UNKNOWN, True)
    story.read(entry(A, "203.0.113.1"))
    story.read(entry(A, "203.0.113.1"))
    assert story.read()[0].state is PathState.UNPROVEN


def test_what_the_host_sends_elsewhere_is_no_probe() -> None:
    a, _ = Story().read(entry(A, "203.0.113.1", target="192.168.88.1"))
    assert a.state is PathState.UNKNOWN


def test_an_address_of_nobody_is_not_the_wans_own() -> None:
    story = Story()
    for _ in range(2):
        a, _ = story.read(entry(A, "192.0.2.77"))
    assert a == PathProof(PathState.UNPROVEN, "192.0.2.77")


@pytest.mark.parametrize(
    ("translated_to", "own", "cause"),
    [
        ("10.0.0.1", OWN, "not-translated"),
        ("192.0.2.77", {"a": set(), "b": {"203.0.113.1"}}, "address-unknown"),
        ("198.51.100.1", {"a": {"198.51.100.1"}, "b": {"198.51.100.1"}}, "address-shared"),
    ],
)
def test_where_entries_tell_no_line_it_is_said_and_the_wan_is_acted_on(
    translated_to: str, own: dict[str, set[str]], cause: str
) -> None:
    a, _ = Story().read(entry(A, translated_to), own=own)
    assert (a.state, a.cause, a.may_act) == (PathState.UNPROVABLE, cause, True)


def test_without_an_address_of_its_own_another_wans_still_tells() -> None:
    a, _ = Story().read(entry(A, "203.0.113.1"), own={"a": set(), "b": {"203.0.113.1"}})
    assert (a.state, a.other) == (PathState.SUSPECTED, "b")


def test_wans_whose_probes_leave_from_one_address_cannot_be_told_apart() -> None:
    proofs = PathProofs(["a", "b"])
    same = ProbePath("b", A.source, TARGETS)
    proofs.read([A, same], [entry(A, "203.0.113.1")], OWN)
    assert {proof.cause for proof in proofs.proofs.values()} == {"source-shared"}


def test_a_source_of_ipv6_proves_nothing() -> None:
    proofs = PathProofs(["a"])
    proofs.read([ProbePath("a", "2001:db8::1", frozenset())], [], {})
    assert proofs.proofs["a"].cause == "ipv6"
