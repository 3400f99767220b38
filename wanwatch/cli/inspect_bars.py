"""The hash space of a PCC group as a bar: which remainder goes to which WAN.

One character stands for one remainder, in order. A denominator that is larger than the bar is
shown in proportion: a character stands for the WAN that has most of the values beneath it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase, digits

from rich.text import Text

from wanwatch.core.discovery.found import FoundWan
from wanwatch.core.groups import Group

WIDEST = 64
UNOWNED = "·"
"""No enabled rule takes this value."""
UNKNOWN = "?"
"""A rule takes this value, and its mark leads to no WAN or to several."""
_LETTERS = ascii_uppercase + ascii_lowercase + digits
_COLOURS = ("green", "cyan", "yellow", "magenta", "blue", "red", "bright_green", "bright_cyan")


class Letters:
    """The letter and the colour of each WAN, the same wherever it is shown."""

    def __init__(self, wans: Sequence[FoundWan]) -> None:
        self._index = {wan.name: index for index, wan in enumerate(wans)}

    def of(self, wan: str) -> str:
        """One character; a WAN beyond the last letter shares ``#`` with others."""
        index = self._index.get(wan, len(_LETTERS))
        return _LETTERS[index] if index < len(_LETTERS) else "#"

    def style(self, wan: str) -> str:
        """A colour, repeated where there are more WANs than colours."""
        return _COLOURS[self._index.get(wan, 0) % len(_COLOURS)]


def owners(group: Group) -> Mapping[int, str]:
    """Remainder -> WAN in the operator's rules; ``UNKNOWN`` where the rule's WAN is not known."""
    found: dict[int, str] = {}
    for base in group.rules:
        found.setdefault(base.bucket.remainder, base.owner.name if base.owner else UNKNOWN)
    return found


def unowned(group: Group) -> Iterator[range]:
    """The runs of remainders that no rule of the group takes, in order."""
    first = 0
    for value in (*sorted(owners(group)), group.denominator):
        if value > first:
            yield range(first, value)
        first = value + 1


def bar(group: Group, letters: Letters, widest: int = WIDEST) -> Text:
    """The group's bar, at most ``widest`` characters."""
    width = min(group.denominator, widest)
    cells: list[Counter[str]] = [Counter() for _ in range(width)]
    for value, name in owners(group).items():
        cells[value * width // group.denominator][name] += 1
    text = Text()
    for index, cell in enumerate(cells):
        first = -(-index * group.denominator // width)
        size = -(-(index + 1) * group.denominator // width) - first
        cell[""] = size - cell.total()
        name = cell.most_common(1)[0][0]
        if not name:
            text.append(UNOWNED, style="bold red")
        elif name == UNKNOWN:
            text.append(UNKNOWN, style="bold red")
        else:
            text.append(letters.of(name), style=f"bold {letters.style(name)}")
    return text
