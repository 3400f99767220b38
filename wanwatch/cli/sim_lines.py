"""The words that cut, mend and slow down the lines of the built-in world while it is served."""

from difflib import get_close_matches

from wanwatch.sim.netns.packet_world import PacketWorld
from wanwatch.sim.values import parse_time
from wanwatch.sim.world import World

HELP = """\
cut LINE            the first hop is silent
cut-beyond LINE     the first hop answers, the internet behind it does not
down LINE           the interface loses its link
lossy LINE 30%      so many packets are lost
slow LINE 200ms     answers come so much later
mend LINE           all is well again
lines               how the lines are
reboot              restart the router
quit                end"""

_COMMANDS = (
    "cut",
    "cut-beyond",
    "down",
    "lossy",
    "slow",
    "mend",
    "lines",
    "reboot",
    "quit",
    "help",
)


class Refused(Exception):  # noqa: N818 - what was typed is refused, with a sentence
    """What was typed is no command; the sentence says why."""


def obey(world: World, typed: str) -> str | None:
    """Do what was typed; returns what to say, None to quit. Raises Refused."""
    word, _, rest = typed.strip().partition(" ")
    if word == "quit":
        return None
    if isinstance(world, PacketWorld) and word not in ("", "reboot"):
        raise Refused(f"{word}: the lines are real here; type reboot or quit")
    if word in ("", "help"):
        return HELP if word else ""
    if word == "lines":
        return describe_lines(world)
    if word == "reboot":
        world.reboot()
        return "The router restarted: connections are gone, ids are new."
    if word not in _COMMANDS:
        near = get_close_matches(word, _COMMANDS, n=1)
        hint = f'did you mean "{near[0]}"?' if near else "type help"
        raise Refused(f"{word}: no such word; {hint}")
    return _to_line(world, word, rest.strip())


def describe_lines(world: World) -> str:
    """One line for each line."""
    shown = []
    for name in world.uplinks():
        line = world.line(name)
        quality = f", {line.loss:.0%} lost" if line.loss else ""
        quality += f", {1000 * line.delay:g} ms" if line.delay else ""
        shown.append(f"{name}: {line.state}{quality}")
    return "\n".join(shown)


def _to_line(world: World, word: str, rest: str) -> str:
    name, amount = rest, ""
    if word in ("lossy", "slow"):
        name, _, amount = rest.rpartition(" ")
    name = name.strip().strip('"')
    if name not in world.uplinks():
        known = ", ".join(world.uplinks())
        raise Refused(f"{word} {name or 'what'}: no such line; there are {known}")
    line = world.line(name)
    if word == "lossy":
        line.set(loss=_ratio(amount))
    elif word == "slow":
        line.set(delay=_seconds(amount))
    elif word == "mend":
        line.mend()
    else:
        line.cut(beyond=word == "cut-beyond", interface_down=word == "down")
    return describe_lines(world)


def _ratio(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        raise Refused(f"{text!r} is no part; write it as 30%") from None
    value = value / 100 if text.endswith("%") else value
    if not 0 <= value <= 1:
        raise Refused(f"{text!r} is not between 0% and 100%")
    return value


def _seconds(text: str) -> float:
    seconds = parse_time(text)
    if seconds is None or seconds < 0:
        raise Refused(f"{text!r} is no time; write it as 200ms")
    return seconds
