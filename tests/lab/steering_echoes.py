"""Echo requests of a simple kind on the wanwatch host, with one id for all or a fresh one for each.

``python -m tests.lab.steering_echoes SOURCE TARGET SECONDS constant|fresh`` sends one every 0.1 s
and prints a JSON list: for each when it was sent, on the monotonic clock, and whether it was
answered. wanwatch's own engines cannot do the former.
"""

import itertools
import json
import os
import select
import socket
import struct
import sys
import time

from wanwatch.probes.kernel_icmp_packet import echo_request

INTERVAL, _PATIENCE = 0.1, 0.09
_ECHO_REPLY = 0


def echoes(source: str, target: str, seconds: float, *, fresh: bool) -> list[tuple[float, bool]]:
    """Send for so many seconds; returns (sent at, answered) of each."""
    first = os.getpid() & 0x7FFF
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    found: list[tuple[float, bool]] = []
    with sock:
        sock.bind((source, 0))
        began = time.monotonic()
        for number in itertools.count(1):
            sent = time.monotonic()
            if sent - began >= seconds:
                return found
            id_ = first + number if fresh else first
            key = id_ << 16 | number
            sock.sendto(echo_request(socket.AF_INET, key, 0, number), (target, 0))
            found.append((sent, _is_answered(sock, key, sent + _PATIENCE)))
            time.sleep(max(0.0, began + number * INTERVAL - time.monotonic()))
    raise AssertionError("the numbers do not end")


def _is_answered(sock: socket.socket, key: int, until: float) -> bool:
    while (left := until - time.monotonic()) > 0 and select.select([sock], [], [], left)[0]:
        packet = sock.recv(2048)
        message = packet[(packet[0] & 15) * 4 :]
        kind, _, _, id_, sequence = struct.unpack_from("!BBHHH", message)
        if kind == _ECHO_REPLY and id_ << 16 | sequence == key:
            return True
    return False


if __name__ == "__main__":
    told = echoes(sys.argv[1], sys.argv[2], float(sys.argv[3]), fresh=sys.argv[4] == "fresh")
    print(json.dumps(told))  # noqa: T201
