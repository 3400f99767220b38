"""What the daemon costs while all is well: four WANs, three targets each, one probe a second."""

import json
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.children import cpu_seconds, daemon, resident_megabytes, served
from tests.bench.figures import Figure
from wanwatch.cli.demo_daemon import Timing, configuration
from wanwatch.cli.status_source import fetch

WARM_UP = 5.0
SAMPLES, SAMPLE_SECONDS = 5, 5.0
PROBES = Timing(interval=1.0, timeout=1.0, fall=3, rise=5, hold_down=30.0)


def measure() -> list[Figure]:
    """Start the daemon against the demo's router, and look at it from outside."""
    with (
        tempfile.TemporaryDirectory(prefix="wanwatch-bench-") as folder,
        served("demo") as router,
        (Path(folder) / "log").open("wb") as log,
    ):
        host, port = router["address"]
        socket = Path(folder) / "status.sock"
        config = Path(folder) / "wanwatch.toml"
        config.write_text(
            configuration(PROBES, (host, port), router["sources"], router["targets"], socket)
        )
        with daemon(config, log) as pid:
            time.sleep(WARM_UP)
            loads, sizes = [], []
            for _ in range(SAMPLES):
                used, began = cpu_seconds(pid), time.perf_counter()
                time.sleep(SAMPLE_SECONDS)
                loads.append((cpu_seconds(pid) - used) / (time.perf_counter() - began) * 100.0)
                sizes.append(resident_megabytes(pid))
            states = [wan["state"] for wan in json.loads(fetch([socket]))["wans"]]
    return [
        Figure("idle", "processor", median(loads), "% of one core", 2.0, tuple(loads)),
        Figure("idle", "memory", median(sizes), "MB resident", 80.0, tuple(sizes)),
        Figure("idle", "WANs up at the end", float(states.count("up")), f"of {len(states)}"),
    ]
