"""Why every probe has an id of its own: an old connection entry keeps its translation.

Probes begin to leak by another line, as they do without a blackhole. With one id for all of them
they stay one connection, whose translation was made for the other line: with static ``src-nat``
the right line's provider takes none of them, for as long as they go on.
"""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from tests.lab.namespaces import LabError
from tests.lab.steering_ground import Ground
from tests.lab.steering_host import lines_of
from tests.lab.steering_states import State, befallen
from tests.lab.steering_ways import Way

TRANSLATIONS = ("src-nat", "masquerade")
_LEAKING, _ALL = 1.5, 5.0
"""Seconds of the leak, and of all together."""
_GRACE = 0.3


@dataclass(frozen=True, slots=True)
class Pinned:
    """What was answered once the line was back."""

    translation: str
    ids: str
    """constant or fresh."""
    leaked: int
    """Answered while the line was unplugged: by another one."""
    probes: int
    """After that."""
    answered: int

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def pinned(ground: Ground, translations: tuple[str, ...] = TRANSLATIONS) -> list[Pinned]:
    """Both sorts of ids, with each way of translating; raises LabError."""
    found = []
    for translation in translations:
        _translate(ground, translation)
        found += [_pinned(ground, translation, ids) for ids in ("constant", "fresh")]
    return found


def _translate(ground: Ground, action: str) -> None:
    sentences = []
    for line in (each for each in lines_of(ground.topology) if each.family == 4):
        to = f" =to-addresses={line.own_address}" if action == "src-nat" else ""
        sentences += [
            f"/ip/firewall/nat/print ?out-interface={line.interface} =.proplist=.id",
            f"/ip/firewall/nat/set =.id=* =action={action}{to}",
        ]
    ground.router(*sentences)


def _pinned(ground: Ground, translation: str, ids: str) -> Pinned:
    line = lines_of(ground.topology)[0]
    target = f"203.0.113.{240 + len(ids) + len(translation) % 2}"
    command = [
        *(sys.executable, "-m", "tests.lab.steering_echoes"),
        *(line.alias(Way.OPEN), target, str(_ALL), ids),
    ]
    with ExitStack() as stack:
        with befallen(ground, State.UNPLUGGED):
            process = stack.enter_context(
                ground.network.watch.start(command, stdout=subprocess.PIPE)
            )
            stack.callback(process.kill)
            time.sleep(_LEAKING)
            up = time.monotonic()
        back = time.monotonic()
        said, _ = process.communicate(timeout=30)
    if process.returncode:
        raise LabError("the echoes ended early")
    echoes: list[tuple[float, bool]] = [(at, answered) for at, answered in json.loads(said)]
    after = [answered for at, answered in echoes if at > back + _GRACE]
    leaked = sum(answered for at, answered in echoes if at < up)
    return Pinned(translation, ids, leaked, len(after), sum(after))
