"""DNS probes, against a small server that answers right and wrong."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import dns.message
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.contract import ProberContract
from tests.probes.dns_hosts import Answers, cut_short, dns_host, with_code, with_records
from tests.probes.hosts import deserted_port
from wanwatch.core.dns_question import TYPES, DnsQuestion
from wanwatch.core.target import Target, TargetKind
from wanwatch.probes.dns import DnsProber
from wanwatch.probes.dns_answer import read_answer, what_is_wrong
from wanwatch.probes.prober import Prober
from wanwatch.probes.results import ErrorReason, ProbeError, ProbeResult, Reply, Timeout
from wanwatch.probes.steering import Steering

HOUSE = DnsQuestion("house.example", "A", ("192.0.2.7", "192.0.2.8"))


class TestDnsProber(ProberContract):
    def make(self, steering: Steering) -> Prober:
        return DnsProber(steering)

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[tuple[Target, Callable[[], list[int]]]]:
        async with dns_host() as (target, host):
            yield target, lambda: [port for _, port in host.peers]

    @contextlib.contextmanager
    def silent(self) -> Iterator[tuple[Target, Steering]]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            yield Target(TargetKind.DNS, *deaf.getsockname()), Steering()


async def ask(
    answers: Answers | None = None,
    question: DnsQuestion | None = None,
    *,
    patience: float = 5.0,
    delay: float = 0.0,
) -> ProbeResult:
    """Probe a server of its own once."""
    async with dns_host(answers, question, delay=delay) as (target, _):
        return await DnsProber(Steering()).probe(target, patience=patience)


async def test_the_default_question_is_small_and_asks_for_the_roots_servers() -> None:
    async with dns_host() as (target, host):
        await DnsProber(Steering()).probe(target, patience=5)
    (query,) = host.queries
    (question,) = query.question
    assert (question.name.to_text(), question.rdtype) == (".", dns.rdatatype.NS)
    assert len(query.to_wire()) == 17


async def test_the_question_of_the_target_is_asked() -> None:
    async with dns_host(question=DnsQuestion("example.com", "AAAA")) as (target, host):
        assert isinstance(await DnsProber(Steering()).probe(target, patience=5), Reply)
    (question,) = host.queries[0].question
    assert (question.name.to_text(), question.rdtype) == ("example.com.", dns.rdatatype.AAAA)


async def test_each_query_has_an_id_of_its_own() -> None:
    async with dns_host() as (target, host):
        prober = DnsProber(Steering())
        for _ in range(8):
            await prober.probe(target, patience=5)
    assert len({query.id for query in host.queries}) >= 7


async def test_a_late_answer_within_the_patience_is_a_reply_with_its_true_rtt() -> None:
    result = await ask(delay=0.15)
    assert isinstance(result, Reply)
    assert 0.15 <= result.rtt < 2


@pytest.mark.parametrize("rcode", ["NOERROR", "NXDOMAIN", "REFUSED"])
async def test_a_servers_own_word_is_an_answer(rcode: str) -> None:
    assert isinstance(await ask(with_code(rcode)), Reply)


async def test_a_failure_that_a_forwarder_on_the_way_may_tell_is_none() -> None:
    assert await ask(with_code("SERVFAIL")) == Timeout("answered SERVFAIL")


async def test_which_codes_count_can_be_said() -> None:
    strict = DnsQuestion(accept=("NOERROR",))
    assert await ask(with_code("REFUSED"), strict) == Timeout("answered REFUSED")
    lenient = DnsQuestion(accept=("NOERROR", "SERVFAIL"))
    assert isinstance(await ask(with_code("SERVFAIL"), lenient), Reply)


async def test_an_answer_that_is_cut_short_counts() -> None:
    assert isinstance(await ask(cut_short), Reply)
    assert await ask(cut_short, HOUSE) == Timeout(
        "answer cut short, without 192.0.2.7 or 192.0.2.8"
    )


@pytest.mark.parametrize(
    ("question", "records"),
    [
        (HOUSE, ["house.example. 60 IN A 192.0.2.1", "house.example. 60 IN A 192.0.2.8"]),
        (
            HOUSE,
            ["house.example. 60 IN CNAME roof.example.", "roof.example. 60 IN A 192.0.2.7"],
        ),
        (
            DnsQuestion("house.example", "AAAA", ("2001:db8::7",)),
            ["house.example. 60 IN AAAA 2001:DB8:0::7"],
        ),
        (
            DnsQuestion("house.example", "CNAME", ("roof.example",)),
            ["house.example. 60 IN CNAME Roof.Example."],
        ),
        (
            DnsQuestion("whoami.example", "TXT", ("203.0.113.7",)),
            ['whoami.example. 60 IN TXT "203.0." "113.7"'],
        ),
        (DnsQuestion(".", "NS", ("a.root-servers.net",)), [". 60 IN NS A.ROOT-SERVERS.NET."]),
    ],
)
async def test_the_expected_answer_is_found(question: DnsQuestion, records: list[str]) -> None:
    result = await ask(with_records(*records), question)
    assert isinstance(result, Reply), result


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            with_records("house.example. 60 IN A 10.0.0.1"),
            "wrong answer: 10.0.0.1 instead of 192.0.2.7 or 192.0.2.8",
        ),
        (with_records(), "wrong answer: no A record instead of 192.0.2.7 or 192.0.2.8"),
        (with_code("NXDOMAIN"), "wrong answer: NXDOMAIN instead of 192.0.2.7 or 192.0.2.8"),
        (
            lambda query: [with_an_unreadable_record(query)],
            "wrong answer: not readable, instead of 192.0.2.7 or 192.0.2.8",
        ),
    ],
)
async def test_a_resolver_that_lies_is_a_loss(answers: Answers, sentence: str) -> None:
    assert await ask(answers, HOUSE) == Timeout(sentence)


def with_an_unreadable_record(query: dns.message.Message) -> bytes:
    """An answer that says it holds a record, and breaks off within it."""
    wire = bytearray(dns.message.make_response(query).to_wire())
    wire[7] = 1
    return bytes(wire) + b"\xc0\x0c\x00"


def of_another_id(query: dns.message.Message) -> Iterable[bytes]:
    wire = dns.message.make_response(query).to_wire()
    return [(query.id ^ 1).to_bytes(2, "big") + wire[2:]]


def of_another_question(query: dns.message.Message) -> Iterable[bytes]:
    other = dns.message.make_query("other.example", "A", id=query.id)
    return [dns.message.make_response(other).to_wire()]


def as_a_query(query: dns.message.Message) -> Iterable[bytes]:
    return [query.to_wire()]


def as_garbage(query: dns.message.Message) -> Iterable[bytes]:
    return [b"", b"\0", b"\xff" * 512, query.id.to_bytes(2, "big") + b"\x80\0" + b"\xff" * 40]


@pytest.mark.parametrize("answers", [of_another_id, of_another_question, as_a_query, as_garbage])
async def test_what_is_no_answer_to_this_query_is_not_listened_to(answers: Answers) -> None:
    assert await ask(answers, patience=0.1) == Timeout()

    def then_the_answer(query: dns.message.Message) -> Iterable[bytes]:
        return [*answers(query), dns.message.make_response(query).to_wire()]

    assert isinstance(await ask(then_the_answer), Reply)


async def test_a_port_nobody_listens_on_is_a_loss_with_its_reason() -> None:
    with deserted_port(TargetKind.UDP) as refusing:
        target = Target(TargetKind.DNS, refusing.address, refusing.port)
        result = await DnsProber(Steering()).probe(target, patience=5)
    assert isinstance(result, Timeout)
    assert "connection refused" in result.detail


async def test_a_target_of_another_kind_is_an_error_of_ours() -> None:
    result = await DnsProber(Steering()).probe(Target.parse("udp:127.0.0.1:7"), patience=5)
    assert isinstance(result, ProbeError)
    assert result.reason is ErrorReason.UNSUPPORTED


async def test_ipv6_is_probed_as_well() -> None:
    try:
        async with dns_host(address="::1") as (target, host):
            steering = Steering(source="::1", dscp=8)
            result = await DnsProber(steering).probe(target, patience=5)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback: {error}")
    assert isinstance(result, Reply), result
    assert host.peers[0][0] == "::1"


async def test_a_source_address_of_our_own_is_what_the_server_sees() -> None:
    async with dns_host() as (target, host):
        await DnsProber(Steering(source="127.0.0.5")).probe(target, patience=5)
    assert host.peers[0][0] == "127.0.0.5"


@given(st.binary(max_size=80), st.booleans(), st.sampled_from([DnsQuestion(), HOUSE]))
def test_no_datagram_upsets_the_reader(rest: bytes, ours: bool, question: DnsQuestion) -> None:  # noqa: FBT001 - drawn
    query = dns.message.make_query(question.name, question.type)
    head = dns.message.make_response(query).to_wire()
    datagram = head[:6] + rest if ours else rest
    answer = read_answer(query, datagram)
    if answer is not None:
        what_is_wrong(question, answer, datagram)
    whole = head[:7] + b"\x01" + head[8:] + rest
    answer = read_answer(query, whole)
    assert answer is not None
    assert what_is_wrong(HOUSE, answer, whole) is not None


async def test_answers_to_others_do_not_lengthen_the_patience() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert await ask(of_another_id, patience=0.2, delay=0.05) == Timeout()
    assert 0.19 < loop.time() - before < 2


@given(
    st.from_regex(r"[A-Za-z0-9_]{1,9}(\.[a-z0-9]{1,9}){0,3}\.?|\.|[a-z]{63}", fullmatch=True),
    st.sampled_from(TYPES),
)
def test_every_question_that_can_be_written_can_be_asked(name: str, kind: str) -> None:
    question = DnsQuestion(name, kind)
    query = dns.message.from_wire(dns.message.make_query(question.name, question.type).to_wire())
    (asked,) = query.question
    assert asked.name.to_text(omit_final_dot=name != ".") == question.name
    assert dns.rdatatype.to_text(asked.rdtype) == kind
