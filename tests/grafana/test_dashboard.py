"""The dashboard asks for metrics that exist, shows them all, and fits its grid."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.grafana.names import a_busy_daemon, misfits, used

DASHBOARD: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "grafana" / "wanwatch.json").read_text()
)
PANELS: list[dict[str, Any]] = [p for p in DASHBOARD["panels"] if p["type"] != "row"]
VARIABLES = {"__rate_interval": "5m", "instance": ".*", "wan": ".*"}


def panel_queries() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"]


def all_queries() -> Iterator[str]:
    yield from panel_queries()
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


@pytest.mark.parametrize("query", [*all_queries()])
def test_a_query_asks_for_what_is_served(query: str) -> None:
    assert used(query)
    assert misfits(query) == []


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for query in panel_queries() for name in used(query)}
    for family in a_busy_daemon().registry.collect():
        names = {family.name, *(sample.name for sample in family.samples)}
        assert names & shown, f"{family.name} is not shown"


def test_a_query_uses_only_variables_that_there_are() -> None:
    known = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    for query in all_queries():
        assert set(re.findall(r"\$\{?(\w+)", query)) <= known | {"__rate_interval"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_follows_the_choice_of_source_and_instance(panel: dict[str, Any]) -> None:
    assert panel["datasource"]["uid"] == "${datasource}"
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"
        selectors = re.findall(r"wanwatch_\w+(\{[^}]*\})?", target["expr"])
        assert all('instance=~"$instance"' in selector for selector in selectors)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_explains_itself(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")


def test_panels_neither_overlap_nor_leave_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (column, line)
            for column in range(at["x"], at["x"] + at["w"])
            for line in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_panel_has_an_id_of_its_own() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_it_is_for_grafana_10_and_opens_with_the_lines_of_all_instances() -> None:
    assert DASHBOARD["schemaVersion"] >= 38
    names = [variable["name"] for variable in DASHBOARD["templating"]["list"]]
    assert names == ["datasource", "instance", "wan"]
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows[0] == "Now"
    assert len(rows) == 5


def test_prometheus_understands_every_query(tmp_path: Path) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    rules = []
    for number, query in enumerate(panel_queries()):
        expression = re.sub(r"\$(\w+)", lambda match: VARIABLES[match[1]], query)
        rules.append({"record": f"query_{number}", "expr": expression})
    page = tmp_path / "queries.yml"
    page.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    result = subprocess.run(  # noqa: S603 - a program of the system, on a file of ours
        [program, "check", "rules", str(page)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
