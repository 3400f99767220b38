"""The Linux kernel's jenkins hash, by which PCC puts a connection into a bucket.

A transcription of Bob Jenkins' lookup3 ``hashlittle`` (2006, public domain), which the kernel's
``jhash()`` equals on a little-endian machine (``include/linux/jhash.h``). RouterOS matches
``jhash(key, length, initval) % denominator == remainder``, with ``initval`` drawn anew at every
boot (MikroTik's GPL sources, ``xt_misc.c``).
"""

from struct import unpack

_MASK = 0xFFFFFFFF
_GOLDEN = 0xDEADBEEF
_BLOCK = 12


def jhash(key: bytes, initval: int) -> int:
    """Hash the key to 32 bits; the same key and ``initval`` give the same value."""
    a = b = c = (_GOLDEN + len(key) + initval) & _MASK
    if not key:
        return c
    while len(key) > _BLOCK:
        x, y, z = unpack("<III", key[:_BLOCK])
        a, b, c = _mix((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)
        key = key[_BLOCK:]
    x, y, z = unpack("<III", key.ljust(_BLOCK, b"\0"))
    return _final((a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK)


def _rotate(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & _MASK


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    a = ((a - c) & _MASK) ^ _rotate(c, 4)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rotate(a, 6)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rotate(b, 8)
    b = (b + a) & _MASK
    a = ((a - c) & _MASK) ^ _rotate(c, 16)
    c = (c + b) & _MASK
    b = ((b - a) & _MASK) ^ _rotate(a, 19)
    a = (a + c) & _MASK
    c = ((c - b) & _MASK) ^ _rotate(b, 4)
    b = (b + a) & _MASK
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    c = ((c ^ b) - _rotate(b, 14)) & _MASK
    a = ((a ^ c) - _rotate(c, 11)) & _MASK
    b = ((b ^ a) - _rotate(a, 25)) & _MASK
    c = ((c ^ b) - _rotate(b, 16)) & _MASK
    a = ((a ^ c) - _rotate(c, 4)) & _MASK
    b = ((b ^ a) - _rotate(a, 14)) & _MASK
    return ((c ^ b) - _rotate(b, 24)) & _MASK
