"""How long the checks of classifiers and marks take on a router that is far too big."""

from collections.abc import Callable
from time import process_time

import pytest

from wanwatch.core.discovery.found import Discovery, FoundTable, FoundWan, TableKind
from wanwatch.core.lint.classifiers import classifier_findings
from wanwatch.core.lint.marks import mark_findings
from wanwatch.core.lint.picture import Picture
from wanwatch.core.snapshot import Address, MangleRule, Route, Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.core.wans import Wans


def big_group(number: int) -> dict[str, str]:
    return {
        "chain": "prerouting",
        "action": "mark-connection",
        "new-connection-mark": f"m{number % 8}",
        "per-connection-classifier": f"src-address:4000/{number % 4000}",
    }


def group_without_an_owner(number: int) -> dict[str, str]:
    network = {"src-address": f"10.{number // 250}.{number % 250}.0/24"}
    return {**big_group(number), **network, "per-connection-classifier": "src-address:2/0"}


def denominator_of_its_own(number: int) -> dict[str, str]:
    return {**big_group(number), "per-connection-classifier": f"src-address:{number + 2}/1"}


def mark_that_is_misspelt(number: int) -> dict[str, str]:
    return {
        "chain": "prerouting",
        "action": "mark-routing" if number % 2 else "mark-connection",
        "connection-mark": f"m{number // 2}",
        "new-connection-mark": f"M{number // 2}",
        "new-routing-mark": f"T{number % 500}",
    }


def arrival_and_crossing(number: int) -> dict[str, str]:
    mark = f"m{number % 2500}"
    if number < 2500:
        return {
            "chain": "prerouting",
            "action": "mark-connection",
            "in-interface": f"e{number % 50}",
            "new-connection-mark": mark,
        }
    return {
        "chain": "prerouting",
        "action": "mark-routing",
        "connection-mark": mark,
        "new-routing-mark": f"t{(number + 1) % 500}",
    }


@pytest.mark.parametrize(
    "rule",
    [
        big_group,
        group_without_an_owner,
        denominator_of_its_own,
        mark_that_is_misspelt,
        arrival_and_crossing,
    ],
)
def test_a_big_router_is_judged_at_once(rule: Callable[[int], dict[str, str]]) -> None:
    """Five thousand rules and two thousand routes: quadratic work would take many seconds."""
    snapshot = Snapshot(
        Version(6, 49),
        mangle=tuple(MangleRule(f"*{number}", rule(number)) for number in range(5000)),
        routes=tuple(
            Route(f"*{n}", "0.0.0.0/0", (f"10.0.{n % 50}.1",), f"t{n % 500}", 1 + n // 500)
            for n in range(2000)
        ),
        addresses=tuple(Address(f"10.0.{n}.2/30", f"e{n}") for n in range(50)),
    )
    survey = Survey(snapshot, is_live=False)
    wans = tuple(
        FoundWan(f"e{n}", (f"e{n}",), (f"10.0.{n}.1",), (), (), (), (), ()) for n in range(50)
    )
    tables = tuple(FoundTable(f"t{n}", TableKind.WAN, (f"e{n % 50}",)) for n in range(500))
    bound = Wans((), frozenset(), ())
    picture = Picture(survey, Discovery(wans, tables, (), bound, ()))
    started = process_time()
    assert [*classifier_findings(picture), *mark_findings(picture)]
    assert process_time() - started < 2
