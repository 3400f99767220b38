"""A line with a delay, for measuring: hosts that answer pings after 20 ms, in a namespace.

``python -m tests.bench.delayed_line COMMAND...`` runs the command in a network namespace of its own,
in which every address of 10.66.0.0/16 answers, from a process of its own. Needs root, unshare(1),
ip(8) and /dev/net/tun; loopback, which answers within the call that sends, needs nothing.
"""

import fcntl
import os
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence

DELAY = 0.02
PREFIX = "10.66"
# Linux UAPI: linux/if_tun.h; a device of IP packets without a header before them.
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001
_ECHO_REQUEST = 8
_COMMANDS = (
    "ip link set lo up",
    f"ip address add {PREFIX}.255.254/16 dev line0",
    "ip link set line0 up txqueuelen 20000",
)


def wrapped(command: Sequence[str]) -> list[str]:
    """Return the command that runs another behind the line."""
    return ["unshare", "--net", sys.executable, "-m", "tests.bench.delayed_line", *command]


def missing() -> str:
    """Return why there can be no such line here, empty when there can."""
    try:
        tried = subprocess.run(  # noqa: S603 - this interpreter, with words of this file
            wrapped(["true"]), capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = tried.stderr.strip().splitlines()
    return "" if tried.returncode == 0 else lines[-1] if lines else "the namespace failed"


def _open() -> int:
    line = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(line, _TUNSETIFF, struct.pack("16sH22x", b"line0", _IFF_TUN_NO_PI))
    for command in _COMMANDS:
        subprocess.run(command.split(), check=True)  # noqa: S603 - as above
    return line


def echo(packet: bytes) -> bytes | None:
    """Return the reply to an IPv4 echo request, None for any other packet."""
    head = (packet[0] & 15) * 4
    if packet[0] >> 4 != 4 or packet[9] != 1 or packet[head] != _ECHO_REQUEST:
        return None
    (checksum,) = struct.unpack_from("!H", packet, head + 2)
    checksum += _ECHO_REQUEST << 8
    checksum = (checksum & 0xFFFF) + (checksum >> 16)
    answer = bytearray(packet)
    answer[12:16], answer[16:20] = packet[16:20], packet[12:16]
    answer[head] = 0
    struct.pack_into("!H", answer, head + 2, checksum)
    return bytes(answer)


def _serve(line: int, child: subprocess.Popen[bytes]) -> None:
    waiting: deque[tuple[float, bytes]] = deque()
    looked_at = 0.0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            os.write(line, waiting.popleft()[1])
        if now - looked_at > 1.0:
            looked_at = now
            if child.poll() is not None:
                return
        left = max(0.0, waiting[0][0] - now) if waiting else 0.2
        if select.select([line], [], [], left)[0]:
            try:
                while True:
                    answer = echo(os.read(line, 2048))
                    if answer is not None:
                        waiting.append((time.monotonic() + DELAY, answer))
            except BlockingIOError:
                continue


def main(command: Sequence[str]) -> int:
    """Run the command behind the line; return its exit code."""
    line = _open()
    with subprocess.Popen(command) as child:  # noqa: S603 - the benchmark's own
        _serve(line, child)
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
