"""The router's script of ``provision``: what is wanted, as commands to paste into its console.

Every row is looked for by its comment (or its name) before it is added, so the script may be run
twice. A row that is there is set as it should be. Source: RouterOS manual, "Scripting": ``:pick``
takes the first of several ids; a pasted line sees no local variable of another one.
"""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from wanwatch.cli.provision_words import blocked_sentence, name_of, why
from wanwatch.core.console import rsc_value
from wanwatch.core.provision.changes import Change, Do
from wanwatch.core.provision.items import Blocked, Item, Kind, Place
from wanwatch.core.provision.judge import Standing, Verdict
from wanwatch.core.provision.login_items import CERTIFICATE
from wanwatch.core.provision.restore_items import items_of
from wanwatch.core.provision.restore_script import restore_source
from wanwatch.core.snapshot import Version
from wanwatch.routeros.dialect import V7, Dialect, dialect_for
from wanwatch.routeros.provision import attribute_words

_SWITCHES = ("fib", "blackhole")
RESTING = (
    "It is disabled until a wanwatch holds the lease: without one it would undo every failover."
    " 'wanwatch provision --apply' enables it while the lease is there, or you do:"
)
_WIDTH = 98


def script(verdicts: Iterable[Verdict], version: Version, stale: Iterable[Change] = ()) -> str:
    """The whole script, with a comment for each item that says why.

    ``stale`` are rows that go, and settings that no longer name them.
    """
    dialect = dialect_for(version)
    lines: list[str] = []
    for verdict in verdicts:
        lines += _comment(f"{_title(verdict.item)}. {why(verdict.item)}")
        lines += _commands(verdict, dialect)
    for change in stale:
        lines += _comment(f"{_title(change)}. Nothing wants it any more.")
        comment = dict(change.attributes).get("comment", "")
        found = f"[{path(change.menu)} find where comment={_quoted(comment)}]"
        is_row = change.do is Do.REMOVE
        lines.append(
            f"{path(change.menu)} remove {found}" if is_row else command_of(change, dialect)
        )
    return "\n".join(lines)


def command_of(change: Change, dialect: Dialect) -> str:
    """One change as a console command, for showing; never a password."""
    words = _words(attribute_words(change, dialect))
    if change.do is Do.ADD:
        place = [f"place-before={change.before}"] if change.before else []
        return " ".join((path(change.menu), "add", *words, *place))
    destination = [f"destination={change.before}"] if change.do is Do.MOVE else []
    shown = [] if change.do in (Do.MOVE, Do.REMOVE) else words
    return " ".join((path(change.menu), change.do.value, change.id, *shown, *destination))


def restore_file(lease: str, *, ipv6: bool) -> str:
    """The restore script and its schedule, as a file for ``/import``."""
    source = restore_source(lease, ipv6=ipv6)
    lines = ["# Made by wanwatch; 'wanwatch provision' prints the same for your router."]
    for item in items_of(source):
        lines += [*_comment(f"{_title(item)}. {why(item)}"), *row_commands(item, V7)]
    return "\n".join((*lines, ""))


def path(menu: str) -> str:
    """A menu as both versions' consoles take it."""
    return "/" + menu.strip("/").replace("/", " ")


def row_commands(item: Item, dialect: Dialect) -> Iterator[str]:
    """The commands that make one row, and set it right where it is there."""
    menu = path(item.menu)
    comment = (("comment", item.comment),) if item.comment else ()
    first = item.wanted
    if item.kind is Kind.SCRIPT:
        first = tuple(pair for pair in first if pair[0] == "name")
    change = Change(Do.ADD, item.menu, item.kind, attributes=(*first, *comment))
    words = " ".join(_words(attribute_words(change, dialect)))
    found = f"[{menu} find where {_found_by(item)}]"
    yield f":if ([:len {found}] = 0) do={{"
    yield from _add(item, menu, words)
    settable = Change(
        Do.SET,
        item.menu,
        item.kind,
        # Who has enabled it since knows why.
        attributes=tuple(p for p in item.wanted if p[0] != "name" and p != ("disabled", "yes")),
    )
    settable_words = " ".join(_words(attribute_words(settable, dialect)))
    if item.kind in (Kind.USER, Kind.TABLE):
        yield "}"
    elif item.kind is Kind.SCRIPT:
        yield "}"
        yield f"{menu} set {found} {settable_words}"
    else:
        yield f"}} else={{{menu} set {found} {settable_words}}}"
    if item.kind is Kind.SCHEDULE and ("disabled", "yes") in item.wanted:
        yield from _comment(RESTING)
        yield f"#   {menu} enable {dict(item.wanted)['name']}"


def _commands(verdict: Verdict, dialect: Dialect) -> Iterator[str]:
    item = verdict.item
    if verdict.standing is Standing.THEIRS:
        yield "# A row of your own does this already."
    elif item.blocked is Blocked.CERTIFICATE:
        yield from _certificate()
        yield from _service(item, dialect)
    elif item.blocked is not None:
        yield from _comment(f"LEFT OUT: {blocked_sentence(item)}.")
    elif item.kind is Kind.SERVICE:
        yield from _service(item, dialect)
    elif item.kind is Kind.LEASE_ROUTE:
        change = Change(Do.SET, item.menu, item.kind, attributes=item.wanted)
        words = " ".join(_words(attribute_words(change, dialect)))
        yield f"{path(item.menu)} set [find where {_found_by(item)}] {words}"
    else:
        yield from row_commands(item, dialect)
        if item.kind is Kind.USER:
            name = rsc_value(dict(item.wanted)["name"])
            yield "# It is disabled until you have chosen its password:"
            yield f'#   /user set {name} password="..." disabled=no'
    interface = dict(item.data).get("from_lease")
    if interface:
        yield from _comment(
            "NOTE: this gateway comes with a DHCP lease. When the provider changes it the line's"
            " probes find no way, and the line counts as dead: run this again ('wanwatch check"
            " --live' tells), or let the DHCP client set it, where it has no script yet:"
        )
        yield f"#   {_follow(item, interface)}"


def _follow(item: Item, interface: str) -> str:
    """What makes a DHCP client set the route (RouterOS manual, "DHCP client", lease script)."""
    found = f"[/ip route find where {_found_by(item)}]"
    run = f':if ($bound=1) do={{/ip route set {found} gateway=$"gateway-address"}}'
    client = f"[find where interface={_quoted(interface)}]"
    return f"/ip dhcp-client set {client} script={_quoted(run)}"


def _add(item: Item, menu: str, words: str) -> Iterator[str]:
    if item.kind is Kind.USER:
        yield f'{menu} add {words} disabled=yes password="to be chosen"'
        return
    if item.place is Place.ANYWHERE:
        yield f"{menu} add {words}"
        return
    where = f"chain={dict(item.wanted)['chain']} dynamic=no"
    if item.place is Place.BEFORE_FASTTRACK:
        where += " disabled=no action=fasttrack-connection"
    rows = f"[{menu} find where {where}]"
    yield f":if ([:len {rows}] = 0) do={{{menu} add {words}}} else={{"
    yield f"{menu} add {words} place-before=[:pick {rows} 0]}}"


def _certificate() -> Iterator[str]:
    found = f'[/certificate find where name="{CERTIFICATE}"]'
    yield f":if ([:len {found}] = 0) do={{"
    yield f"/certificate add name={CERTIFICATE} common-name={CERTIFICATE} days-valid=3650"
    yield f"/certificate sign {CERTIFICATE}"
    yield "}"
    yield f"/ip service set api-ssl certificate={CERTIFICATE}"
    yield '# For tls = "pin" in the configuration, tls_fingerprint is what this prints:'
    yield f"#   :put [/certificate get {CERTIFICATE} fingerprint]"


def _service(item: Item, dialect: Dialect) -> Iterator[str]:
    change = Change(Do.SET, item.menu, item.kind, attributes=item.wanted)
    yield f"{path(item.menu)} set api-ssl {' '.join(_words(attribute_words(change, dialect)))}"


def _found_by(item: Item) -> str:
    name, value = item.name or ("comment", item.comment)
    return f"{name}={_quoted(value)}"


def _words(words: Iterable[str]) -> list[str]:
    """API words as the console writes them."""
    shown = []
    for word in words:
        name, _, value = word[1:].partition("=")
        if name.startswith("!") or (name in _SWITCHES and not value):
            shown.append(name)
        else:
            shown.append(f"{name}={_several_lines(value)}")
    return shown


def _several_lines(value: str) -> str:
    """A text over several lines as an export writes it: each line ends in a break and a backslash."""
    if "\n" not in value:
        return rsc_value(value)
    parts = [_quoted(line)[1:-1] for line in value.split("\n")]
    return '"' + "\\n\\\n    ".join(parts) + '"'


def _quoted(value: str) -> str:
    shown = rsc_value(value)
    return shown if shown.startswith('"') else f'"{shown}"'


def _title(item: Item | Change) -> str:
    """What an item is, as a sentence begins, unless it begins with a WAN's name."""
    name = name_of(item)
    return name if name.startswith(item.subject) and item.subject else name[:1].upper() + name[1:]


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, _WIDTH)]
