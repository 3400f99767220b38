"""An ``/export`` file as a survey: what is written in it, and nothing that a world would make up."""

from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.cli.source import read_export
from wanwatch.core.survey import Survey, Unread
from wanwatch.routeros.survey import survey_of_export
from wanwatch.sim.export import load_export
from wanwatch.sim.store import Store


def survey_file(path: Path) -> Survey:
    """The survey of an export file; raises Failure when it cannot be read or holds no command."""
    return survey_text(read_export(path), str(path))


def survey_text(text: str, name: str = "the export") -> Survey:
    """The survey of an export's text, one character a byte; raises Failure as ``survey_file``."""
    store = Store()
    report = load_export(text, store)
    if not report.commands:
        raise Failure(f"{name}: holds no RouterOS command; name a file made by /export")
    made_up = frozenset(report.referenced_interfaces)
    rows = {
        menu: tuple(
            {**item.properties, ".id": item.id}
            for item in store.items(menu)
            if menu != "/interface/ethernet" or item.properties.get("name") not in made_up
        )
        for menu in store.paths()
    }
    unread = (Unread(entry.line, entry.text, entry.reason) for entry in report.unreadable)
    return survey_of_export(report.version, rows, unread)
