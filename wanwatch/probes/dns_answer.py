"""Whether a datagram answers a DNS query, and whether the answer is one that counts.

It answers when it bears the query's id and its question (RFC 5452, 9.1); errors may come without a
question. Everything else is somebody else's, or a forgery, and is not listened to.
"""

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
from dns.rdata import Rdata

from wanwatch.core.dns_question import DnsQuestion, canonical_value
from wanwatch.probes.remote_text import shown

_MOST_SHOWN = 3


def read_answer(query: dns.message.Message, datagram: bytes) -> dns.message.Message | None:
    """Return the head and the question of an answer to ``query``, None for anything else."""
    try:
        message = dns.message.from_wire(datagram, question_only=True)
    except dns.exception.DNSException:
        return None
    return message if query.is_response(message) else None


def what_is_wrong(
    question: DnsQuestion, answer: dns.message.Message, datagram: bytes
) -> str | None:
    """Return why an answer does not count, None where it does.

    ``answer`` is what ``read_answer`` made of the datagram.
    """
    rcode = dns.rcode.to_text(answer.rcode())
    if not question.expect:
        return None if rcode in question.accept else f"answered {shown(rcode)}"
    expected = " or ".join(question.expect[:_MOST_SHOWN])
    if rcode != "NOERROR":
        return f"wrong answer: {shown(rcode)} instead of {expected}"
    values = _values(question, datagram)
    if values is None:
        return f"wrong answer: not readable, instead of {expected}"
    if not values.isdisjoint(question.expect):
        return None
    if answer.flags & dns.flags.TC:
        return f"answer cut short, without {expected}"
    found = ", ".join(shown(value) for value in sorted(values)[:_MOST_SHOWN])
    return f"wrong answer: {found or f'no {question.type} record'} instead of {expected}"


def _values(question: DnsQuestion, datagram: bytes) -> set[str] | None:
    """Return the values of the answer's records of the type, whatever name led to them."""
    try:
        message = dns.message.from_wire(datagram, ignore_trailing=True)
    except dns.exception.DNSException:
        return None
    wanted = dns.rdatatype.from_text(question.type)
    return {
        canonical_value(_text(record), question.type)
        for records in message.answer
        if records.rdtype == wanted
        for record in records
    }


def _text(record: Rdata) -> str:
    strings = getattr(record, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", "replace")
    return record.to_text()
