"""How rules that wanwatch added are taken away, so that each step can be taken back exactly."""

from collections.abc import Sequence

from wanwatch.core.plan import Attributes, Command, Reason, Step, Undo
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import split_comment

MENU = "/ip/firewall/mangle"


def remove_added(
    mangle: Sequence[MangleRule], surplus: Sequence[MangleRule], reason: Reason
) -> list[Step]:
    """Remove these rules, the last one first.

    Taken back in reverse, each one finds the row it stood before: one that no step removes.
    """
    going = {rule.id for rule in surplus}
    steps: list[Step] = []
    before = ""
    for rule in reversed(mangle):
        if rule.id in going:
            steps.append(_remove(rule, before, reason))
        else:
            before = rule.id
    return steps


def _remove(rule: MangleRule, before: str, reason: Reason) -> Step:
    attributes: Attributes = (*rule.properties.items(), ("comment", rule.comment))
    if rule.disabled:
        attributes = (*attributes, ("disabled", "yes"))
    tag = split_comment(rule.comment)[1]
    return Step(
        menu=MENU,
        command=Command.REMOVE,
        reason=reason,
        wan=tag.wan if tag else "",
        undo=Undo(Command.ADD, "", attributes, before),
        id=rule.id,
        data=(("bucket", rule.classifier), ("chain", rule.chain)),
    )
