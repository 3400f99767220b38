"""``wanwatch inspect`` of a live router, also beside a configuration."""

import json
from pathlib import Path

import pytest

from tests.cli.routers import TWO_LINES_7, served, write_config, write_router
from wanwatch.cli.main import main

Output = pytest.CaptureFixture[str]


def test_a_live_router_shows_the_same_wans_as_its_export(tmp_path: Path, capsys: Output) -> None:
    main(["inspect", "--export", write_router(tmp_path, TWO_LINES_7), "--json"])
    exported = json.loads(capsys.readouterr().out)
    with served(TWO_LINES_7) as router:
        main(["inspect", "--router", f"127.0.0.1:{router.port}", "--json"])
    live = json.loads(capsys.readouterr().out)
    assert live["live"] is True
    for key in ("name", "interfaces", "gateways", "addresses", "routing_tables", "share"):
        assert [wan[key] for wan in live["wans"]] == [wan[key] for wan in exported["wans"]]
    assert live["groups"][0]["shares"] == exported["groups"][0]["shares"]
    assert "router-plain-api" in [finding["code"] for finding in live["findings"]]


def test_a_configuration_is_compared_with_its_router(tmp_path: Path, capsys: Output) -> None:
    with served(TWO_LINES_7) as router:
        config = Path(write_config(tmp_path, router.port, wans=1))
        config.write_text(config.read_text() + 'routing_tables = ["wan2"]\n')
        assert main(["inspect", "--config", str(config), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert [wan["configured_as"] for wan in found["wans"]] == ["one", ""]
    by_code = {finding["code"]: finding for finding in found["findings"]}
    assert by_code["wan-not-configured"]["where"] == "ether2"
    assert by_code["configuration-differs"]["where"] == "one"
    assert "the routing_tables wan2" in by_code["configuration-differs"]["message"]


def test_a_configured_line_that_the_router_lacks_is_an_error(
    tmp_path: Path, capsys: Output
) -> None:
    with served(TWO_LINES_7) as router:
        config = write_config(tmp_path, router.port, wans=3)
        assert main(["inspect", "--config", config]) == 2
    text = capsys.readouterr().out
    assert "  wan-not-found\n" in text
    assert 'No default route leads through interface "ether3"' in text
    assert "configured as" in text
