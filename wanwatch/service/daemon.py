"""The daemon's life: start, reload, stop; one task group with every task named.

SIGTERM and SIGINT stop it and leave the router as it is: a watchdog that is restarted must not
move everybody's connections twice. SIGHUP reads the configuration anew; a bad one is refused, said
and shown, and the old one goes on. An error that is not the router's ends the process, and systemd
starts it again.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from wanwatch import __version__
from wanwatch.config import Config, ConfigError, load, warnings
from wanwatch.core.write_budget import WriteBudget
from wanwatch.service.build import Parts, build
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.instance import Instances
from wanwatch.service.log import configure
from wanwatch.service.metrics import Metrics
from wanwatch.service.recorder import Recorder
from wanwatch.service.server import StatusServer, StatusServerError
from wanwatch.service.systemd import Notifier

log = structlog.get_logger()


class Daemon:
    """One wanwatch process."""

    def __init__(
        self,
        config: Config,
        path: Path | None,
        notifier: Notifier,
        recorder: Recorder | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``path`` is read again on SIGHUP; without one a reload is refused.

        ``clock`` is the loop's and the system's unless another one is given.
        """
        self._recorder = recorder
        self._clock = clock
        self._config = config
        self._path = path
        self._notifier = notifier
        self._metrics = Metrics(__version__)
        self._history = History()
        self._budget = WriteBudget(config.failover.writes_per_hour)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._config_error = ""
        self._token = Instances().me(None).token
        self.parts: Parts | None = None
        self.address: tuple[str, int] | None = None
        """Where the status server listens, once it does."""

    def stop(self) -> None:
        """End the daemon; the router is left as it is."""
        self._stop.set()

    def reload(self) -> None:
        """Read the configuration anew, or keep the old one and say why."""
        self._notifier.reloading(time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        try:
            config = self._read_again()
        except ConfigError as error:
            self._refuse(error.problems)
            self._notifier.ready()
            return
        if config.log != self._config.log:
            configure(config.log.level, config.log.format)
        self._config, self._config_error = config, ""
        self._metrics.reloaded(ok=True)
        log.info("config.loaded", source=config.source)
        self._reload.set()

    def _refuse(self, problems: Sequence[str]) -> None:
        """Say everywhere why a configuration was not taken."""
        self._config_error = "; ".join(problems)
        self._metrics.reloaded(ok=False)
        log.error("config.refused", problems=list(problems))
        if self.parts is not None:
            self.parts.documents.config_error = self._config_error

    def _read_again(self) -> Config:
        if self._path is None:
            raise ConfigError(["the configuration has no file to read again"])
        config = load(self._path)
        config.require_router().password()
        config.require_steering()
        return config

    async def run(self) -> None:
        """Run until stopped."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)
        log.info("daemon.started", version=__version__, source=self._config.source)
        try:
            await self._live_on()
        finally:
            self._notifier.stopping()
            log.info("daemon.stopped")
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    async def _live_on(self) -> None:
        """Run one configuration after the other; one that cannot be served gives way to the last."""
        working: Config | None = None
        while not self._stop.is_set():
            self._reload.clear()
            tried = self._config
            try:
                await self._live(tried)
            except StatusServerError as error:
                if working is None or working is tried:
                    raise
                if self._config is tried:  # else a newer one came meanwhile, which is tried now
                    self._refuse([str(error)])
                    self._config = working
            else:
                working = tried

    async def _live(self, config: Config) -> None:
        """Run one configuration until a stop or a reload."""
        loop = asyncio.get_running_loop()
        for warning in warnings(config):
            log.warning("config.warning", warning=warning)
        parts = build(
            config,
            metrics=self._metrics,
            history=self._history,
            budget=self._budget,
            clock=self._clock or Clock(loop.time, time.time),
            recorder=self._recorder,
            token=self._token,
        )
        parts.documents.config_error = self._config_error
        for finding in parts.router.state.findings:
            log.warning("router.finding", code=finding.code, where=finding.where)
        self.parts = parts
        server = StatusServer(
            parts.documents.make, parts.explainer, self._metrics, self._is_alive(parts)
        )
        try:
            await server.start(config.status.listen_address, config.status.socket)
            self.address = server.address
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(parts.guard.run(), name="stall guard"),
                    group.create_task(parts.runner.run(), name="probes"),
                    group.create_task(parts.watcher.run(), name="health"),
                    group.create_task(parts.router_watch.run(), name="router watch"),
                    group.create_task(parts.reconciler.run(), name="reconcile"),
                    group.create_task(parts.lease.run(), name="lease"),
                    group.create_task(self._beat(parts), name="heartbeat"),
                ]
                self._notifier.ready()
                await self._until_told()
                for task in tasks:
                    task.cancel()
            if self._stop.is_set():
                await parts.lease.end()
        finally:
            await server.close()
            for prober in parts.probers:
                await prober.close()
            await parts.lease.close()
            await parts.router.close()

    async def _until_told(self) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (self._stop, self._reload)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
                with suppress(asyncio.CancelledError):
                    await wait

    async def _beat(self, parts: Parts) -> None:
        """Feed systemd's watchdog while the reconcile loop makes passes."""
        alive = self._is_alive(parts)
        interval = self._notifier.watchdog_interval or 5.0
        while True:
            if alive():
                self._notifier.watchdog()
            states = parts.watcher.states
            up = sum(state.value == "up" for state in states.values())
            self._notifier.status(f"{up} of {len(states)} WANs up")
            await asyncio.sleep(interval)

    def _is_alive(self, parts: Parts) -> Callable[[], bool]:
        """A check that the reconcile loop gave a sign of life not too long ago."""
        return lambda: parts.reconciler.heart.is_beating
