"""``wanwatch run``: the daemon in the foreground."""

import asyncio
from pathlib import Path

from wanwatch.cli.console import EXIT_OK, Failure
from wanwatch.config import load
from wanwatch.service import log
from wanwatch.service.collector import spare_what_stands
from wanwatch.service.daemon import Daemon
from wanwatch.service.recorder import Recorder, RecorderError
from wanwatch.service.server import StatusServerError
from wanwatch.service.systemd import Notifier


def run_daemon(path: Path, record: Path | None = None) -> int:
    """Run until SIGTERM or Ctrl-C; raises ConfigError or Failure when it cannot start.

    ``record``: where every sample is recorded.
    """
    config = load(path)
    router = config.require_router()
    config.require_steering()
    log.configure(config.log.level, config.log.format)
    log.forget(router.password().reveal())
    try:
        recorder = None if record is None else Recorder(record)
    except RecorderError as error:
        raise Failure(str(error)) from error
    spare_what_stands()
    try:
        asyncio.run(Daemon(config, path, Notifier.from_environ(), recorder).run())
    except* StatusServerError as errors:
        raise Failure("; ".join(str(error) for error in errors.exceptions)) from errors
    finally:
        if recorder is not None:
            recorder.close()
    return EXIT_OK
