"""``wanwatch run``: the daemon in the foreground."""

from pathlib import Path


def run_daemon(config: Path) -> int:
    """Run until SIGTERM or Ctrl-C; raises ConfigError before it starts."""
    from wanwatch.service.daemon import run  # noqa: PLC0415 - aiohttp and the rest, for run alone

    return run(config)
