"""The steps that give each PCC rule the goal its bucket should have now.

A closed WAN's rule is rewritten to a survivor; where its bucket is shared, rules for the other
parts are added directly before it. Where the survivor's mark-routing rule stands before the closed
WAN's rule, a rule for the part is added ahead of it, for the first packet of a connection to be
routed too. Rules are added before any shrinks and removed after all have grown, so that no hash
value that had a rule is ever without one.

Only the closed WAN's rules are rewritten, also where rules of others overlap them: each stays in
its place, so a value that another rule won before is that rule's afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence

from wanwatch.core.added_rules import MENU, remove_added
from wanwatch.core.base_rule import BaseRule
from wanwatch.core.goals import Goals
from wanwatch.core.groups import Family, Groups
from wanwatch.core.mark_routing import MarkRouting
from wanwatch.core.model import Disposition, Finding, Severity
from wanwatch.core.plan import Reason, Step
from wanwatch.core.rewrite import Rewrite
from wanwatch.core.sharing import CLOSED, Sharing
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.tags import split_comment
from wanwatch.core.wans import Wans


def plan_buckets(
    mangle: Sequence[MangleRule],
    groups: Groups,
    wans: Wans,
    dispositions: Mapping[str, Disposition],
    *,
    whole: bool,
) -> tuple[list[Step], list[Finding]]:
    """Steps for every group; findings where a closed WAN's buckets have nowhere to go."""
    steps: list[Step] = []
    findings: list[Finding] = []
    goals = Goals(mangle, wans)
    routing = MarkRouting(mangle, goals)
    surplus = [rule for rule in groups.orphans if not _is_kept(rule, dispositions)]
    for family in groups.families:
        sharing = Sharing(family, wans, dispositions, goals, routing)
        pieces = sharing.pieces(whole=whole)
        findings += [*sharing.findings, *_of_several(family, goals, dispositions)]
        for base in family.rules:
            if base.owner is None or dispositions.get(base.owner.name) is Disposition.KEEP:
                continue
            rewrite = Rewrite(base, base.owner, pieces.get(base.rule.id, ()), routing)
            steps += rewrite.steps()
            surplus += rewrite.surplus()
    return [*steps, *remove_added(mangle, surplus, Reason.SHARE_ENDED)], findings


def _is_kept(rule: MangleRule, dispositions: Mapping[str, Disposition]) -> bool:
    tag = split_comment(rule.comment)[1]
    return tag is not None and dispositions.get(tag.wan) is Disposition.KEEP


def _of_several(
    family: Family, goals: Goals, dispositions: Mapping[str, Disposition]
) -> Iterable[Finding]:
    """Rules whose chain marks for several WANs, one of them closed: they are nobody's."""
    for base in family.rules:
        if base.owner is None and base.mark_property == "jump-target":
            names = goals.wans_of(base.mark_property, base.mark)
            if not _shares_out(base, goals) and any(dispositions.get(n) in CLOSED for n in names):
                data = (
                    ("classifier", str(base.classifier)),
                    ("chain", base.mark),
                    ("wans", ", ".join(sorted(names))),
                )
                yield Finding(
                    "pcc-chain-of-several-wans", Severity.WARNING, base.rule.id, data, menu=MENU
                )


def _shares_out(base: BaseRule, goals: Goals) -> bool:
    """True when the chain jumped to has PCC rules of its own, which are moved one by one."""
    return goals.chain(base.mark).shares_out
