"""Who is woken when."""

import asyncio

from tests.probes.virtual import run_virtually, virtual_loop
from wanwatch.probes.agenda import Agenda


def _play(puts: list[tuple[float, str, float]]) -> list[tuple[float, list[str]]]:
    """Put each entry at its moment for its instant, in seconds; return who was woken together."""

    async def scene() -> list[tuple[float, list[str]]]:
        loop = virtual_loop()
        start, woken = loop.now, list[tuple[float, list[str]]]()

        def due(ripe: list[tuple[float, str]]) -> None:
            woken.append((round(loop.now - start, 3), [entry for _, entry in ripe]))

        agenda = Agenda(due)
        for moment, entry, instant in puts:
            await asyncio.sleep(start + moment - loop.now)
            agenda.put(entry, start + instant)
        await asyncio.sleep(10)
        agenda.clear()
        return woken

    return run_virtually(scene())


def test_everybody_is_woken_at_the_instant_and_those_of_one_instant_together() -> None:
    puts = [(0.0, "late", 3.0), (0.0, "early", 1.0), (0.0, "too", 3.0)]
    assert _play(puts) == [(1.0, ["early"]), (3.0, ["late", "too"])]


def test_who_is_put_again_is_woken_at_the_new_instant_only() -> None:
    woken = _play([(0, "one", 1.0), (0, "two", 2.0), (0.5, "one", 3.0), (0.6, "two", 1.5)])
    assert [each for each in woken if each[1]] == [(1.5, ["two"]), (3.0, ["one"])]


def test_nobody_is_woken_once_it_is_cleared() -> None:
    async def scene() -> list[str]:
        woken: list[str] = []
        agenda = Agenda[str](lambda ripe: woken.extend(entry for _, entry in ripe))
        agenda.put("one", virtual_loop().now + 1)
        agenda.clear()
        await asyncio.sleep(5)
        return woken

    assert run_virtually(scene()) == []
