"""What the findings of ``core.lint.classifiers`` mean, and why each matters."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "bucket-without-mark": "PCC rules in chain {chain} set no mark ({rules} in all; the first has {classifier}), so their connections are left to main's default route",
    "contested-hash-values": "the PCC rules in chain {chain} give {classifier} to {first_mark} and again to {mark}; only one of them decides, so the lines' shares are not what the rules say",
    "invalid-mangle-rule": "enabled mangle rules are invalid ({rules} in all; the first: {rule}): RouterOS does not take them, or what they name is not there, so they match nothing and what relies on them does not happen",
    "malformed-classifier": 'the classifier "{classifier}" (mark {mark}, chain {chain}; rules with this fault: {rules}) is not fields:denominator/remainder, so RouterOS does not take the rule and its hash values go to nobody',
    "mixed-classifiers": "the {rules} PCC rules in chain {chain} that match the same traffic hash it in different ways ({classifiers}), so they do not share it out: a connection can fit several of them or none; the odd one is {classifier}",
    "negated-classifier": 'the classifier "{classifier}" (mark {mark}, chain {chain}; rules with this fault: {rules}) is negated: it takes every hash value but one, which other rules own too, and a failover leaves it alone',
    "pcc-disabled": "every PCC rule is disabled ({rules} in all; the first has {classifier} in chain {chain}); no connection is balanced by PCC, and there are no buckets that a failover could move",
    "pcc-in-nat": "NAT rules bear a classifier ({rules} in all; the first has action {action} and {classifier}) and no mangle rule does: they choose an address for a connection and no line, so there are no buckets that a failover could move",
    "port-only-classifier": "the PCC rules in chain {chain} hash ports alone ({classifier}): all ICMP, GRE and ESP is one bucket, and one client's connections to a site leave by different lines, which breaks sites that tie a login to an address",
    "remainder-not-below-denominator": 'the classifier "{classifier}" (mark {mark}, chain {chain}) never matches: a hash modulo the denominator is always below it, so the value this rule was meant for goes to nobody',
    "repeated-pcc-rules": "PCC rules in chain {chain} give hash values to the line that owns them already ({rules} in all; the first gives {classifier} to {mark}): they change nothing and are one more place to keep right",
    "several-remainders": 'the classifier "{classifier}" (mark {mark}, chain {chain}) names several remainders; RouterOS takes one in a rule and refuses this one, so the hash values {remainders} go to nobody',
    "single-line-pcc-group": "every bucket of the PCC rules {classifier} in chain {chain} (marks {marks}) leads to the one line {line}: they balance over no lines, and a failover has nowhere to move them",
    "stale-pcc-group": "a whole group of PCC rules is disabled beside the enabled ones ({rules} in all; the first gives {classifier} to {mark} in chain {chain}); if it is enabled by mistake, it takes over the marks of every connection",
    "uneven-pcc-rules": "the PCC rules in chain {chain} that together share out one hash space do not match the same traffic: the rule with {classifier} differs in {differing}, so some traffic has hash values that nobody owns",
    "unknown-classifier-fields": 'the classifier "{classifier}" (mark {mark}, chain {chain}; rules with this fault: {rules}) hashes fields that RouterOS does not know, so it does not take the rule and its hash values go to nobody',
    "unowned-hash-values": "of the PCC rules {classifier} in chain {chain}, none takes remainder {remainders}: those connections stay unmarked and use main's default route, whatever the lines' shares are",
    "wan-outside-pcc": "no PCC bucket leads to {where}, though main has a default route through it: it carries what main sends it, and no share of the balanced connections",
}
