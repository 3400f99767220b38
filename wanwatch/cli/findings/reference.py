"""The page of all findings, drawn from their sentences and from where they are raised."""

from collections.abc import Iterable, Mapping
from string import Formatter

from wanwatch.cli.findings import classifiers, discovery, flow, inspect, lines, marks
from wanwatch.cli.findings.raised import Raised, raised
from wanwatch.cli.sentences import finding_templates

_HEAD = """\
# Findings

<!-- Drawn by `python -m wanwatch.cli.findings > docs/findings.md`; change the sentences in
wanwatch/cli. -->

What `wanwatch inspect`, `plan`, `check --live` and the daemon say about a router. A code is stable:
it stands in `--json`, in the status document and in metrics, and is not given another meaning. An
**error** breaks something: traffic is lost, or nothing can be planned. A **warning** will hurt when
a line fails, or on a bad day. A **note** is worth knowing. Words in *italics* are filled in. Where a
fix is safe, the finding brings RouterOS commands; read them before you paste them.
"""
_SECTIONS = (
    ("The hash space: PCC classifiers", classifiers.SENTENCES),
    ("Marks and tables", marks.SENTENCES),
    ("How packets pass the mangle rules", flow.SENTENCES),
    ("The lines: routes, NAT, interface lists, other actors", lines.SENTENCES),
    ("What discovery could not tell", discovery.SENTENCES),
    ("The configuration beside the router", inspect.SENTENCES),
)
_REST = "Planning and the connection"


def render() -> str:
    """Return the page as Markdown."""
    known = raised()
    templates = finding_templates()
    parts = [_HEAD]
    rest = dict(templates)
    for heading, sentences in _SECTIONS:
        parts += _section(heading, sentences, known)
        for code in sentences:
            rest.pop(code, None)
    parts += _section(_REST, rest, known)
    return "".join(parts)


def _section(heading: str, sentences: Mapping[str, str], known: Mapping[str, Raised]) -> list[str]:
    entries = [_entry(code, sentences[code], known.get(code)) for code in sorted(sentences)]
    return [f"\n## {heading}\n", *entries] if entries else []


def _entry(code: str, template: str, of_code: Raised | None) -> str:
    about = _about(of_code) if of_code else "Not raised."
    sentence = _readable(template)
    return f"\n### `{code}`\n\n{about}\n\n{sentence[:1].upper()}{sentence[1:]}.\n"


def _about(of_code: Raised) -> str:
    words = {"info": "note"}
    names = [words.get(severity.value, severity.value) for severity in of_code.severities]
    return f"{_or(names).capitalize()}{', with commands' if of_code.has_fix else ''}."


def _or(words: Iterable[str]) -> str:
    return " or ".join(words)


def _readable(template: str) -> str:
    """The template with its fields in italics; what Markdown would take for its own is escaped."""
    parts = []
    for text, name, _, _ in Formatter().parse(template):
        parts.append("".join(f"\\{c}" if c in "*_`<|" else c for c in text))
        if name:
            parts.append(f"*{name.replace('_', ' ')}*")
    return "".join(parts)
