"""Providers that answer in somebody else's name, and probes that are not where they should be."""

from collections.abc import Iterator

import pytest

from tests.lab.steering_daemon import captive
from tests.lab.steering_ground import Ground, ground, steered_export
from tests.lab.steering_hijack import Deceit, Deceived, deceive
from tests.lab.steering_paths import proofs, swapped, trapped
from tests.lab.steering_trap import TARGET
from tests.lab.steering_ways import Way

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(steered_export("v7"), tmp_path_factory.mktemp("deceit")) as built:
        yield built


@pytest.fixture(scope="module")
def deceived(made: Ground) -> dict[tuple[Deceit, str], Deceived]:
    return {(each.deceit, each.target): each for each in deceive(made)}


@pytest.mark.parametrize(
    ("deceit", "target", "said"),
    [
        (Deceit.PORTAL, "http", "captive portal: redirected to login.portal.example"),
        (Deceit.ADVERT, "http, body", "body without"),
        (Deceit.FORGERY, "https", "certificate: "),
        (Deceit.LIE, "dns, expect", "wrong answer: 192.0.2.66 instead of 192.0.2.7"),
    ],
)
def test_a_probe_that_looks_notices_who_answers_in_its_targets_name(
    deceived: dict[tuple[Deceit, str], Deceived], deceit: Deceit, target: str, said: str
) -> None:
    found = deceived[deceit, target]
    assert (found.outcome, found.elsewhere) == ("lost", "answered")
    assert found.detail.startswith(said)


@pytest.mark.parametrize(
    ("deceit", "target"),
    [
        (Deceit.ADVERT, "http"),
        (Deceit.FORGERY, "https, verify = false"),
        (Deceit.LIE, "dns"),
    ],
)
def test_a_probe_that_does_not_look_takes_any_answer(
    deceived: dict[tuple[Deceit, str], Deceived], deceit: Deceit, target: str
) -> None:
    assert deceived[deceit, target].outcome == "answered"


def test_a_line_behind_a_captive_portal_goes_down_and_comes_back(made: Ground) -> None:
    found = captive(made)
    assert found.other_line == "up"


def test_the_path_of_every_way_is_proven_but_for_dscp_which_no_entry_shows(made: Ground) -> None:
    found = {each.way: set(each.paths) for each in proofs(made, TARGET)}
    assert found.pop(Way.DSCP) == {"unprovable"}
    assert len(found) == 4
    assert all(paths == {"proven"} for paths in found.values())


def test_a_daemon_in_the_trap_does_not_take_the_dead_line_back(made: Ground) -> None:
    found = trapped(made, TARGET)
    assert found.false_verdicts > 0
    assert (found.returned, found.steps_after_that) == (0, 0)


def test_swapped_sources_are_noticed_and_nothing_is_done_on_their_word(made: Ground) -> None:
    found = swapped(made, TARGET)
    assert found.paths_before == ("proven", "proven")
    assert found.wrong_verdicts == ("up", "down")
    assert found.steps_meanwhile == 0
