"""``print``: which rows a client sees, with which properties, in which form.

RouterOS 6 leaves out every property from the first unknown name of ``.proplist`` on, RouterOS 7
passes over unknown names; RouterOS 6 prints the flags of a route only when they are true, RouterOS
7 some of them. Seen on 6.49 and 7.x; the manual's API page for the words.
"""

from collections.abc import Iterator, Mapping, Sequence

from wanwatch.core.snapshot import Version
from wanwatch.routeros.wire import Sentence
from wanwatch.sim.menu import V7, Kind, Menu
from wanwatch.sim.menus_shown import LEASES
from wanwatch.sim.names import VIEW, view_rows
from wanwatch.sim.query import compile_query
from wanwatch.sim.request import Request
from wanwatch.sim.store import Item, RouterModel
from wanwatch.sim.traps import unknown_parameter

_EMPTY_SINCE = Version(7, 18)
_OPTIONS = frozenset(
    {
        *(".proplist", ".id", "numbers", "from", "count-only", "detail", "stats", "terse", "brief"),
        *("value-list", "without-paging", "all", "bytes", "where", "as-value", "show-ids"),
    }
)
_EMPTY_WHEN_SET = frozenset({"fib"})
_SECRET = frozenset({"/user"})


def print_rows(model: RouterModel, menu: Menu, request: Request) -> Iterator[Sentence]:
    """The whole reply to a ``print``, one sentence at a time, ``!done`` included."""
    for name in request.attributes:
        if name not in _OPTIONS and not (name == "active" and menu.path == LEASES):
            raise unknown_parameter(name)
    matches = compile_query(request.queries)
    columns = _columns(model.version, menu, request.attributes.get(".proplist"))
    only = request.ids or tuple(filter(None, request.attributes.get("from", "").split(",")))
    count = 0
    counting = "count-only" in request.attributes
    for row in rendered_rows(model, menu, request.queries, () if counting else columns):
        if "active" in request.attributes and "active-address" not in row:
            continue
        if (only and row.get(".id") not in only and row.get("name") not in only) or (
            request.queries and not matches(row)
        ):
            continue
        count += 1
        if not counting:
            yield reply_row(row, columns)
    if counting:
        yield ("!done", f"=ret={count}")
        return
    if not count and model.version >= _EMPTY_SINCE:
        yield ("!empty",)
    yield ("!done",)


def rendered_rows(
    model: RouterModel,
    menu: Menu,
    queries: Sequence[str] = (),
    names: Sequence[str] | None = None,
) -> Iterator[dict[str, str]]:
    """Every row of a menu as ``print`` would show it, all properties included.

    A menu that is kept elsewhere leaves out what the queries and ``names`` do not ask for.
    """
    source = model.store.sources.get(menu.path)
    if source is not None:
        for item in source.rows(queries, names):
            yield {".id": item.id, **item.properties}
        return
    if menu.path == VIEW:
        for path, kept, shown in view_rows(model):
            yield _rendered(menu, shown, model.computed(path, kept))
        return
    rows = list(model.rows(menu.path))
    if menu.is_singleton:
        item = rows[0] if rows else Item("*0", _resource(model.version, menu.path))
        row = _rendered(menu, item, model.computed(menu.path, item))
        del row[".id"]
        yield row
        return
    for item in rows:
        yield _rendered(menu, item, model.computed(menu.path, item))


def reply_row(row: Mapping[str, str], columns: tuple[str, ...] | None) -> Sentence:
    """A row as a ``!re`` sentence with these properties, or with all."""
    if columns is None:
        return ("!re", *[f"={name}={value}" for name, value in row.items()])
    return ("!re", *[f"={name}={row[name]}" for name in columns if name in row])


def _columns(version: Version, menu: Menu, proplist: str | None) -> tuple[str, ...] | None:
    if proplist is None:
        return None
    wanted = list(dict.fromkeys(name for name in proplist.split(",") if name))
    if version < V7 and not menu.is_plain:
        known = menu.names
        first_unknown = next((at for at, name in enumerate(wanted) if name not in known), None)
        wanted = wanted[:first_unknown]
    if ".id" in wanted:
        wanted.remove(".id")
        wanted.insert(0, ".id")
    return tuple(wanted)


def _rendered(menu: Menu, item: Item, computed: Mapping[str, str]) -> dict[str, str]:
    row = {".id": item.id}
    kept = item.properties
    for prop in menu.properties:
        name = prop.name
        value = kept.get(name, prop.default)
        if value is None:
            continue
        if prop.kind is Kind.SWITCH and name in _EMPTY_WHEN_SET:
            value = ""
        row[name] = value
    row.update({name: kept[name] for name in kept if name not in row and name[0] != "."})
    for name, default, other, values in menu.conditional:
        if row.get(other) in values:
            row.setdefault(name, default)
    if menu.path in _SECRET:
        row.pop("password", None)
    if "packets" in menu.read_only:
        row.update(bytes="0", packets="0")
    row.update(computed)
    _set_flags(menu, item, row)
    return row


def _set_flags(menu: Menu, item: Item, row: dict[str, str]) -> None:
    dynamic = "true" if item.dynamic else "false"
    if "dynamic" in menu.flags or "dynamic" in menu.only_when_true:
        row["dynamic"] = dynamic
    if "static" in menu.flags or "static" in menu.only_when_true:
        row.setdefault("static", "false" if item.dynamic else "true")
    for name in menu.flags:
        row.setdefault(name, "false")
    for name in menu.only_when_true:
        if row.get(name) == "false":
            del row[name]


def _resource(version: Version, path: str) -> dict[str, str]:
    if path != "/system/resource":
        return {}
    return {
        "uptime": "1d",
        "version": f"{version} (stable)",
        "build-time": "Jan/01/2025 00:00:00" if version < Version(7, 10) else "2025-01-01 00:00:00",
        "free-memory": "134217728",
        "total-memory": "268435456",
        "cpu-count": "2",
        "cpu-load": "1",
        "free-hdd-space": "67108864",
        "total-hdd-space": "134217728",
        "architecture-name": "x86_64",
        "board-name": "CHR",
        "platform": "MikroTik",
    }
