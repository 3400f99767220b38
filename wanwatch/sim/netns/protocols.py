"""The numbers of IP protocols, which RouterOS calls by names of its own.

Source: IANA, "Protocol Numbers"; the words are those of RouterOS's command line.
"""

from collections.abc import Mapping

_TABLE = """
icmp 1  igmp 2  ggp 3  ip-encap 4  ipencap 4  st 5  tcp 6  egp 8  pup 12  udp 17  hmp 20  xns-idp 22
rdp 27  iso-tp4 29  dccp 33  xtp 36  ddp 37  idpr-cmtp 38  ipv6 41  ipv6-encap 41  ipv6-route 43
ipv6-frag 44  rsvp 46  gre 47  ipsec-esp 50  ipsec-ah 51  icmpv6 58  ipv6-nonxt 59  ipv6-opts 60
rspf 73  vmtp 81  ospf 89  ipip 94  etherip 97  encap 98  pim 103  vrrp 112  l2tp 115  sctp 132
udp-lite 136
"""
_WORDS = _TABLE.split()
_NUMBERS: Mapping[str, int] = {
    name: int(number) for name, number in zip(_WORDS[::2], _WORDS[1::2], strict=True)
}
_HIGHEST = 255
_NAMES: Mapping[int, str] = {number: name for name, number in reversed(list(_NUMBERS.items()))}


def protocol_number(text: str) -> int | None:
    """The number of a protocol given by name or by number; None for any other text."""
    if text.isdecimal() and int(text) <= _HIGHEST:
        return int(text)
    return _NUMBERS.get(text)


def protocol_name(number: int) -> str:
    """RouterOS's name of a protocol, or the number where it has none."""
    return _NAMES.get(number) or str(number)
