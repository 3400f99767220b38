"""The parts that listen to the router, from a configuration."""

from collections.abc import Callable, Mapping

from wanwatch.config import Config
from wanwatch.routeros.connect import Endpoint
from wanwatch.routeros.listen import InterfaceListener
from wanwatch.routeros.session import Call
from wanwatch.routeros.text import router_text
from wanwatch.service.clock import Clock
from wanwatch.service.metrics import Metrics
from wanwatch.service.router_watch import MakeListener


def listener_maker(
    config: Config, endpoint: Endpoint, *, metrics: Metrics, clock: Clock
) -> MakeListener | None:
    """What makes the listener of a configuration; None where it wants none."""
    section = config.require_router()
    if not section.listen:
        return None

    def on_call(call: Call) -> None:
        metrics.api_call(call.command, call.seconds, call.outcome)

    def make(
        told: Callable[[Mapping[str, bool], float], None], answered: Callable[[float], None]
    ) -> InterfaceListener:
        return InterfaceListener(
            endpoint,
            [router_text(wan.interface) for wan in config.wans],
            timeout=section.timeout,
            clock=clock.monotonic,
            told=told,
            answered=answered,
            on_call=on_call,
        )

    return make
