"""The RouterOS API's wire format: words with a length prefix, sentences ended by an empty word.

Pure functions and one incremental decoder; no sockets. Text is latin-1, which maps every byte to
one character and back, so that a comment in any encoding survives a round trip unharmed.
Source: RouterOS manual, API, "API words" and "API sentences".
"""

from collections.abc import Iterable

Sentence = tuple[str, ...]

MAX_WORD_BYTES = 16 * 1024 * 1024
"""A longer word is taken for a stream out of step; RouterOS's own replies stay far below."""

_CONTROL_BYTE = 0xF8


class WireError(Exception):
    """The bytes are not the RouterOS API; the connection cannot be used any more."""


def encode_length(length: int) -> bytes:
    """The prefix of a word of that many bytes; raises WireError beyond 32 bits."""
    if length < 0x80:
        return bytes((length,))
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x200000:
        return (length | 0xC00000).to_bytes(3, "big")
    if length < 0x10000000:
        return (length | 0xE0000000).to_bytes(4, "big")
    if length <= 0xFFFFFFFF:
        return b"\xf0" + length.to_bytes(4, "big")
    raise WireError(f"a word of {length} bytes cannot be encoded")


def encode_word(word: str) -> bytes:
    """A word with its prefix; raises UnicodeEncodeError on text outside latin-1."""
    raw = word.encode("latin-1")
    return encode_length(len(raw)) + raw


def encode_sentence(words: Iterable[str]) -> bytes:
    """A whole sentence with its end; raises UnicodeEncodeError on text outside latin-1.

    An empty word would end the sentence early, so it raises WireError.
    """
    encoded = []
    for word in words:
        if not word:
            raise WireError("an empty word would end the sentence")
        encoded.append(encode_word(word))
    encoded.append(b"\x00")
    return b"".join(encoded)


class SentenceDecoder:
    """Turns chunks of a byte stream into sentences, in whatever pieces the chunks come.

    The buffer is decoded in bulk, once for each chunk that completes a word. After a WireError
    the decoder is of no more use.
    """

    def __init__(self, max_word_bytes: int = MAX_WORD_BYTES) -> None:
        self._max_word_bytes = max_word_bytes
        self._buffer = bytearray()
        self._needed = 1
        self._words: list[str] = []

    @property
    def is_mid_sentence(self) -> bool:
        """True when a sentence has begun and not ended."""
        return bool(self._words or self._buffer)

    def feed(self, data: bytes) -> list[Sentence]:
        """The sentences that these bytes complete, without empty ones.

        Raises WireError on a control byte (0xF8 and above) and on a word beyond the limit.
        """
        self._buffer += data
        if len(self._buffer) < self._needed:
            return []
        raw = bytes(self._buffer)
        text = raw.decode("latin-1")
        size = len(raw)
        sentences: list[Sentence] = []
        words = self._words
        at = 0
        self._needed = 1
        while at < size:
            length = raw[at]
            start = at + 1
            if length >= 0x80:
                start = at + _prefix_size(length)
                length = _long_length(raw[at:start]) if start <= size else 0
            if length > self._max_word_bytes:
                raise WireError(f"a word of {length} bytes exceeds {self._max_word_bytes}")
            end = start + length
            if end > size:
                self._needed = end - at
                break
            if length:
                words.append(text[start:end])
            elif words:
                sentences.append(tuple(words))
                words = []
            at = end
        self._words = words
        del self._buffer[:at]
        return sentences


def _prefix_size(first: int) -> int:
    if first < 0xC0:
        return 2
    if first < 0xE0:
        return 3
    if first < 0xF0:
        return 4
    if first < _CONTROL_BYTE:
        return 5
    raise WireError(f"control byte 0x{first:02X} is reserved")


def _long_length(prefix: bytes) -> int:
    number = int.from_bytes(prefix, "big")
    size = len(prefix)
    if size == 2:
        return number & 0x3FFF
    if size == 3:
        return number & 0x1FFFFF
    if size == 4:
        return number & 0x0FFFFFFF
    return number & 0xFFFFFFFF
