"""What every prober has to keep to, whatever its kind or engine.

An engine's tests inherit from ``ProberContract`` and say how to make its prober and which hosts
of its kind answer, keep silent, and were asked by whom.
"""

import abc
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from typing import Any

from tests.probes.hosts import open_files
from wanwatch.core.target import Target
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, Reply, Timeout
from wanwatch.probes.steering import Steering

NOT_OURS = "198.51.100.77"


class ProberContract(abc.ABC):
    """The tests that all probers pass."""

    @abc.abstractmethod
    def make(self, steering: Steering) -> Prober:
        """Return a prober."""

    @abc.abstractmethod
    def answering(self) -> AbstractAsyncContextManager[tuple[Target, Callable[[], list[int]]]]:
        """Return a target that answers, and the identities (port, id) it was asked by."""

    @abc.abstractmethod
    def silent(self) -> AbstractContextManager[tuple[Target, Steering]]:
        """Return a target that does not answer, and the steering that gets there."""

    @asynccontextmanager
    async def opened(self, steering: Steering) -> AsyncIterator[Prober]:
        """A prober that is closed at the end."""
        prober = self.make(steering)
        try:
            yield prober
        finally:
            await prober.close()

    async def test_an_answer_is_a_reply_with_a_sensible_rtt(self) -> None:
        loop = asyncio.get_running_loop()
        async with self.answering() as (target, _):
            before = loop.time()
            async with self.opened(Steering()) as prober:
                result = await prober.probe(target, patience=5)
            assert isinstance(result, Reply), result
            assert 0 < result.rtt <= loop.time() - before

    async def test_a_source_of_our_own_is_used(self) -> None:
        async with (
            self.answering() as (target, _),
            self.opened(Steering(source="127.0.0.1")) as prober,
        ):
            result = await prober.probe(target, patience=5)
            assert isinstance(result, Reply), result

    async def test_silence_is_a_timeout_after_the_patience(self) -> None:
        loop = asyncio.get_running_loop()
        with self.silent() as (target, steering):
            before = loop.time()
            async with self.opened(steering) as prober:
                result = await prober.probe(target, patience=0.1)
            assert result == Timeout()
            assert 0.09 < loop.time() - before < 2

    async def test_a_source_we_do_not_own_is_an_error_of_ours(self) -> None:
        async with (
            self.answering() as (target, _),
            self.opened(Steering(source=NOT_OURS)) as prober,
        ):
            result = await prober.probe(target, patience=5)
        assert isinstance(result, ProbeError)
        assert result.reason is ErrorReason.SOURCE_MISSING
        assert NOT_OURS in result.detail

    async def test_a_source_of_the_other_family_is_an_error_of_ours(self) -> None:
        async with self.answering() as (target, _), self.opened(Steering(source="::1")) as prober:
            result = await prober.probe(target, patience=5)
        assert isinstance(result, ProbeError)
        assert result.reason is ErrorReason.WRONG_FAMILY

    async def test_a_device_we_do_not_have_is_an_error_of_ours(self) -> None:
        async with (
            self.answering() as (target, _),
            self.opened(Steering(device="no-such-dev")) as prober,
        ):
            result = await prober.probe(target, patience=5)
        assert isinstance(result, ProbeError)
        assert result.reason in (ErrorReason.DEVICE_MISSING, ErrorReason.NOT_PERMITTED)
        assert "no-such-dev" in result.detail

    async def test_every_probe_has_an_identity_of_its_own(self) -> None:
        async with self.answering() as (target, identities):
            async with self.opened(Steering()) as prober:
                for _ in range(8):
                    assert isinstance(await prober.probe(target, patience=5), Reply)
            await asyncio.sleep(0.01)
            seen = identities()
        assert len(seen) == 8
        # Ports may come again by chance, ids may not; a fixed one would make this 1.
        assert len(set(seen)) >= 6

    async def test_a_hundred_probes_at_once_all_get_their_answer(self) -> None:
        async with self.answering() as (target, _):
            async with self.opened(Steering()) as prober:
                probes = [prober.probe(target, patience=10) for _ in range(100)]
                results = await asyncio.gather(*probes)
            assert [result for result in results if not isinstance(result, Reply)] == []

    async def test_no_path_leaves_a_socket_open(self) -> None:
        async with self.answering() as (target, _):
            with self.silent() as (silent, steering):
                before = open_files()
                async with (
                    self.opened(Steering()) as answered,
                    self.opened(steering) as unheard,
                    self.opened(Steering(source=NOT_OURS)) as unfit,
                ):
                    await answered.probe(target, patience=5)
                    await unheard.probe(silent, patience=0.02)
                    await unfit.probe(target, patience=5)
                    kept = open_files()
                    for _ in range(5):
                        await answered.probe(target, patience=5)
                        await unheard.probe(silent, patience=0.02)
                        await unfit.probe(target, patience=5)
                    await asyncio.sleep(0.02)
                    assert open_files() <= kept
                await asyncio.sleep(0.02)
                assert open_files() == before

    async def test_cancelling_closes_every_socket_and_upsets_nobody(self) -> None:
        upsets: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, upset: upsets.append(upset))
        with self.silent() as (target, steering):
            before = open_files()
            async with self.opened(steering) as prober:
                await prober.probe(target, patience=0.001)
                kept = open_files()
                for turns in range(6):
                    tasks = [
                        asyncio.create_task(prober.probe(target, patience=30)) for _ in range(10)
                    ]
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    # Ahead of the loop's I/O callbacks of the same turn and behind them.
                    for task in tasks:
                        task.cancel()
                    results = await asyncio.gather(*tasks, return_exceptions=True)
                    assert all(isinstance(result, asyncio.CancelledError) for result in results)
                    assert open_files() <= kept
            assert open_files() == before
        assert upsets == []

    async def test_closing_ends_what_is_under_way(self) -> None:
        before = open_files()
        with self.silent() as (target, steering):
            prober = self.make(steering)
            probing = asyncio.create_task(prober.probe(target, patience=0.2))
            await asyncio.sleep(0.01)
            await prober.close()
            result = await probing
            assert result in (Timeout(), ProbeError(ErrorReason.CLOSED))
            await asyncio.sleep(0)
        assert open_files() == before

    async def test_a_closed_prober_says_so(self) -> None:
        async with self.answering() as (target, _):
            prober = self.make(Steering())
            await prober.close()
            result = await prober.probe(target, patience=5)
        assert isinstance(result, ProbeError)
        assert result.reason is ErrorReason.CLOSED
