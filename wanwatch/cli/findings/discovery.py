"""What the findings of ``core.discovery`` mean, and which configuration key answers them."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "export-without-routes": "the text has no routes, so each routing table that PCC leads to is taken as one WAN; inspect a whole /export to see where they lead",
    "no-pcc-rule": "no enabled mangle rule has a per-connection-classifier: nothing shares traffic out between the lines, so a failover can only disable the dead line's routes",
    "no-wan-found": "no default route leads to a line outside: there is nothing to fail over; check that this is the router that the lines are connected to, and that the text is the whole export",
    "one-wan-only": "{where} is the only WAN: its tables and addresses share one line, so there is no survivor when it fails",
    "untranslated-line-left-out": "a default route in main leads to {gateway} by interface {interface}, but no PCC rule leads there and no srcnat rule translates what leaves by it, as is done for the WANs; it is taken for an inside router and left out; if it is a line, name it as a [[wan]] with interface = {interface}",
    "wan-interface-inferred": "nothing on the router proves which interfaces these gateways are behind; they are taken as {lines}, by {evidence}; confirm each by the key interface of its [[wan]]",
    "wan-interface-unknown": "nothing tells which interface is that of {wans} (interfaces left: {candidates}); set the key interface of each [[wan]]; until then its own address is unknown and its connections are found by their marks alone",
}

EVIDENCE: Mapping[str, str] = {
    "negated-interface": "the interface that the PCC rule of their table leaves out",
    "named-alike": "their names and comments",
    "only-one-left": "what is left when the others are known",
}
"""Why an interface is taken for a gateway's, where nothing proves it."""
