"""Codes and their severities are read from the sources, however a function comes by them."""

from pathlib import Path

import pytest

from wanwatch.cli.findings.raised import Raised, raised, raised_in
from wanwatch.core.model import Severity

HELPER = """
def found(code, severity, fix=()):
    return Finding(code, severity, "where", (), fix)
"""
CALLERS = """
def written():
    yield Finding("written", Severity.ERROR, "where", fix=("/command",))

def called():
    yield found("called", Severity.INFO)
    yield found("mended", Severity.WARNING, mend())

def looped():
    for code, severity in (("grave", Severity.ERROR), ("light", Severity.INFO)):
        yield found(code, severity)

def chosen(flag):
    severity = Severity.ERROR if flag else Severity.WARNING
    yield Finding("first" if flag else "second", severity)
"""


def test_each_code_has_the_severities_it_is_raised_with(tmp_path: Path) -> None:
    for name, text in (("a.py", HELPER), ("b.py", CALLERS)):
        (tmp_path / name).write_text(text)
    error, warning, info = Severity
    assert list(raised_in([tmp_path / "a.py", tmp_path / "b.py"]).values()) == [
        Raised("called", (info,), has_fix=False),
        Raised("first", (error, warning), has_fix=False),
        Raised("grave", (error,), has_fix=False),
        Raised("light", (info,), has_fix=False),
        Raised("mended", (warning,), has_fix=True),
        Raised("second", (error, warning), has_fix=False),
        Raised("written", (error,), has_fix=True),
    ]


def test_a_code_that_hides_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text("def hidden():\n    yield Finding(made_up(), Severity.INFO)\n")
    with pytest.raises(ValueError, match=r"a\.py:2: a code that is not written"):
        raised_in([source])


def test_every_code_of_wanwatch_has_a_severity() -> None:
    assert all(entry.severities for entry in raised().values())
