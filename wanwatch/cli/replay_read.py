"""Reading the files of a recording: oldest first, in big bites, a broken line passed over."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from wanwatch.cli.console import Failure
from wanwatch.core.health.replay import BrokenLine, Replay
from wanwatch.core.health.replay_format import NotARecording, is_header, read_header
from wanwatch.service.recorder import part

_BITE = 1 << 20
"""Bytes that are read and understood together."""
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class BrokenAt:
    """A line that was passed over."""

    file: str
    line: int
    why: str


def files_of(path: Path) -> list[Path]:
    """The recording's files, the oldest first: its rotated parts stand beside it."""
    found = [path]
    while (older := part(path, len(found))).is_file():
        found.append(older)
    return found[::-1]


def read_into(replay: Replay, files: Sequence[Path]) -> list[BrokenAt]:
    """Feed everything; return what was passed over. Raises Failure for what is no recording."""
    broken: list[BrokenAt] = []
    for path in files:
        try:
            with path.open("rb") as stream:
                _read_file(replay, path, _bites(stream), broken)
        except OSError as error:
            raise Failure(f"{path}: {error.strerror or error}") from error
    return broken


def _bites(stream: Any) -> Iterator[list[bytes]]:
    while lines := stream.readlines(_BITE):
        yield lines


def _read_file(
    replay: Replay, path: Path, bites: Iterator[list[bytes]], broken: list[BrokenAt]
) -> None:
    number = 0
    for lines in bites:
        for item in _items(lines):
            number += 1
            if number == 1 or (isinstance(item, dict) and is_header(item)):
                _begin(replay, path, number, item)
                continue
            try:
                if item is not None:
                    replay.feed(item)
            except BrokenLine as error:
                why = item.why if isinstance(item, _Unreadable) else str(error)
                broken.append(BrokenAt(str(path), number, why))
    if not number:
        raise Failure(f"{path}: is empty")


def _begin(replay: Replay, path: Path, number: int, item: Any) -> None:
    try:
        replay.begin(read_header(None if isinstance(item, _Unreadable) else item))
    except NotARecording as error:
        raise Failure(f"{path}, line {number}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Unreadable:
    why: str


def _items(lines: Sequence[bytes]) -> list[Any]:
    """What the lines hold; one that is no JSON becomes ``_Unreadable``, an empty one None."""
    try:
        items = json.loads(b"[" + b",".join(lines) + b"]", parse_constant=_refuse)
    except (ValueError, RecursionError):
        return [_item(line) for line in lines]
    # A line may hold two objects with a comma between them, which are two of a list.
    return items if len(items) == len(lines) else [_item(line) for line in lines]


def _item(line: bytes) -> Any:
    if not line.strip():
        return None
    if len(line) > _LONGEST_LINE:
        return _Unreadable(f"it has {len(line)} bytes")
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return _Unreadable(f"no JSON: {error}")


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")
