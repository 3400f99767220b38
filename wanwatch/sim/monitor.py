"""``/interface/ethernet/monitor``: whether a port has its link.

A port here is of a gigabit or has no link. Ports are named by id, by name, or by their place in the
menu, as exporters do it. Source: RouterOS manual, Ethernet, "Monitor".
"""

from collections.abc import Iterator

from wanwatch.routeros.wire import Sentence
from wanwatch.sim import traps
from wanwatch.sim.menu import Menu
from wanwatch.sim.print_ import rendered_rows, reply_row
from wanwatch.sim.request import Request
from wanwatch.sim.store import RouterModel


def monitor(model: RouterModel, menu: Menu, request: Request) -> Iterator[Sentence]:
    """The rows of one look; raises Trap for a port that is not there.

    RouterOS goes on looking until it is told to stop unless ``once`` is said; that is not done here.
    """
    if "once" not in request.attributes:
        raise traps.failure("this router monitors only once")
    names = request.attributes.get(".proplist")
    columns = None if names is None else tuple(names.split(","))
    ports = list(rendered_rows(model, menu))
    chosen = [_port(ports, wanted) for wanted in request.ids]
    for port in chosen:
        yield reply_row(_status(port), columns)
    yield ("!done",)


def _port(ports: list[dict[str, str]], wanted: str) -> dict[str, str]:
    for place, port in enumerate(ports):
        if wanted in (port[".id"], port.get("name"), str(place)):
            return port
    raise traps.no_such_item()


def _status(port: dict[str, str]) -> dict[str, str]:
    row = {"name": port["name"]}
    if port.get("running") != "true":
        return row | {"status": "no-link"}
    return row | {
        "status": "link-ok",
        "auto-negotiation": "done",
        "rate": "1Gbps",
        "full-duplex": "true",
    }
