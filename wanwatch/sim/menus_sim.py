"""The private menus of the built-in world, which no RouterOS has."""

from wanwatch.sim.lines import MENU, STATES
from wanwatch.sim.menu import FIXED, Kind, Menu, Property

SIM = (
    Menu(
        MENU,
        (
            Property("name"),
            Property("state", Kind.ENUM, "ok", STATES),
            Property("loss", default="0"),
            Property("delay", Kind.TIME, "0s"),
            Property("jitter", Kind.TIME, "0s"),
        ),
        commands=FIXED,
        flags=("running",),
        dynamic_can_be_set=True,
        noun="line",
    ),
)
