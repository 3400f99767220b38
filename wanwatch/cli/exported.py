"""An ``/export`` file as a survey: what is written in it, and nothing that a world would make up."""

from collections.abc import Iterator
from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.cli.source import read_export
from wanwatch.core.survey import LINE, Survey, Unread
from wanwatch.routeros.errors import UnsupportedVersion
from wanwatch.routeros.survey import survey_of_export
from wanwatch.sim.export import ExportReport, load_export
from wanwatch.sim.store import Item, Store


def survey_file(path: Path) -> Survey:
    """The survey of an export file; raises Failure when it cannot be read or used."""
    return survey_text(read_export(path), str(path))


def survey_text(text: str, name: str = "the export") -> Survey:
    """The survey of an export's text, one character a byte; raises Failure as ``survey_file``."""
    store = Store()
    report = load_export(text, store, add_ports=False)
    if not report.commands:
        raise Failure(f"{name}: holds no RouterOS command; name a file made by /export")
    rows = {menu: tuple(map(_row, store.items(menu))) for menu in store.paths()}
    try:
        return survey_of_export(report.version, rows, _unread(report))
    except UnsupportedVersion as error:
        raise Failure(f"{name}: {error}") from error


def _row(item: Item) -> dict[str, str]:
    """A row with its id and its line, without what only writing an export needs."""
    shown = {n: v for n, v in item.properties.items() if n[0] != "." or n == LINE}
    return {**shown, ".id": item.id}


def _unread(report: ExportReport) -> Iterator[Unread]:
    """What was passed over, and rows with words that RouterOS would refuse.

    An address or a classifier that is none stands in its row, for the linter to see.
    """
    entries = [Unread(entry.line, entry.text, entry.reason) for entry in report.unreadable]
    entries += [
        Unread(doubt.line, doubt.command, f"the row is kept, but {doubt.reason}")
        for doubt in report.doubts
        if not doubt.is_plain_to_see
    ]
    return iter(sorted(entries, key=lambda entry: entry.line))
