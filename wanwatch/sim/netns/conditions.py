"""What a rendered rule asks of a packet: a choice of terms that exclude each other.

A rule of RouterOS becomes one rule of nftables for each term, so no packet meets two of them. The
IP protocols a term admits are kept as a set of their own and written once, in front: nftables
refuses a whole ruleset that asks one packet for two protocols.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
PORTED = frozenset({TCP, UDP, 33, 132, 136})
"""TCP, UDP, DCCP, SCTP and UDP-Lite: the protocols whose packets have ports."""
EVERY = frozenset(range(256))
PORTED_SET = "ported"
"""The set of nftables that holds PORTED. A set without a name would be made for each rule, which
takes the kernel ten seconds for 10,000 rules."""


@dataclass(frozen=True, slots=True)
class Term:
    """Expressions of nftables that must all be true, for packets of these IP protocols."""

    texts: tuple[str, ...] = ()
    protocols: frozenset[int] = EVERY

    @property
    def text(self) -> str:
        """The term as nftables reads it, empty when it asks nothing."""
        return " ".join(filter(None, (_protocols(self.protocols), *self.texts)))


Condition = tuple[Term, ...]
"""Terms of which a packet meets one at most; it meets the condition when it meets one."""

ALWAYS: Condition = (Term(),)
NEVER: Condition = ()


def of_text(text: str, protocols: frozenset[int] = EVERY) -> Condition:
    """The condition of one expression."""
    return (Term((text,), protocols),)


def compared(expression: str, value: str, *, is_negated: bool) -> Condition:
    """The condition that an expression has a value, or has another one."""
    return of_text(f"{expression} != {value}" if is_negated else f"{expression} {value}")


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The condition that all of these are met."""
    result: list[Term] = []
    for terms in product(*conditions):
        protocols = EVERY.intersection(*(term.protocols for term in terms))
        if protocols:
            texts = tuple(text for term in terms for text in term.texts)
            result.append(Term(texts, protocols))
    return tuple(result)


def each_protocol(condition: Condition) -> Condition:
    """The same condition with terms of one protocol each."""
    return tuple(
        Term(term.texts, frozenset({protocol}))
        for term in condition
        for protocol in sorted(term.protocols)
    )


def unless(condition: Condition) -> Condition:
    """ALWAYS for NEVER and the other way round; for conditions that are one of the two."""
    return NEVER if condition else ALWAYS


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of numbers in order, with those that overlap or touch made one."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


def choice(values: Sequence[str]) -> str:
    """One value, or the anonymous set of several."""
    return values[0] if len(values) == 1 else f"{{ {', '.join(values)} }}"


def numbers(spans: Iterable[tuple[int, int]]) -> str:
    """Spans of numbers as a value or an anonymous set."""
    return choice([str(low) if low == high else f"{low}-{high}" for low, high in joined(spans)])


def other_numbers(spans: Iterable[tuple[int, int]]) -> str:
    """``!=`` and spans of numbers; one number is written as a range.

    nftables reads two neighbouring fields at once, and of ``sport != 1`` and ``dport != 2`` makes
    that not both are so (seen with 1.0.6); a range it leaves alone.
    """
    found = joined(spans)
    if len(found) == 1:
        return f"!= {found[0][0]}-{found[0][1]}"
    return f"!= {numbers(found)}"


def _protocols(wanted: frozenset[int]) -> str:
    if wanted == EVERY:
        return ""
    others = EVERY - wanted
    if wanted == PORTED:
        return f"meta l4proto @{PORTED_SET}"
    if others == PORTED:
        return f"meta l4proto != @{PORTED_SET}"
    if len(others) < len(wanted):
        return f"meta l4proto != {choice([str(number) for number in sorted(others)])}"
    return f"meta l4proto {choice([str(number) for number in sorted(wanted)])}"
