"""What a menu of RouterOS is: its properties, what ``print`` shows, which commands it has.

Only the shape; the menus themselves are tables in ``menus`` and ``menus_firewall``.
"""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from wanwatch.core.snapshot import Version

V6, V7, NEVER = Version(0), Version(7), Version(999)


class Kind(Enum):
    """How a value is read, checked and written."""

    TEXT = "text"
    BOOLEAN = "boolean"
    SWITCH = "switch"
    """True by its mere presence; only ``=!name=`` takes it away."""
    NUMBER = "number"
    TIME = "time"
    ENUM = "enum"
    ADDRESS = "address"
    """An IPv4 address, prefix or range, negated or not."""
    PREFIX = "prefix"
    """A destination: an address alone means /32; host bits are cleared."""
    CLASSIFIER = "classifier"
    GATEWAY = "gateway"
    ADDRESS6 = "address6"
    """As ADDRESS, PREFIX and GATEWAY, in IPv6's menus."""
    PREFIX6 = "prefix6"
    GATEWAY6 = "gateway6"
    INTERFACE = "interface"
    INTERFACE_LIST = "interface-list"
    TABLE = "table"
    """The name of a routing table; on RouterOS 6 a free routing mark."""


@dataclass(frozen=True, slots=True)
class Property:
    """A settable property; ``default`` is what ``print`` shows while nothing is set."""

    name: str
    kind: Kind = Kind.TEXT
    default: str | None = None
    values: tuple[str, ...] = ()
    limits: tuple[int, int] = (0, 4294967295)
    since: Version = V6
    until: Version = NEVER


LIST = frozenset(
    {"print", "getall", "listen", "add", "set", "unset", "remove", "enable", "disable", "comment"}
)
ORDERED = LIST | {"move"}
SINGLETON = frozenset({"print", "getall", "listen", "set"})
FIXED = SINGLETON | {"unset", "enable", "disable", "comment"}
SHOWN = frozenset({"print", "getall", "listen"})


@dataclass(frozen=True)
class Menu:
    """A menu on one RouterOS version; made by ``menus.menus_of``."""

    path: str
    properties: tuple[Property, ...] = ()
    commands: frozenset[str] = LIST
    read_only: tuple[str, ...] = ()
    """Names that ``print`` may show and nobody can set."""
    flags: tuple[str, ...] = ("dynamic", "disabled")
    """Shown as true or false in every row, unless in ``only_when_true``."""
    only_when_true: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    duplicate: str = "already have such entry"
    conditional: tuple[tuple[str, str, str, frozenset[str]], ...] = ()
    """(name, default, other, values): the default counts while ``other`` has one of the values."""
    noun: str = "item"
    has_builtin_rows: bool = False
    """Rows exist on a factory-new router, so an export sets them without adding them."""
    starts_disabled: bool = False
    dynamic_can_be_set: bool = False
    is_plain: bool = False
    """Its rows are kept as an export wrote them: they can be printed, whatever is asked of them."""
    since: Version = V6
    until: Version = NEVER

    @property
    def is_singleton(self) -> bool:
        """True for a menu of settings rather than rows."""
        return not (self.is_plain or self.commands & {"add", "remove", "enable"})

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """The settable properties by name."""
        return {item.name: item for item in self.properties}

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that ``print`` knows on this version."""
        return frozenset(
            (".id", ".nextid", "comment", *self.by_name, *self.read_only, *self.flags)
        ) | set(self.only_when_true)

    def at(self, version: Version) -> "Menu":
        """The menu as this version has it."""
        kept = tuple(item for item in self.properties if item.since <= version < item.until)
        return replace(self, properties=kept)


def texts(names: str) -> tuple[Property, ...]:
    """Free-text properties without a default, named in one string."""
    return tuple(Property(name) for name in names.split())


def of_kind(kind: Kind, names: str) -> tuple[Property, ...]:
    """Properties of a kind without a default, named in one string."""
    return tuple(Property(name, kind) for name in names.split())


def booleans(default: str, names: str) -> tuple[Property, ...]:
    """Booleans that share their default, ``true`` or ``false``."""
    return tuple(Property(name, Kind.BOOLEAN, default) for name in names.split())


COMMENT = Property("comment")
DISABLED = Property("disabled", Kind.BOOLEAN)
