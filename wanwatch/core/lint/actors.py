"""Who else on the router changes what a failover changes: scripts that something runs by itself.

Two who set the same routes undo each other. A script is found by what its text does, directly or
through scripts it runs by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wanwatch.core.discovery.clients import DHCP_CLIENT
from wanwatch.core.lint.actor_text import Effect, effects_of, scripts_run_by
from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Row, Survey
from wanwatch.core.tags import split_comment

SCRIPT = "/system/script"
_PLACES: Mapping[str, tuple[str, ...]] = {
    "/tool/netwatch": ("down-script", "up-script", "test-script"),
    "/system/scheduler": ("on-event",),
    "/tool/traffic-monitor": ("on-event",),
    DHCP_CLIENT: ("script",),
    "/ip/dhcp-server": ("lease-script",),
    "/ipv6/dhcp-client": ("script",),
    "/ppp/profile": ("on-up", "on-down"),
    "/interface/vrrp": ("on-master", "on-backup", "on-fail"),
    "/ip/hotspot/user/profile": ("on-login", "on-logout"),
    "/interface/lte": ("on-event",),
}
"""Menu -> its properties that hold a script, or the name of one."""
_NAMES = ("name", "comment", "host", "interface", ".id")
"""What a row is called by, the most telling first."""
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class _Actor:
    menu: str
    row: Row
    properties: tuple[str, ...]
    """Those of the row that hold a script."""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self.row[name] for name in self.properties)


def others(picture: Picture) -> Iterator[Finding]:
    """Every row that changes what a failover changes, and rows whose script was not read."""
    survey = picture.survey
    scripts = _scripts(survey)
    run: set[str] = set()
    for actor in _actors(survey):
        texts, unknown = _followed(actor.texts, scripts, run)
        effects = {effect for text in texts for effect in effects_of(text)}
        name = next((actor.row[key] for key in _NAMES if actor.row.get(key)), "")
        where = actor.row.get(".id", "")
        named = (
            *(("name", name), ("row_menu", actor.menu)),
            ("property", ", ".join(actor.properties)),
        )
        if effects - {Effect.GATEWAYS}:
            changes = ", ".join(effect.value for effect in Effect if effect in effects)
            told = (*named, ("changes", changes))
            yield Finding("other-actor", Severity.WARNING, where, told, menu=actor.menu)
        elif unknown and not effects:
            told = (*named, ("script", ", ".join(unknown)))
            yield Finding("actor-script-unknown", Severity.INFO, where, told, menu=actor.menu)
    for row in survey.of(SCRIPT):
        effects = set(effects_of(row.get("source", "")))
        if effects and not _is_ours(row) and row.get("name", "") not in run:
            changes = ", ".join(effect.value for effect in Effect if effect in effects)
            data = (("name", row.get("name", "")), ("row_menu", SCRIPT), ("changes", changes))
            yield Finding("script-by-hand", Severity.INFO, row.get(".id", ""), data, menu=SCRIPT)


def follows_routes(survey: Survey) -> bool:
    """True when a script that runs by itself changes routes, or may: it was not read."""
    scripts = _scripts(survey)
    for actor in _actors(survey):
        texts, unknown = _followed(actor.texts, scripts, set())
        effects = {effect for text in texts for effect in effects_of(text)}
        if unknown or effects & {Effect.ROUTES, Effect.GATEWAYS}:
            return True
    return False


def _actors(survey: Survey) -> Iterator[_Actor]:
    for menu, properties in _PLACES.items():
        for row in survey.enabled(menu):
            if _is_ours(row):
                continue
            scripts = tuple(name for name in properties if row.get(name, "").strip())
            if scripts:
                yield _Actor(menu, row, scripts)


def _is_ours(row: Row) -> bool:
    """True for a row of wanwatch's own, which gives the router back when wanwatch is gone."""
    is_tagged = split_comment(row.get("comment", ""))[1] is not None
    return is_tagged or row.get("name", "").startswith("wanwatch")


def _scripts(survey: Survey) -> dict[str, str]:
    return {row.get("name", ""): row.get("source", "") for row in survey.of(SCRIPT)}


def _followed(
    texts: tuple[str, ...], scripts: Mapping[str, str], run: set[str]
) -> tuple[list[str], list[str]]:
    """The texts and those of the scripts they run, and the names of scripts that are not there."""
    found: list[str] = []
    unknown: list[str] = []
    waiting = [(text, _DEEPEST) for text in texts]
    seen: set[str] = set()
    while waiting:
        text, left = waiting.pop(0)
        if text in seen:
            continue
        seen.add(text)
        found.append(text)
        names = [*scripts_run_by(text)]
        if text.strip() in scripts or _is_a_name(text):
            names.append(text.strip())
        for name in names:
            if name in scripts:
                run.add(name)
                if left:
                    waiting.append((scripts[name], left - 1))
            elif not name.startswith(("$", "[", "(")):
                unknown.append(name)
    return found, list(dict.fromkeys(unknown))


def _is_a_name(text: str) -> bool:
    """True for one word, which RouterOS takes as the name of a script."""
    word = text.strip()
    return bool(word) and all(char.isalnum() or char in "_-." for char in word)
