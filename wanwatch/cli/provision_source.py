"""What ``provision`` works from: whose router, which WANs, which sources, whose login.

A configuration names the WANs and their sources; without one the WANs are those that are found, and
the sources those of ``--sources`` or a proposal, which is shown and never applied.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from wanwatch.cli.console import Failure
from wanwatch.cli.login import Login, place_of
from wanwatch.cli.provision_host import HostWan
from wanwatch.config import Config, load
from wanwatch.config.router import API_PORT
from wanwatch.config.wan import WanSection
from wanwatch.core.discovery.discover import discover
from wanwatch.core.families import version_of
from wanwatch.core.model import WanSpec
from wanwatch.core.provision.items import LoginWish, Steered, Wish
from wanwatch.core.provision.proposal import proposed_sources
from wanwatch.core.survey import Survey
from wanwatch.service.build import specs

DEFAULT_USER = "wanwatch"


@dataclass(frozen=True, slots=True)
class ProvisionOptions:
    """What the command line says."""

    config: Path | None
    export: Path | None
    login: Login
    sources: tuple[str, ...] = ()
    host: str = ""
    no_login: bool = False
    no_restore: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of ``provision``, for one router."""

    specs: tuple[WanSpec, ...]
    wish: Wish
    hosts: tuple[HostWan, ...]
    router: str = ""
    is_proposal: bool = False
    """True when the sources are nobody's yet."""


def asked_for(options: ProvisionOptions, survey: Survey) -> Asked:
    """What is asked, from the configuration or from what is found; raises Failure and ConfigError."""
    if options.config is not None:
        return of_config(load(options.config), options)
    discovery = discover(survey)
    if not discovery.wans:
        raise Failure("no WAN was found on the router; name them in a configuration (--config)")
    names = [wan.name for wan in discovery.wans]
    uplinks = {interface for wan in discovery.wans for interface in wan.interfaces}
    sources = options.sources or proposed_sources(survey, uplinks, len(names))
    if len(sources) != len(names):
        raise Failure(
            f"--sources names {len(sources)} addresses for {len(names)} WANs ({', '.join(names)});"
            " give one for each, in this order"
        )
    steered = tuple(Steered(n, source) for n, source in zip(names, sources, strict=True))
    return Asked(
        discovery.specs,
        _wish(options, steered, DEFAULT_USER, needs_tls=False),
        tuple(HostWan(each.wan, each.source) for each in steered),
        _router_of(options),
        is_proposal=not options.sources,
    )


def of_config(config: Config, options: ProvisionOptions) -> Asked:
    """What a configuration asks for."""
    if options.sources:
        raise Failure("--sources goes without --config; a configuration has its own `source` keys")
    steered = tuple(each for wan in config.wans for each in _steered(config, wan))
    hosts = tuple(
        HostWan(wan.name, wan.source or "", wan.dscp, wan.fwmark, wan.device or "")
        for wan in config.wans
    )
    config.require_steering()
    section = config.router
    router = _router_of(options) or (section.address if section else "")
    return Asked(
        specs(config),
        _wish(
            options,
            steered,
            section.user if section else DEFAULT_USER,
            needs_tls=section is not None and section.tls != "off",
            router=router,
        ),
        hosts,
        router,
    )


def _steered(config: Config, wan: WanSection) -> Iterator[Steered]:
    """How a WAN's probes are told apart; by DSCP in each family that it has targets of."""
    if wan.source:
        yield Steered(wan.name, wan.source)
    elif wan.dscp is not None:
        for version in sorted({version_of(t.address) for t in config.probing(wan).targets}):
            yield Steered(wan.name, dscp=wan.dscp, version=version)


def _wish(
    options: ProvisionOptions,
    steered: tuple[Steered, ...],
    user: str,
    *,
    needs_tls: bool,
    router: str = "",
) -> Wish:
    host = options.host or own_address(router or _router_of(options))
    login = None if options.no_login else LoginWish(user, host, needs_tls)
    return Wish(steered, host, login, restore=not options.no_restore)


def own_address(router: str) -> str:
    """This host's address on the way to the router; empty where there is none. Sends nothing."""
    if not router:
        return ""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            router, API_PORT, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.connect(place)
            return str(ip_address(str(sock.getsockname()[0]).partition("%")[0]))
    except (OSError, ValueError):
        return ""


def _router_of(options: ProvisionOptions) -> str:
    return place_of(options.login.router, API_PORT)[0] if options.login.router else ""


def checked_sources(text: str) -> tuple[str, ...]:
    """The addresses of ``--sources``; raises Failure on one that is none, or named twice."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for part in found:
        try:
            ip_address(part)
        except ValueError as error:
            raise Failure(f"--sources: {part!r} is no address; write 192.168.88.201,...") from error
    if len(set(found)) < len(found):
        raise Failure("--sources: an address stands there twice; each WAN needs one of its own")
    return found
