"""The wire codec, held against librouteros's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from librouteros import protocol

from wanwatch.routeros.wire import (
    SentenceDecoder,
    WireError,
    encode_length,
    encode_sentence,
    encode_word,
)

WORDS = st.text(st.characters(max_codepoint=255), min_size=1, max_size=300)
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(tuple), max_size=6)


@pytest.mark.parametrize(
    "length", [0, 1, 0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000, 0xFFFFFFF]
)
def test_a_length_is_encoded_as_librouteros_encodes_it(length: int) -> None:
    assert encode_length(length) == protocol.encode_length(length)


def test_a_length_of_29_bits_takes_five_bytes() -> None:
    assert encode_length(0x10000000) == b"\xf0\x10\x00\x00\x00"


def test_a_length_beyond_32_bits_is_refused() -> None:
    with pytest.raises(WireError):
        encode_length(0x100000000)


@given(WORDS)
@settings(max_examples=50)
def test_a_word_is_encoded_as_librouteros_encodes_it(word: str) -> None:
    assert encode_word(word) == protocol.encode_word(word, "latin-1")


@given(SENTENCES, st.integers(1, 40))
@settings(max_examples=60)
def test_what_librouteros_sends_is_read_back_in_whatever_pieces(
    sentences: list[tuple[str, ...]], size: int
) -> None:
    stream = b"".join(protocol.encode_sentence(*words, encoding="latin-1") for words in sentences)
    decoder = SentenceDecoder()
    found = [
        sentence
        for at in range(0, len(stream), size)
        for sentence in decoder.feed(stream[at : at + size])
    ]
    assert found == sentences
    assert not decoder.is_mid_sentence


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes_are_sentences_or_a_wire_error(data: bytes) -> None:
    try:
        for words in SentenceDecoder().feed(data):
            assert all(words)
    except WireError:
        pass


@pytest.mark.parametrize("first", [0xF8, 0xFF])
def test_a_control_byte_is_an_error(first: int) -> None:
    with pytest.raises(WireError, match="reserved"):
        SentenceDecoder().feed(bytes((first,)))


def test_a_word_beyond_the_limit_is_an_error_before_it_has_come() -> None:
    with pytest.raises(WireError, match="exceeds 1000"):
        SentenceDecoder(max_word_bytes=1000).feed(encode_length(1001))


def test_a_long_word_in_small_chunks_is_put_together() -> None:
    decoder = SentenceDecoder()
    stream = encode_sentence(("x" * 70000, "y"))
    found = [
        words for at in range(0, len(stream), 999) for words in decoder.feed(stream[at : at + 999])
    ]
    assert found == [("x" * 70000, "y")]


def test_an_unfinished_sentence_is_known_as_such() -> None:
    decoder = SentenceDecoder()
    assert decoder.feed(b"\x02ab") == []
    assert decoder.is_mid_sentence
    assert decoder.feed(b"\x00") == [("ab",)]


def test_empty_sentences_are_passed_over() -> None:
    assert SentenceDecoder().feed(b"\x00\x00\x01a\x00") == [("a",)]


def test_an_empty_word_cannot_be_sent() -> None:
    with pytest.raises(WireError):
        encode_sentence(("a", ""))


def test_text_outside_latin_1_is_refused_rather_than_mangled() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode_word("=comment=\u0416")
