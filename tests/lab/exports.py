"""The laboratory's own routers, and what an operator makes of one that RouterOS refuses in part."""

import json
import subprocess
import sys
from pathlib import Path

ROUTERS = Path(__file__).parent / "routers"
REFUSED = "v7-three-refused"
"""The router whose PCC rules RouterOS does not take."""
MENDED = "v7-three-mended"


def export_of(name: str) -> str:
    """The export of one of the routers; ``MENDED`` is ``REFUSED`` with its remedies carried out."""
    if name == MENDED:
        return mended(ROUTERS / f"{REFUSED}.rsc")
    return (ROUTERS / f"{name}.rsc").read_text("latin-1")


def working_routers() -> tuple[str, ...]:
    """The names of all routers that share out traffic."""
    names = {path.stem for path in ROUTERS.glob("*.rsc")} - {REFUSED}
    return (*sorted(names), MENDED)


def mended(path: Path) -> str:
    """An export without the commands that are refused, and with the remedies ``inspect`` gives."""
    command = [sys.executable, "-m", "wanwatch", "inspect", "--export", str(path), "--json"]
    said = subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603 - our own
    refused = [each for each in json.loads(said)["findings"] if each["fix"]]
    lines = path.read_text("latin-1").splitlines()
    for finding in refused:
        _blank(lines, finding["line"])
    return "\n".join([*lines, *(command for each in refused for command in each["fix"]), ""])


def _blank(lines: list[str], number: int) -> None:
    """Empty the command that begins in a line, which the next one goes on with after a backslash."""
    here = number - 1
    while lines[here].endswith("\\"):
        lines[here] = ""
        here += 1
    lines[here] = ""


def follows_rules(export: str) -> bool:
    """True for a router whose PCC rules mark routing, so that living flows follow the rules."""
    joined = export.replace("\\\n", " ")
    return any(
        "action=mark-routing" in line and "per-connection-classifier" in line
        for line in joined.splitlines()
    )
