"""What an echo request of the kernel-timestamp engine looks like, and how its reply is known.

64 bytes of ICMP, as ping(8) sends: header, ``mark``, ``token``, zeros. The mark is a random
number of the socket's own, by which the kernel drops the replies to everybody else's pings before
they wake us (a raw socket is offered all of them); the token is the probe's own. Sixteen bits of id
and as many of a sequence number would be guessed; a reply has to bring back all of them, from the
address that was asked.
"""

import ctypes
import socket
import struct

from wanwatch.probes.icmp_sockets import ECHO_REPLY, ECHO_REQUEST

_REQUEST = struct.Struct("!BBHIII48x")
_REPLY = struct.Struct("!BBHIII")  # type, code, checksum, key (id and sequence), mark, token
_QUOTED = struct.Struct("!BBHI")
_MARK_AT = 8
# Linux UAPI: asm-generic/socket.h, linux/bpf_common.h, linux/filter.h.
_SO_ATTACH_FILTER = 26
_LDX_IP_HEADER = (0xB1, 0, 0, 0)  # X = length of the IPv4 header at 0
_LD_BEHIND_IT = (0x40, 0, 0, _MARK_AT)
_LD = (0x20, 0, 0, _MARK_AT)
_TAKE_ALL = (0x06, 0, 0, 0xFFFFFFFF)
_DROP = (0x06, 0, 0, 0)


def echo_request(family: socket.AddressFamily, key: int, mark: int, token: int) -> bytes:
    """Return an echo request; ``key`` is its id and its sequence number in one.

    The checksum (RFC 1071) is a raw IPv4 socket's own business; elsewhere the kernel sets it.
    """
    kind = ECHO_REQUEST[family]
    # A ones' complement sum of 16-bit words is their sum modulo 0xFFFF, and 2**16 is 1 in it.
    total = (kind << 8) + key + mark + token
    return _REQUEST.pack(kind, 0, 0xFFFF - total % 0xFFFF, key, mark, token)


def read_reply(
    data: bytes, family: socket.AddressFamily, *, ip_header: bool
) -> tuple[int, int, int] | None:
    """Return key, mark and token of a reply, None for what is none.

    ``ip_header`` where the IPv4 header stands before it, as raw sockets have it.
    """
    start = (data[0] & 15) * 4 if ip_header and data else 0
    if len(data) < start + _REPLY.size:
        return None
    kind, code, _, key, mark, token = _REPLY.unpack_from(data, start)
    if kind != ECHO_REPLY[family] or code:
        return None
    return key, mark, token


def quoted_key(packet: bytes) -> int | None:
    """Return the key of the echo request that an ICMP error quotes, None for another packet."""
    if len(packet) < _QUOTED.size:
        return None
    kind, code, _, key = _QUOTED.unpack_from(packet)
    return int(key) if kind in ECHO_REQUEST.values() and not code else None


def admit_only(sock: socket.socket, mark: int) -> None:
    """Have the kernel drop what does not bear the mark, where it can; the reader drops it else.

    A raw socket's filter sees an IPv4 packet from its IP header on, an IPv6 one from its ICMPv6
    header on.
    """
    load = [_LD] if sock.family == socket.AF_INET6 else [_LDX_IP_HEADER, _LD_BEHIND_IT]
    program = [*load, (0x15, 0, 1, mark), _TAKE_ALL, _DROP]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    described = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
    except OSError:
        return
