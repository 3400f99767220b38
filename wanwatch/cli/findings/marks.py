"""What the findings of ``core.lint.marks`` mean, and why each matters."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "connection-mark-never-set": "rules match the connection mark {connection_mark} and no enabled rule sets it (rules: {rules}; the first has action {action} in chain {chain}), so they never match and do nothing",
    "cross-marked-arrival": "connections that arrive by {home} are marked {connection_mark} in chain {chain}, which leads to {line}: their answers leave by another line than they came by, and the far end drops them",
    "cross-wired-mark": "the connection mark {connection_mark} is that of {home}, and chain {chain} routes it by {routing_mark}, which leads to {line}: those packets leave by another line than the rest of their connections, and the far end drops them",
    "empty-routing-tables": "routing tables are declared that hold no route and that nothing leads to ({tables}; {count} in all): they are left over, or a mark or a route that was meant for them is missing",
    "marks-alike": "connection marks differ in case or spaces alone ({connection_marks}): RouterOS takes them for different marks, so a rule that matches one misses the connections of the other",
    "misspelt-connection-mark": 'rules match the connection mark "{connection_mark}" (rules: {rules}; the first has action {action} in chain {chain}), but it is set as "{set_mark}": RouterOS minds case and spaces, so they never match',
    "misspelt-routing-mark": 'rules mark for the routing table "{routing_mark}" (rules: {rules}; the first in chain {chain}), but the routes stand in "{table}": RouterOS minds case and spaces, so those packets use main',
    "stale-routing-tables": "every route of the routing tables {tables} is disabled and no rule marks for them ({count} in all): they are left over and carry nothing",
    "table-default-disabled": "every default route of routing table {routing_mark} is disabled, and rules still mark for it (rules: {rules}; the first in chain {chain}): what they mark uses main's default route instead of its own line",
    "table-not-declared": "rules mark for the routing table {routing_mark} (rules: {rules}; the first in chain {chain}), which is not declared or is disabled: RouterOS 7 calls such rules invalid and their packets use main",
    "table-without-default": "PCC leads to the routing table {routing_mark} (rules: {rules}; the first in chain {chain}), which has routes and no default route: what it is meant to carry uses main's default route",
    "table-without-fib": "the routing table {routing_mark} is declared without fib: RouterOS 7 does not route by it, so what rules mark for it (rules: {rules}; the first in chain {chain}) uses main",
    "table-without-route": "rules mark for the routing table {routing_mark} (rules: {rules}; the first in chain {chain}), which holds no route: a lookup that fails there goes on to main, so the mark does nothing",
    "unrouted-arrival-mark": "what arrives by {interface} is marked {connection_mark} in chain {chain}, and nothing routes by that mark: answers leave by main's default route, also when that is another line",
    "unrouted-pcc-marks": "the PCC rules {classifier} in chain {chain} set connection marks that no mark-routing rule in chain {routing_chain} matches ({connection_marks}): those buckets use main's default route, and moving them in a failover changes nothing",
    "unused-connection-mark": "the connection mark {connection_mark} is set in chain {chain} (rules: {rules}) and nothing on the router matches it: the rules cost work and do nothing",
    "unused-routing-tables": "the routing tables {tables} ({count} in all) hold enabled routes, and no rule, routing rule or client leads there: nothing ever looks them up",
}
