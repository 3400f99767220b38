"""What RouterOS says when it refuses: the sentences of ``!trap``, word for word where known.

Sources: RouterOS manual, API, "Error categories"; messages seen on RouterOS 6.49 to 7.23. Several
real traps come without a category, so a client must go by the message.
"""

MISSING, ARGUMENT, INTERRUPTED = 0, 1, 2


class Trap(Exception):  # noqa: N818 (RouterOS calls it a trap)
    """A refused command; ``words`` is what follows ``!trap``."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.category = category

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the reply, the category first where there is one."""
        said = (f"=message={self.message}",)
        return said if self.category is None else (f"=category={self.category}", *said)


def no_such_prefix() -> Trap:
    """A menu that this version does not have."""
    return Trap("no such command prefix", MISSING)


def no_such_command() -> Trap:
    """A command that this menu does not have."""
    return Trap("no such command", MISSING)


def no_such_item() -> Trap:
    """An id that is not, or no longer, in the menu."""
    return Trap("no such item", MISSING)


def no_such_item_to_remove() -> Trap:
    """The same, as ``remove`` words it."""
    return Trap("no such item (4)")


def unknown_parameter(name: str) -> Trap:
    """A property that the menu does not have on this version."""
    return Trap(f"unknown parameter {name}", MISSING)


def missing_parameter(name: str) -> Trap:
    """A property that ``add`` or ``set`` cannot do without."""
    return Trap(f"missing ={name}=", MISSING)


def no_match(name: str) -> Trap:
    """A value that is none of the possible ones: enumerations, interfaces, tables, lists."""
    return Trap(f"input does not match any value of {name}", ARGUMENT)


def invalid_value(name: str) -> Trap:
    """A value that cannot be read as the property's type."""
    return Trap(f"invalid value for argument {name}", ARGUMENT)


def out_of_range(name: str, low: int, high: int) -> Trap:
    """A number outside its limits."""
    return Trap(f"value of {name} out of range ({low}..{high})", ARGUMENT)


def not_enough_permissions() -> Trap:
    """The user's group lacks the policy."""
    return Trap("not enough permissions (9)")


def failure(text: str) -> Trap:
    """Everything the router itself refuses after reading the command."""
    return Trap(f"failure: {text}")


def interrupted() -> Trap:
    """A streaming command ended by ``/cancel``."""
    return Trap("interrupted", INTERRUPTED)
