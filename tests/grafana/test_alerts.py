"""The alert rules ask for metrics that exist, are tested, and speak to a person with a phone."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.grafana.names import misfits, served, used

FOLDER = Path(__file__).parents[2] / "grafana"
RULES = FOLDER / "alerts.yml"
STORIES = FOLDER / "alerts_test.yml"
_RULE = re.compile(
    r"- alert: (?P<name>\w+)\n"
    r"\s+expr:(?P<query>.+?)\n"
    r"(?:\s+for: \w+\n)?"
    r"\s+labels:\n\s+severity: (?P<severity>\w+)\n"
    r"\s+annotations:\n"
    r"\s+summary: \"(?P<summary>.+)\"\n"
    r"\s+description: \"(?P<description>.+)\"\n",
    re.DOTALL,
)


class Rule(NamedTuple):
    name: str
    query: str
    severity: str
    summary: str
    description: str


def rules() -> list[Rule]:
    text = RULES.read_text()
    found = []
    for part in re.split(r"(?=- alert:)", text)[1:]:
        match = _RULE.match(part)
        assert match, f"a rule that is not written as the others are:\n{part}"
        found.append(Rule(**match.groupdict()))
    return found


@pytest.fixture(params=rules(), ids=lambda rule: rule.name)
def rule(request: pytest.FixtureRequest) -> Rule:
    assert isinstance(request.param, Rule)
    return request.param


def test_a_rule_asks_for_what_is_served(rule: Rule) -> None:
    assert misfits(rule.query) == []
    assert used(rule.query) or "up{" in rule.query


def test_a_rule_has_a_story_in_which_it_fires(rule: Rule) -> None:
    assert f'alertname="{rule.name}"' in STORIES.read_text()


def test_a_rule_is_as_urgent_as_one_of_three_words(rule: Rule) -> None:
    assert rule.severity in ("critical", "warning", "info")


def test_a_person_reads_a_rule_on_a_phone(rule: Rule) -> None:
    assert len(rule.summary) <= 60
    assert 60 <= len(rule.description) <= 320
    assert rule.description.endswith(".")
    assert "wanwatch_" not in rule.summary + rule.description
    assert not re.search(r"[{}]", re.sub(r"\{\{.*?\}\}", "", rule.summary + rule.description))


def test_a_name_that_is_not_served_is_found() -> None:
    assert misfits('wanwatch_wan_state{state="dead"} + wanwatch_nothing_total') == [
        "wanwatch_nothing_total",
        "wanwatch_wan_state has no state dead",
    ]
    assert misfits('wanwatch_wan_state{line="isp1"}') == ["wanwatch_wan_state has no label line"]
    assert misfits("rate(wanwatch_probe_rtt_seconds_bucket[5m])") == []
    assert misfits("wanwatch_probe_rtt_seconds") == ["wanwatch_probe_rtt_seconds"]


def test_the_series_of_the_stories_are_served_as_well() -> None:
    series = re.findall(r"- series: '(wanwatch_\w+)\{([^}]*)\}'", STORIES.read_text())
    assert series
    names = served()
    for name, labels in series:
        given = set(re.findall(r"(\w+)=", labels)) - {"job", "instance"}
        assert name in names
        assert given == names[name].keys(), name


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    return subprocess.run(  # noqa: S603 - a program of the system, on files of ours
        [program, *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_prometheus_accepts_the_rules() -> None:
    result = promtool("check", "rules", str(RULES))
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(rules())} rules found" in result.stdout


def test_the_alerts_fire_when_their_stories_say_and_not_before() -> None:
    result = promtool("test", "rules", str(STORIES))
    assert result.returncode == 0, result.stdout + result.stderr
