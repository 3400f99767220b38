"""Rules between WANs: what each allows alone, but what cannot stand beside the others.

Each rule returns problems, at the key that is the nearest remedy.
"""

from collections.abc import Sequence
from itertools import combinations

from wanwatch.config.probing import Probing
from wanwatch.config.problem import Key, Problem, toml_value
from wanwatch.config.wan import WanSection

STEERING_KEYS = ("source", "dscp", "fwmark", "device")
_OWN_LISTS = ("routing_tables", "connection_marks", "addresses")


def wan_problems(wans: Sequence[WanSection]) -> list[Problem]:
    """Return where two WANs claim the same thing, so that neither could be told by it."""
    problems = []
    for (first_index, first), (index, wan) in combinations(enumerate(wans), 2):
        other = f'wan[{first_index + 1} "{first.name}"]'
        at: Key = ("wan", index)
        if wan.name == first.name:
            sentence = f"{toml_value(wan.name)} is the name of wan[{first_index + 1}] too"
            problems.append(Problem((*at, "name"), f"{sentence}; give each line its own name"))
        if wan.interface == first.interface and not (wan.gateways and first.gateways):
            sentence = f"{toml_value(wan.interface)} is the interface of {other} too"
            problems.append(
                Problem((*at, "interface"), f"{sentence}; correct one, or give both their gateways")
            )
        if wan.is_steered and wan.steering == first.steering:
            key = next(
                name
                for name, part in zip(STEERING_KEYS, wan.steering, strict=True)
                if part is not None
            )
            sentence = f"{toml_value(getattr(wan, key))} steers the probes of {other} too"
            problems.append(
                Problem(
                    (*at, key), f"{sentence}, so that both would leave by one line; write another"
                )
            )
        for key in _OWN_LISTS:
            problems.extend(
                Problem(
                    (*at, key), f"{toml_value(name)} belongs to {other} too; remove it from one"
                )
                for name in getattr(wan, key)
                if name in getattr(first, key)
            )
    return problems


def family_problem(index: int, wan: WanSection, probing: Probing) -> Problem | None:
    """Return the problem of a source address that a target cannot answer to."""
    if wan.source is None:
        return None
    for target in probing.targets:
        if target.is_ipv6 != (":" in wan.source):
            return Problem(
                ("wan", index, "targets"),
                f"{toml_value(str(target))} cannot be probed from the source {wan.source}; "
                "name targets of the source's address family only",
            )
    return None
