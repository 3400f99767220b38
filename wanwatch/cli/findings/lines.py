"""What the findings of ``core.lint.lines`` mean, and why each matters."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # Values that no router can use.
    "value-not-filled-in": "{property} is {text}, which was never filled in; RouterOS refuses the row, so it is not there",
    "reference-dangling": "{property} is {text}, the id of a row that was removed; until it is given another, what has it in {row_menu} ({count} in all) does nothing",
    "address-malformed": "{property} {text} is no address; RouterOS refuses the row, so it is not there",
    "interface-missing": "interface {interface} is named in {row_menu} and nowhere made; what names it ({uses} rows) has no effect",
    "interface-is-bridge-port": "interface {interface} is a port of {bridge}, so packets come by {bridge} and not by it; what names {interface} in {row_menu} works unreliably or not at all",
    "network-on-two-interfaces": "{network} is on {interface} and on {other}; the router takes all of it, and every gateway in it, for one of the two",
    # Default routes.
    "main-without-default": "main has no default route while {tables} have: the router's own traffic, and whatever has no mark or a mark whose table has failed, goes nowhere",
    "main-default-by-one-wan": "main's default routes all lead through {wan}: when it fails, the router's own traffic, and whatever has no mark, has no way out although there are others ({others})",
    "main-default-dynamic": "main's default routes ({gateways}) are all made by DHCP or PPP clients; a failover cannot disable those, so a dead line may keep the router's own and all unmarked traffic",
    "main-defaults-same-distance": "main has default routes of the same distance {distance} by {gateways}; RouterOS 7 spreads what is not marked over them, and RouterOS 6 uses whichever it likes",
    "table-defaults-same-distance": "default routes of one table have the same distance by other gateways ({tables}; rows {rows}); RouterOS 7 uses them in turn, and RouterOS 6 whichever it likes, so neither is the other's fallback",
    "route-repeated": "{count} routes ({rows}) have the table, destination, distance and gateway of an earlier one; whoever disables one of the two has disabled nothing",
    "destination-by-two-wans": "{destination} in table {table} is routed by {wans} at the same distance, so what is meant for one line goes out by another",
    "probe-address-shared": "{destination} is what a default route's gateway is found by, and it is reached by {wans}: when one of these fails the other answers for it, and the failure is never seen",
    # Gateways.
    "gateway-is-ethernet": "the gateway of a default route is an Ethernet interface ({gateways}) and no address, so the router asks by ARP for every host of the internet, which works only where the provider answers for them all (proxy-arp)",
    "gateway-is-own-address": "the gateway {gateway} of a default route in table {table} is the router's own address, so nothing leaves by it",
    "gateway-unreachable": "the gateway {gateway} of a default route in table {table} is in no network the router is connected to, and no route leads to it, so the route is never active",
    "recursive-gateway-scope": "the gateway {gateway} of a default route in table {table} is to be found by the route to {destination}, whose scope {scope} its target-scope {target_scope} does not allow, so the default is never active",
    "check-gateway-absent": "a default route with others to succeed it has no check-gateway ({gateways}), so the router goes on using it when its neighbour is gone",
    "check-gateway-idle": "check-gateway is set on routes by a point-to-point interface ({gateways}), where it has no effect; only the line's own keepalive tells when it is gone",
    "dhcp-default-beside-static": "the DHCP clients on {interfaces} add default routes beside the static ones of the same lines; the added ones cannot be disabled, so they keep a dead line in use",
    "dhcp-gateway-written": "gateways of DHCP lines are written in routes ({gateways}); when the provider gives another, those lines are lost until somebody edits them",
    # NAT, lists, lines.
    "wan-without-nat": "nothing translates what leaves by {interface}, so private addresses go out by {where} and no answer comes back",
    "nat-address-of-another-line": "NAT rule {where} gives what leaves by {interfaces} the address {address} of {owner}, so its answers come by {owner} or are dropped by the provider",
    "nat-of-no-wan": "NAT rule {where} masquerades {interface}, which is no line of this router",
    "masquerade-everywhere": "NAT rule {where} masquerades whatever leaves by any interface, so hosts of the LAN see each other as the router",
    "interface-list-missing": "interface list {list} is asked for by a rule of {row_menu} and not defined",
    "interface-list-empty": "interface list {list} has no member, so rule {where} of {row_menu} matches nothing (or everything, where it is negated)",
    "interface-list-member-blank": "a member of interface list {list} names no interface, so the list does not hold what somebody meant it to",
    "interface-list-mixed": "interface {interface}, a member of list {list}, is taken for the LAN by the PCC rules and for a line by NAT, so the traffic of one side is treated as the other's",
    "interface-list-inverted": "PCC rules ({rules}) match what comes by interface list {list}: that is the WANs and none of the LAN, so nothing of the LAN is balanced",
    "wans-on-one-line": "the WANs {wans} run over one line, {where}: they fail together and share its speed",
    "wans-on-one-port": "the WANs {wans} are VLANs of one port, {where}: its cable and the switch behind it take them down together",
    # The router as a whole.
    "rp-filter-strict": "rp-filter is strict, so what arrives by a line that main does not answer by is dropped: only one of several lines works",
    "detect-internet-on-wan": "detect-internet watches {list}; on interfaces it judges to be lines it makes DHCP clients, with their routes, and members of interface lists",
    "ipv6-not-balanced": "IPv6 has a way out and no mangle rule: clients prefer IPv6, so much of their traffic takes one line past the balancing, and is lost with it",
    # Who else acts.
    "other-actor": "a script of {name} ({row_menu}, {property}) changes {changes} by itself; it and wanwatch undo each other, so before wanwatch is to act disable it, or empty its {property} where the row itself is needed",
    "actor-script-unknown": "the row {name} of {row_menu} runs the script {script}, which is not here to be read; if it changes routes or mangle rules, it and wanwatch undo each other",
    "script-by-hand": "script {name} changes {changes} when somebody runs it; wanwatch then sees another router",
    "export-line-unreadable": 'line {line} of the export was not taken as it stands: "{text}" ({reason})',
}
