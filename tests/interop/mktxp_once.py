"""``python -m tests.interop.mktxp_once FOLDER``: what mktxp exports of the routers it is configured for.

A process of its own, since mktxp patches its client at import. Its collectors and its handler are
mktxp's own; what it says goes to standard error, the metrics to standard output.
"""

import contextlib
import sys
import warnings


def main(folder: str) -> None:
    """Collect once."""
    warnings.simplefilter("ignore")  # mktxp's own, and its libraries'
    with contextlib.redirect_stdout(sys.stderr):
        from mktxp.cli.config import CustomConfig, config_handler  # noqa: PLC0415

        config_handler(os_config=CustomConfig(folder))
        from mktxp.flow.collector_handler import CollectorHandler  # noqa: PLC0415
        from mktxp.flow.collector_registry import CollectorRegistry  # noqa: PLC0415
        from mktxp.flow.router_entries_handler import RouterEntriesHandler  # noqa: PLC0415
        from prometheus_client import CollectorRegistry as Registry  # noqa: PLC0415
        from prometheus_client import generate_latest  # noqa: PLC0415

        registry = Registry()
        registry.register(CollectorHandler(RouterEntriesHandler(), CollectorRegistry()))
        text = generate_latest(registry)
    sys.stdout.write(text.decode())


if __name__ == "__main__":
    main(sys.argv[1])
