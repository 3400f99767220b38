"""From the daemon's recording: whether the probes of the lines that stay went out and came back."""

import json
from dataclasses import dataclass
from pathlib import Path

from wanwatch.probes.schedule import phase_at, spread


@dataclass(frozen=True, slots=True)
class Probes:
    """The probes of a span; lateness in seconds, against the schedule."""

    sent: int
    late_p50: float
    late_p99: float
    late_max: float
    missed: int
    """Instants of the schedule that were left out."""
    lost: int
    void: int


def probes(record: Path, dead: str, since: float, until: float) -> Probes:
    """What became of the probes of every line but ``dead`` that were due in a span of loop time."""
    header, *items = (json.loads(text) for text in record.read_text().splitlines())
    wans = header["wans"]
    places = spread([len(wan["targets"]) for wan in wans])
    paths = [
        (wan, place)
        for wan, of_wan in zip(wans, places, strict=True)
        for _, place in zip(wan["targets"], of_wan, strict=True)
    ]
    sent: dict[tuple[int, int], float] = {}
    ends: dict[tuple[int, int], str] = {}
    for item in items:
        if "p" not in item or paths[item["p"]][0]["name"] == dead:
            continue
        key = item["p"], item["n"]
        if item["is"] != "sent":
            ends[key] = item["is"]
        elif since <= item["t"] <= until:
            sent[key] = item["t"]
    late, missed = [], 0
    for number, (wan, place) in enumerate(paths):
        interval = wan["interval"]
        phase = phase_at(place, interval)
        instants = [
            divmod(at - phase, interval) for (path, _), at in sent.items() if path == number
        ]
        late += [by for _, by in instants]
        beats = [beat for beat, _ in instants]
        missed += int(beats[-1] - beats[0]) + 1 - len(beats) if beats else 0
    late.sort()
    fates = [ends.get(key, "") for key in sent]
    return Probes(
        sent=len(sent),
        late_p50=late[len(late) // 2],
        late_p99=late[len(late) * 99 // 100],
        late_max=late[-1],
        missed=missed,
        lost=fates.count(""),
        void=fates.count("void"),
    )
