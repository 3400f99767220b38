"""``wanwatch check --live``: each thing that probes and failovers rest on, verified one by one.

On the router what ``provision`` makes, the login's policies, translation and FastTrack; on this host
the probe sources; and the way itself: a datagram sent as a WAN's probes are must show up in the
router's connection table, translated to an address of that WAN.
"""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wanwatch.cli.check_paths import prove_paths
from wanwatch.cli.console import say
from wanwatch.cli.login import Login
from wanwatch.cli.provision_command import LEASE
from wanwatch.cli.provision_source import ProvisionOptions, of_config
from wanwatch.cli.provision_words import name_of, standing_words
from wanwatch.config import Config
from wanwatch.config.wan import WanSection
from wanwatch.core.families import version_of
from wanwatch.core.provision.changes import Change
from wanwatch.core.provision.guard_items import FILTER, fasttrack_rules
from wanwatch.core.provision.items import Blocked, Item, Kind
from wanwatch.core.provision.judge import Standing, Verdict, judge
from wanwatch.core.provision.login_items import (
    GROUPS,
    POLICIES,
    USERS,
    is_own,
    lets_in,
    user_row,
)
from wanwatch.core.provision.stale import stale_changes
from wanwatch.core.provision.wanted import wanted_items
from wanwatch.core.survey import Survey
from wanwatch.core.wans import Wans
from wanwatch.probes.results import LocalFault
from wanwatch.probes.steering import Steering, open_steered
from wanwatch.routeros.provision import provision_survey
from wanwatch.routeros.router import Router
from wanwatch.routeros.text import display_text

_OK, _MISSING, _WRONG, _NOTE = "ok", "missing", "wrong", "note"
_ANYWHERE = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses for documentation (RFC 5737, RFC 3849): a socket is bound for them, nothing is sent."""
_OPTIONAL = (Kind.SCRIPT, Kind.SCHEDULE)
"""What a failover works without."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One line: how a thing stands, what it is, and what is to be done where it is not well."""

    state: str
    what: str
    detail: str = ""

    @property
    def is_fault(self) -> bool:
        """True for what has to be mended."""
        return self.state in (_MISSING, _WRONG)


async def check_live(config: Config, path: Path, router: Router, wans: Wans) -> bool:
    """Print a line for each thing; False when something is missing. Raises RouterError."""
    survey = await provision_survey(router, LEASE)
    options = ProvisionOptions(path, None, Login(path))
    steered = [wan for wan in config.wans if wan.is_steered]
    verdicts: tuple[Verdict, ...] = ()
    stale: tuple[Change, ...] = ()
    if len(steered) == len(config.wans):
        asked = of_config(config, options)
        items = wanted_items(survey, asked.specs, asked.wish)
        verdicts = judge(survey, items)
        stale = stale_changes(survey, items)
    user = config.router.user if config.router else ""
    host = asked.wish.host if verdicts else ""
    found = [
        *map(_of_verdict, verdicts),
        *(
            Checked(_NOTE, name_of(c), "nothing wants it any more; provision removes it")
            for c in stale
        ),
        *_settings(survey),
        *_login(survey, user, host),
        *_translation(verdicts, steered),
        *_fasttrack(survey, verdicts),
        *_sources(steered),
    ]
    proofs = await prove_paths(config, router, wans) if steered else []
    found += [Checked(_OK if p.holds else p.state, p.what, p.detail) for p in proofs]
    say()
    for line in found:
        say(f"  {line.state:<8} {line.what}{': ' if line.detail else ''}{line.detail}")
    faults = [line for line in found if line.is_fault]
    if any(_of_verdict(verdict).is_fault for verdict in verdicts):
        say(f"To mend the router: wanwatch provision --config {path} --apply")
        say("  (with --router HOST --user NAME of an administrator where the login is missing)")
    if any(line.what.endswith("on this host") for line in faults):
        say(f"To mend this host: the commands that wanwatch provision --config {path} prints last")
    return not faults


def _is_optional(item: Item) -> bool:
    return item.optional or item.kind in _OPTIONAL


def _of_verdict(verdict: Verdict) -> Checked:
    words = standing_words(verdict)
    state, _, detail = words.partition(": ")
    if verdict.is_fine and ("disabled", "yes") in verdict.item.wanted:
        detail = "it rests while nobody holds the lease; 'provision --apply' enables it then"
        return Checked(_NOTE, name_of(verdict.item), detail)
    if verdict.is_fine:
        state, detail = _OK, words.removeprefix("ok").removeprefix(", ")
    elif _is_optional(verdict.item) or verdict.item.blocked is Blocked.UNREADABLE:
        return Checked(_NOTE, name_of(verdict.item), words)
    return Checked(state, name_of(verdict.item), detail)


def _login(survey: Survey, user: str, host: str) -> Iterator[Checked]:
    """The policies of the login, and from where it may be used."""
    what = f"login {user}"
    if {USERS, GROUPS} & survey.refused:
        yield Checked(
            _NOTE, what, "it may not read its own group; it reads, so it has read and api"
        )
        return
    row = user_row(survey, user)
    if row is None:
        yield Checked(_NOTE, what, "it is no local user of the router (RADIUS?)")
        return
    name = row.get("group", "")
    group = next((g for g in survey.of(GROUPS) if g.get("name") == name), {})
    has = {part for part in group.get("policy", "").split(",") if part and part[0] != "!"}
    lacking = [part for part in POLICIES.split(",") if part not in has]
    if lacking:
        detail = f"group {display_text(name)} lacks the policy {', '.join(lacking)}"
        yield Checked(_WRONG, what, f"{detail}; the least is {POLICIES}")
    elif host and not lets_in(row.get("address", ""), host):
        yield Checked(_WRONG, what, f"it may not log in from {host} (address=)")
    else:
        yield Checked(_OK, what, f"group {display_text(name)} may {', '.join(POLICIES.split(','))}")
        more = sorted(has & {"policy", "ftp", "reboot", "sensitive", "password"})
        if more and not is_own(row):
            detail = f"it may also {', '.join(more)}; a login of its own needs {POLICIES} only"
            yield Checked(_NOTE, what, detail)


def _settings(survey: Survey) -> Iterator[Checked]:
    """What would keep answers from coming in by another line than main prefers (RFC 3704)."""
    if survey.setting("/ip/settings", "rp-filter") == "strict":
        detail = (
            "strict: it drops what answers by a line that main does not prefer; set it to loose"
        )
        yield Checked(_WRONG, "/ip settings rp-filter", detail)


def _translation(verdicts: Sequence[Verdict], steered: Sequence[WanSection]) -> Iterator[Checked]:
    added = {v.item.subject for v in verdicts if v.item.kind is Kind.NAT}
    known = {v.item.subject for v in verdicts if v.standing is not Standing.BLOCKED}
    for wan in steered:
        if wan.name in known - added and version_of(wan.source or "") == 4:
            yield Checked(_OK, f"{wan.name}: translation of its probes", "by a rule of your own")


def _fasttrack(survey: Survey, verdicts: Sequence[Verdict]) -> Iterator[Checked]:
    if verdicts and not fasttrack_rules(survey, FILTER):
        yield Checked(_OK, "FastTrack", "no rule of the router uses it")


def _sources(steered: Sequence[WanSection]) -> Iterator[Checked]:
    """Whether a socket of this host can be steered as the probes are."""
    for wan in steered:
        version = 6 if version_of(wan.source or "") == 6 else 4
        what = f"{wan.name}: its probes' way out on this host"
        try:
            open_steered(_ANYWHERE[version], socket.SOCK_DGRAM, 0, Steering(*wan.steering)).close()
        except LocalFault as fault:
            yield Checked(_MISSING, what, fault.error.detail)
        else:
            yield Checked(_OK, what, _steered_by(wan))


def _steered_by(wan: WanSection) -> str:
    named = (
        ("source", wan.source),
        ("dscp", wan.dscp),
        ("fwmark", wan.fwmark),
        ("device", wan.device),
    )
    return ", ".join(f"{name} {value}" for name, value in named if value is not None)
