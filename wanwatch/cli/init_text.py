"""A configuration in TOML from what was found on a router, with the reasons as comments.

What discovery's specs say stands as keys; what wanwatch reads from the router by itself at every
pass stands as comments, and so does what only the operator knows. Nothing that was not found is
written as a fact.
"""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from wanwatch.cli.init_steering import Steering
from wanwatch.cli.init_toml import assignment, comment, is_writable
from wanwatch.cli.inspect_command import Inspected
from wanwatch.cli.inspect_findings import counts, inspected_sentence
from wanwatch.cli.inspect_places import Places
from wanwatch.cli.inspect_words import classifier, counted, fallback_chain
from wanwatch.core.discovery.found import FoundWan
from wanwatch.core.model import Finding, Severity, WanSpec
from wanwatch.routeros.text import display_text

_WIDTH = 98
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def configuration(found: Inspected, source: str, router: Iterable[str]) -> str:
    """The whole file; ``source`` is what was read, ``router`` the lines of ``[router]``."""
    survey = found.survey
    steering = Steering(survey, found.discovery)
    lines = [
        *_head(found, source),
        "",
        *router,
        "",
        *_prose(
            "The lines, as they were found. The keys pin what tells a line: its interface, its next"
            " hop, its routing tables. Its routes, rules and marks are read from the router again"
            " at every pass."
        ),
        "#",
        *steering.explained(),
    ]
    for spec, wan in zip(found.discovery.specs, found.discovery.wans, strict=False):
        lines += ["", *_wan(found, spec, wan, steering)]
    if not found.discovery.wans:
        lines += ["", *_no_wan()]
    return "\n".join([*lines, "", *_probe(), ""])


def _head(found: Inspected, source: str) -> Iterator[str]:
    survey = found.survey
    name = display_text(survey.snapshot.identity) or "a router"
    guess = ", a guess" if found.version_guessed else ""
    yield from _prose(
        f"wanwatch: a configuration for {name} (RouterOS {survey.snapshot.version}{guess}), made by"
        f" `wanwatch init` from {source}. Read it before use: below stands what wanwatch takes for"
        " your lines, and what it could not know. `wanwatch check FILE` says what is still missing,"
        " `wanwatch plan --config FILE --down NAME` what would be done."
    )
    errors = [finding for finding in found.findings if finding.severity is Severity.ERROR]
    if errors:
        yield "#"
        yield "# MEND THESE FIRST: with them a failover may do less than it should, or nothing."
    for number, finding in enumerate(errors, 1):
        yield from _prose(f"{number}. {_said(finding, Places(survey))}", indent="   ")
    if found.findings:
        yield "#"
        yield from _prose(f"`wanwatch inspect` has all that was found: {counts(found.findings)}.")


def _wan(found: Inspected, spec: WanSpec, wan: FoundWan, steering: Steering) -> Iterator[str]:
    yield from _prose(f"{wan.name}: {'. '.join(_facts(found, wan))}.")
    places = Places(found.survey)
    for finding in found.findings:
        if finding.severity is not Severity.ERROR and _is_about(finding, wan):
            yield from _prose(_said(finding, places))
    yield "[[wan]]"
    yield assignment("name", spec.name)
    if is_writable(spec.interface):
        yield assignment("interface", spec.interface)
    elif spec.interface:
        yield comment(
            f"The interface {display_text(spec.interface)!r} has a name that a configuration"
            " cannot hold; rename it on the router."
        )
        yield "#interface ="
    else:
        yield comment(
            "Which interface is this line behind? The router's configuration does not tell."
        )
        yield '#interface = "..."'
    yield steering.source_of(wan.name)
    yield from _lists(
        (
            ("gateways", spec.gateways, [hop for hop in wan.gateways if hop != wan.interface]),
            ("routing_tables", spec.routing_tables, wan.routing_tables),
            ("connection_marks", spec.connection_marks, wan.connection_marks),
            ("addresses", spec.addresses, wan.addresses),
        )
    )


def _is_about(finding: Finding, wan: FoundWan) -> bool:
    """True where a finding names the WAN, alone or among others whose interface is not known."""
    names = dict(finding.data).get("wans", "").split(", ") if not wan.interface else []
    return not finding.menu and wan.name in (finding.where, *names)


def _lists(keys: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> Iterator[str]:
    """The keys that pin something; then, as comments, what is read from the router anyway."""
    derived = []
    for key, pinned, found in keys:
        if pinned and all(map(is_writable, pinned)):
            yield assignment(key, pinned)
        elif found and all(map(is_writable, found)):
            derived.append("#" + assignment(key, found))
    if derived:
        yield comment("Read from the router; write it only where that is wrong:")
        yield from derived


def _facts(found: Inspected, wan: FoundWan) -> Iterator[str]:
    """What was found of a line, as the beginnings of sentences."""
    groups = found.discovery.groups
    if groups:
        yield f"{wan.share:.0%} of new connections"
    buckets = [
        f"{classifier(group)}/{','.join(map(str, values))}"
        for group in groups
        if (
            values := sorted(
                {b.bucket.remainder for b in group.rules if b.owner and b.owner.name == wan.name}
            )
        )
    ]
    if buckets:
        yield f"Hash values {'; '.join(buckets)}"
    if wan.gateways:
        yield f"Gateway {_shown(wan.gateways)}"
    if wan.connection_marks:
        yield f"Connection marks {_shown(wan.connection_marks)}"
    for name in wan.routing_tables:
        table = found.discovery.table(name)
        if table is not None:
            yield f"Table {display_text(name)}: {fallback_chain(table, found.survey.snapshot)}"
    if wan.routes:
        rows = dict.fromkeys(
            f"{display_text(route.table)} (distance {route.distance}"
            f"{', disabled' if route.disabled else ''}{', dynamic' if route.dynamic else ''})"
            for route in wan.routes
        )
        yield f"Default routes in {', '.join(rows)}"
    if found.survey.of("/ip/firewall/nat"):
        nat = counted(len(wan.nat), "srcnat rule translates", "srcnat rules translate")
        yield f"{nat} for it" if wan.nat else "No srcnat rule translates for it"


def _no_wan() -> Iterator[str]:
    yield from _prose("No line was found on the router. Write each of yours:")
    yield "#[[wan]]"
    yield '#name = "isp1"'
    yield '#interface = "ether1"'


def _probe() -> Iterator[str]:
    yield "[probe]"
    yield from _prose(
        "Hosts far out in the internet that are asked through every line; a line is down when none"
        " of them answers. Take three of different operators, and none that belongs to one of your"
        ' providers. "tcp:9.9.9.9:853" asks by TCP where ICMP is dropped. The default:'
    )
    yield '#targets = ["1.1.1.1", "8.8.8.8", "9.9.9.9"]'
    yield ""
    yield from _prose(
        "Every other key has a default that serves; docs/configuration.md explains them all."
    )


def _said(finding: Finding, places: Places) -> str:
    place = places.of_finding(finding)
    at = f" ({place.to_read})" if place else ""
    sentence = inspected_sentence(finding, places)
    return f"{_WORDS[finding.severity].capitalize()} {finding.code}: {sentence}{at}."


def _shown(values: Iterable[str]) -> str:
    return ", ".join(display_text(value) for value in values)


def _prose(text: str, indent: str = "") -> Iterator[str]:
    for line in wrap(
        comment(text)[2:],
        _WIDTH - 2,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"# {line}"
