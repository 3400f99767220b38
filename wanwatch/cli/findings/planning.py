"""What the findings of planning mean: what remains undone, and what the operator can change."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "pcc-bucket-left": "the PCC rule {where} ({classifier} in chain {chain}) stays {wan}'s: no other line can take its traffic there, as no mark-routing rule that follows would route it, or a rule in between would lose what it marks; its new connections go by main once the routes of {wan} are out; put a mark-routing rule for every line behind the PCC rules, and give those one denominator",
    "pcc-chain-of-several-wans": "the PCC rule {where} ({classifier}) jumps to chain {chain}, which marks for {wans}; it is nobody's and stays; to have its bucket moved, jump to a chain that marks for one line",
    "pcc-group-refused": 'mangle rule {where} (mark {mark}) has the classifier "{classifier}", which RouterOS does not accept ({fault}); the rules that share its traffic are not moved until it is mended; other rules and routes are',
    "route-by-turns": "the default route by {gateway} in table {table} leads through {wans} by turns, as RouterOS looks its gateway up; it stays, and the router changes it by itself; to have it taken out, give each line a gateway of its own",
    "table-not-managed": "table {where} has a default route through {wans}, and no mangle rule marks for the table; it stays as it is, and what a routing rule or a VRF leads there goes on by that line",
    "table-of-several-wans": "table {where} is carried by {wans} at once; what marks for it stays, and of its routes those through a line that is out are taken out",
}
