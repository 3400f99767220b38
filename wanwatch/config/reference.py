"""The reference page of the configuration, drawn from the models so that it cannot go stale.

``python -m wanwatch.config.reference`` writes the page to standard output.
"""

import sys

from wanwatch.config.keys import KeyInfo, fields_of, sections_of
from wanwatch.config.model import Config

_HEAD = """\
# Configuration

<!-- Drawn by `python -m wanwatch.config.reference`; change the sections in wanwatch/config. -->

One TOML file. Durations are texts with a unit: `"500ms"`, `"10s"`, `"5m"`, `"1h"`. Ratios are
numbers from 0 to 1. A key that is not below is refused, and so are numbers that cannot work
together; `wanwatch check` says all of it at once, and what the numbers come to. A commented
example is `deploy/wanwatch.toml.example`.
"""


def render() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    top = fields_of(Config)
    for heading, key, model in sections_of(Config):
        parts.append(f"\n## `{heading}`\n\n{top[key].description}\n\n")
        parts.append("| Key | Takes | Default | What it decides, and why |\n|---|---|---|---|\n")
        parts.extend(_row(info) for info in fields_of(model).values())
    return "".join(parts)


def _row(info: KeyInfo) -> str:
    cells = (f"`{info.name}`", info.form, _default(info), info.description)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(info: KeyInfo) -> str:
    if info.required:
        return "required"
    if not info.default:
        return "not set"
    return info.default if info.in_words else f"`{info.default}`"


if __name__ == "__main__":
    sys.stdout.write(render())
