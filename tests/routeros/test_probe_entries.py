"""The entries of the probes are found in both shapes, and the whole table is never asked for."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.house import House, house
from wanwatch.routeros.probe_entries import ProbeQuestion, probe_entries, queries
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.packet import Packet, to_number

PEOPLE = 400
SOURCE = "127.0.10.1"
SHAPES = ["v6-two-pppoe", "v7-two-interleaved", "v7-four-equal"]
"""Ports behind the addresses in the first two, beside them in the last."""


def sent(home: House, protocol: str, port: int = 0) -> None:
    """Have a probe of the first WAN cross the router."""
    home.world.ask(
        Packet(
            protocol=protocol,
            src=to_number(SOURCE),
            dst=to_number("9.9.9.9"),
            src_port=40000 + port if port else 0,
            dst_port=port,
            icmp_id=0 if port else 77,
            in_interface=home.internet.in_interface,
        )
    )


@asynccontextmanager
async def asking(name: str) -> AsyncIterator[tuple[House, RouterSession, list[Sequence[str]]]]:
    """A router with people on it, a session, and what was asked."""
    home = house(name, Path())
    asked: list[Sequence[str]] = []
    home.faults.on_sentence = asked.append
    host, port = await home.server.start()
    home.clients.populate(PEOPLE)
    session = RouterSession(host, port, "admin", "")
    try:
        yield home, session, asked
    finally:
        await session.close()
        await home.server.close()


@pytest.mark.parametrize("name", SHAPES)
async def test_an_echo_is_found_by_its_source_alone(name: str) -> None:
    async with asking(name) as (home, session, _):
        sent(home, "icmp")
        (found,) = await probe_entries(session, ProbeQuestion([SOURCE]))
        assert (found.source, found.target) == (SOURCE, "9.9.9.9")
        assert found.translated_to.startswith("198.18.")
        assert session.last_call is not None
        assert session.last_call.rows == 1


@pytest.mark.parametrize("name", SHAPES)
async def test_what_has_a_port_is_found_by_its_far_end_too(name: str) -> None:
    async with asking(name) as (home, session, asked):
        sent(home, "tcp", 853)
        (found,) = await probe_entries(session, ProbeQuestion([SOURCE], ["9.9.9.9:853"]))
        assert (found.source, found.target) == (SOURCE, "9.9.9.9")
        assert session.last_call is not None
        assert session.last_call.rows == 1
        prints = [words for words in asked if words[0] == "/ip/firewall/connection/print"]
        assert len(prints) == 1
        assert "?src-address=127.0.10.1" in prints[0]


async def test_every_probe_has_a_key_of_its_own() -> None:
    async with asking("v7-four-equal") as (home, session, _):
        sent(home, "icmp")
        sent(home, "tcp", 853)
        found = await probe_entries(session, ProbeQuestion([SOURCE]))
        assert len({entry.key for entry in found}) == 2


async def test_without_a_source_nothing_is_asked() -> None:
    async with asking("v7-two-interleaved") as (_, session, asked):
        assert await probe_entries(session, ProbeQuestion([])) == []
        assert asked == []


def test_a_question_is_any_of_its_parts() -> None:
    assert queries(ProbeQuestion(["10.0.0.2", "10.0.0.1"], ["9.9.9.9:853"])) == [
        "src-address=10.0.0.1",
        "src-address=10.0.0.2",
        "dst-address=9.9.9.9:853",
        "#|",
        "#|",
    ]
