"""``wanwatch run``: the daemon in the foreground."""

import asyncio
from pathlib import Path

from wanwatch.cli.console import EXIT_OK, Failure
from wanwatch.config import load
from wanwatch.service import log
from wanwatch.service.daemon import Daemon
from wanwatch.service.server import StatusServerError
from wanwatch.service.systemd import Notifier


def run_daemon(path: Path) -> int:
    """Run until SIGTERM or Ctrl-C; raises ConfigError or Failure when it cannot start."""
    config = load(path)
    router = config.require_router()
    config.require_steering()
    log.configure(config.log.level, config.log.format)
    log.forget(router.password().reveal())
    try:
        asyncio.run(Daemon(config, path, Notifier.from_environ()).run())
    except* StatusServerError as errors:
        raise Failure("; ".join(str(error) for error in errors.exceptions)) from errors
    return EXIT_OK
