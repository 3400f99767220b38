"""Numbers for the names of marks and tables, which the kernel knows by number only.

A packet has one 32-bit mark in Linux and two in RouterOS: the routing mark is kept in the low
half, the packet mark in the high half. The connection mark is the kernel's ``ct mark``. A name keeps
its number for as long as the world runs, so that living connections keep their meaning.
"""

from dataclasses import dataclass, field

ROUTING_MASK = 0x0000FFFF
PACKET_MASK = 0xFFFF0000
MAIN_TABLE = 254
_FIRST_TABLE = 1000
_MOST = 0xFFFF


@dataclass(slots=True)
class Names:
    """Numbers from 1 upwards in the order in which names are first asked for; 0 is no name."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The number of a name; raises OverflowError after 65,535 names."""
        if not name:
            return 0
        number = self._numbers.setdefault(name, len(self._numbers) + 1)
        if number > _MOST:
            raise OverflowError(f"{name!r} is one mark more than {_MOST}")
        self._names[number] = name
        return number

    def name(self, number: int) -> str:
        """The name that has a number, empty for 0 and for a number that was never given."""
        return self._names.get(number, "")

    def known(self, name: str) -> int:
        """The number that a name was given, 0 when it was never asked for."""
        return self._numbers.get(name, 0)


@dataclass(slots=True)
class Numbers:
    """The three kinds of marks of one router."""

    connection: Names = field(default_factory=Names)
    packet: Names = field(default_factory=Names)
    routing: Names = field(default_factory=Names)

    def table(self, name: str) -> int:
        """The kernel's number of a routing table, which is found by the routing mark of its name."""
        return MAIN_TABLE if name in ("", "main") else _FIRST_TABLE + self.routing.number(name)
