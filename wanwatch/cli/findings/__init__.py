"""The sentences of findings, a file for each part of the core that raises them."""

from collections.abc import Mapping

from wanwatch.cli.findings import classifiers, discovery, flow, inspect, lines, marks, planning

SENTENCES: Mapping[str, str] = {
    **discovery.SENTENCES,
    **classifiers.SENTENCES,
    **marks.SENTENCES,
    **flow.SENTENCES,
    **lines.SENTENCES,
    **inspect.SENTENCES,
    **planning.SENTENCES,
}
"""Code -> its sentence, to be filled with the finding's ``where`` and ``data``."""
