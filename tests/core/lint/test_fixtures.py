"""Every finding of the linter has a router that shows it and one, as like as can be, that does not.

``fixtures/<code>/shows.rsc`` and ``clean.rsc`` are exports. A file may begin with comment lines
``# where: /ip/firewall/mangle 3``: then the finding is about the fourth rule of that menu.
"""

from pathlib import Path

import pytest

from wanwatch.cli.exported import survey_file
from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.run import lint
from wanwatch.core.model import Finding

FIXTURES = Path(__file__).parent / "fixtures"
CODES = sorted(folder.name for folder in FIXTURES.iterdir() if folder.is_dir())


def found_in(path: Path) -> list[Finding]:
    survey = survey_file(path)
    return list(lint(survey, discover(survey)))


@pytest.mark.parametrize("code", CODES)
def test_the_router_that_has_the_fault_shows_it(code: str) -> None:
    path = FIXTURES / code / "shows.rsc"
    survey = survey_file(path)
    found = [finding for finding in found_in(path) if finding.code == code]
    assert found
    for line in path.read_text(encoding="latin-1").splitlines():
        if line.startswith("# where: "):
            menu, number = line.removeprefix("# where: ").split()
            wanted = survey.of(menu)[int(number)][".id"]
            assert wanted in [finding.where for finding in found if finding.menu == menu]


@pytest.mark.parametrize("code", CODES)
def test_a_router_without_the_fault_does_not_show_it(code: str) -> None:
    assert code not in [finding.code for finding in found_in(FIXTURES / code / "clean.rsc")]
