"""Reading what provisioning looks at, and carrying its changes out, one sentence each.

Beside a survey's menus these are the ones that only provisioning asks: users, services, device mode
and its own address list. The proof is a second reading, judged again; nothing is believed because a
call returned.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from wanwatch.core.families import ipv6_menu
from wanwatch.core.plan import Attributes, Command
from wanwatch.core.provision.changes import Change, Do
from wanwatch.core.provision.guard_items import LISTS, PROBES
from wanwatch.core.provision.login_items import GROUPS, SERVICES, USERS
from wanwatch.core.provision.restore_items import DEVICE_MODE, SCHEDULES, SCRIPTS
from wanwatch.core.survey import Row, Survey
from wanwatch.routeros.dialect import Dialect, dialect_for
from wanwatch.routeros.errors import CommandRefused, CommandUnknown, RouterError
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession

_ASKED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (USERS, ("name", "group", "address", "disabled", "comment"), ()),
    (GROUPS, ("name", "policy"), ()),
    (SERVICES, ("name", "port", "address", "certificate", "disabled"), ()),
    (SCRIPTS, ("name", "source", "policy", "comment"), ()),
    (SCHEDULES, ("name", "interval", "on-event", "policy", "comment", "disabled"), ()),
    (DEVICE_MODE, (), ()),
    (LISTS, ("list", "address", "comment", "disabled", "dynamic"), (f"list={PROBES}",)),
    (ipv6_menu(LISTS), ("list", "address", "comment", "disabled", "dynamic"), (f"list={PROBES}",)),
)
_NO_COMMENT = frozenset({GROUPS, SERVICES})


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done, in order; ``failed`` and ``error`` say what was not, and why."""

    done: tuple[Change, ...] = ()
    failed: Change | None = None
    error: RouterError | None = None


async def provision_survey(router: Router, lease: str) -> Survey:
    """The router with everything that provisioning looks at; raises RouterError."""
    survey = await router.survey()
    rows: dict[str, tuple[Row, ...]] = dict(survey.rows)
    refused = set(survey.refused)
    held = (LISTS, ("list", "address", "comment", "dynamic", "timeout"), (f"list={lease}",))
    found: dict[str, list[Row]] = {}
    for menu, names, queries in (*_ASKED, held):
        try:
            asked = (".id", *names) if names else ()
            got = await router.session.command(f"{menu}/print", proplist=asked, queries=queries)
        except CommandUnknown:
            continue
        except CommandRefused:
            refused.add(menu)
            continue
        found.setdefault(menu, []).extend(got)
    rows.update({menu: tuple(of_menu) for menu, of_menu in found.items()})
    return replace(survey, rows=rows, refused=frozenset(refused))


async def carry_out(
    session: RouterSession,
    survey: Survey,
    changes: tuple[Change, ...],
    password: Callable[[], str],
    *,
    on_change: Callable[[Change], None] | None = None,
) -> Applied:
    """Carry out changes until one is refused; never raises RouterError.

    ``password`` gives that of the user to be added, as the router's text; it is asked when needed.
    """
    dialect = dialect_for(survey.snapshot.version)
    done: list[Change] = []
    for change in changes:
        extra = {"password": password()} if change.needs_password else {}
        command, words = sentence(change, dialect, extra)
        try:
            await session.write(command, words)
        except RouterError as error:
            return Applied(tuple(done), change, error)
        done.append(change)
        if on_change is not None:
            on_change(change)
    return Applied(tuple(done))


def sentence(
    change: Change, dialect: Dialect, extra: Mapping[str, str] | None = None
) -> tuple[str, list[str]]:
    """The command and the attribute words of a change."""
    command = f"{change.menu}/{change.do.value}"
    if change.do is Do.MOVE:
        # Without a destination a row goes to the end.
        destination = [f"=destination={change.before}"] if change.before else []
        return command, [f"=numbers={change.id}", *destination]
    if change.do is Do.REMOVE:
        return command, [f"=.id={change.id}"]
    words = [] if change.do is Do.ADD else [f"=.id={change.id}"]
    words += attribute_words(change, dialect)
    words += [f"={name}={value}" for name, value in (extra or {}).items()]
    if change.do is Do.ADD and change.before:
        words.append(f"=place-before={change.before}")
    return command, words


def attribute_words(change: Change, dialect: Dialect) -> list[str]:
    """A change's attributes as this version takes them."""
    command = Command.ADD if change.do is Do.ADD else Command.SET
    attributes: Attributes = change.attributes
    if change.menu in _NO_COMMENT:
        attributes = tuple(pair for pair in attributes if pair[0] != "comment")
    if change.menu == SERVICES:
        # An empty list of addresses is everybody, and no name that could be taken away.
        return [f"={name}={value}" for name, value in attributes if name != "name"]
    words: list[str] = []
    for name, value in attributes:
        if name == "fib":
            words.append("=fib=")
        else:
            words += dialect.attribute_words(change.menu, command, ((name, value),))
    return words
