"""The menus of RouterOS by their words, and which of them a shortened path means.

Source: RouterOS manual, Command Line Interface: a word that is the beginning of one menu's name
only may stand for it. What is not in the table is taken as it stands: packages and later versions
have menus of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

VERBS = frozenset({"add", "set", "remove", "unset", "enable", "disable", "move", "print", "export"})
OTHER_COMMANDS = frozenset(
    {
        *(
            "beep",
            "blink",
            "cancel",
            "check-for-updates",
            "check-status",
            "clear",
            "comment",
            "copy",
        ),
        *("download", "edit", "fetch", "find", "flush", "get", "import", "install", "load", "log"),
        *(
            "make-static",
            "monitor",
            "monitor-traffic",
            "password",
            "ping",
            "quit",
            "reboot",
            "redo",
        ),
        *(
            "release",
            "renew",
            "reset",
            "reset-configuration",
            "reset-counters",
            "reset-mac-address",
        ),
        *("reset-counters-all", "run", "save", "scan", "send", "shutdown", "sign", "traceroute"),
        *("undo", "update", "upgrade", "uninstall", "listen", "reset-all"),
    }
)
_SHORTEST_VERB = 2

_MENUS = """
caps-man: aaa access-list actual-interface-configuration channel configuration datapath interface
  manager manager/interface provisioning radio rates registration-table remote-cap security
certificate: crl scep-server settings
console: settings
container: config envs mounts
disk: settings
dude: agent device device-type link map network-map notification probe ros server service
file:
interface: 6to4 amt bonding bridge bridge/calea bridge/filter bridge/host bridge/mdb bridge/mlag
  bridge/msti bridge/nat bridge/port bridge/port-controller bridge/port-extender bridge/settings
  bridge/vlan cap detect-internet detect-internet/state dot1x dot1x/client dot1x/server eoip eoipv6
  ethernet ethernet/poe ethernet/poe/settings ethernet/switch ethernet/switch/acl
  ethernet/switch/egress-vlan-tag ethernet/switch/host ethernet/switch/ingress-vlan-translation
  ethernet/switch/l3hw-settings ethernet/switch/port ethernet/switch/port-isolation
  ethernet/switch/qos ethernet/switch/rule ethernet/switch/vlan gre gre6 ipip ipipv6 l2tp-client
  l2tp-ether l2tp-server l2tp-server/server list list/member lte lte/apn lte/settings macsec
  macsec/profile macvlan mesh mesh/port ovpn-client ovpn-server ovpn-server/server ppp-client
  ppp-server pppoe-client pppoe-server pppoe-server/server pptp-client pptp-server
  pptp-server/server pwr-line sstp-client sstp-server sstp-server/server traffic-eng veth virtual-ethernet
  vlan vpls vpls/bgp-vpls vrrp vxlan vxlan/vteps w60g w60g/station wifi wifi/aaa wifi/access-list
  wifi/cap wifi/capsman wifi/channel wifi/configuration wifi/datapath wifi/interworking
  wifi/provisioning wifi/security wifi/steering wifiwave2 wifiwave2/aaa wifiwave2/access-list
  wifiwave2/cap wifiwave2/capsman wifiwave2/channel wifiwave2/configuration wifiwave2/datapath
  wifiwave2/provisioning wifiwave2/security wireguard wireguard/peers wireless wireless/access-list
  wireless/align wireless/cap wireless/channels wireless/connect-list wireless/interworking-profiles
  wireless/manual-tx-power-table wireless/nstreme wireless/nstreme-dual wireless/security-profiles
  wireless/sniffer wireless/snooper wireless/wds
ip: accounting accounting/web-access address arp cloud cloud/advanced cloud/back-to-home-users
  dhcp-client dhcp-client/option dhcp-relay dhcp-server dhcp-server/alert dhcp-server/config
  dhcp-server/lease dhcp-server/matcher dhcp-server/network dhcp-server/option
  dhcp-server/option/sets dns dns/adlist dns/cache dns/forwarders dns/static firewall
  firewall/address-list firewall/calea firewall/connection firewall/connection/tracking
  firewall/filter firewall/layer7-protocol firewall/mangle firewall/nat firewall/raw
  firewall/service-port hotspot hotspot/active hotspot/host hotspot/ip-binding hotspot/profile
  hotspot/service-port hotspot/user hotspot/user/profile hotspot/walled-garden
  hotspot/walled-garden/ip ipsec ipsec/active-peers ipsec/identity ipsec/installed-sa ipsec/key
  ipsec/mode-config ipsec/peer ipsec/policy ipsec/policy/group ipsec/profile ipsec/proposal
  ipsec/remote-peers ipsec/settings ipsec/user kid-control kid-control/device media
  media/settings nat-pmp nat-pmp/interfaces neighbor neighbor/discovery neighbor/discovery-settings
  packing pool pool/used proxy proxy/access proxy/cache proxy/direct proxy/parent reverse-proxy
  route route/cache route/nexthop route/rule route/vrf service settings smb smb/shares smb/users socks
  socks/access socks/users socksify ssh tftp tftp/settings traffic-flow traffic-flow/ipfix
  traffic-flow/target upnp upnp/interfaces vrf
ipv6: address dhcp-client dhcp-client/option dhcp-relay dhcp-relay/option dhcp-server
  dhcp-server/binding dhcp-server/option dhcp-server/option/sets firewall firewall/address-list
  firewall/connection firewall/filter firewall/mangle firewall/nat firewall/raw nd nd/prefix
  nd/prefix/default nd/proxy neighbor pool route route/rule settings
iot: bluetooth lora modbus mqtt
log:
lora: channels servers
mpls: forwarding-table interface ldp ldp/accept-filter ldp/advertise-filter ldp/interface
  ldp/neighbor local-bindings remote-bindings settings traffic-eng traffic-eng/interface
  traffic-eng/path traffic-eng/tunnel traffic-eng/tunnel-path
openflow: port
partitions:
port: firmware remote-access
ppp: aaa active l2tp-secret profile secret
queue: interface simple tree type
radius: incoming
routing: bfd bfd/configuration bfd/interface bgp bgp/advertisements bgp/aggregate bgp/connection
  bgp/evpn bgp/instance bgp/instance/vrf bgp/network bgp/peer bgp/session bgp/template bgp/vpls
  bgp/vpn bgp/vpn4-route fantasy filter filter/chain filter/community-list
  filter/num-list filter/rule filter/select-chain filter/select-rule gmp id igmp-proxy
  igmp-proxy/interface isis isis/instance isis/interface isis/interface-template mme mme/interface
  mme/network nexthop ospf ospf/area ospf/area/range ospf/instance ospf/interface
  ospf/interface-template ospf/nbma-neighbor ospf/neighbor ospf/network ospf/sham-link
  ospf/static-neighbor ospf/virtual-link ospf-v3 ospf-v3/area ospf-v3/area/range ospf-v3/instance
  ospf-v3/interface ospf-v3/nbma-neighbor ospf-v3/virtual-link pim pim/interface pim/rp pimsm
  pimsm/instance pimsm/interface-template pimsm/static-rp prefix-lists rip rip/instance rip/interface
  rip/interface-template rip/keys rip/neighbor rip/network ripng ripng/interface route rpki rule settings
  stats table
snmp: community
special-login:
system: backup clock clock/manual console console/screen device-mode gps hardware health
  health/settings history identity leds leds/settings license lcd logging logging/action note
  ntp/client ntp/client/servers ntp/key ntp/server package package/update
  resource resource/irq resource/irq/rps resource/usb routerboard
  routerboard/mode-button routerboard/reset-button routerboard/settings routerboard/usb
  routerboard/wps-button scheduler script script/environment script/job serial-terminal
  ssh-exec swos ups upgrade upgrade/mirror watchdog
lcd: interface interface/pages pin screen
tool: bandwidth-server bandwidth-test calea dns-update e-mail graphing graphing/interface
  graphing/queue graphing/resource mac-server mac-server/mac-winbox mac-server/ping mac-server/sessions
  netwatch profile romon romon/port sms sms/inbox sniffer speed-test traffic-generator
  traffic-generator/packet-template traffic-generator/port traffic-generator/stream
  traffic-monitor user-manager wol
tr069-client:
user: aaa active group settings ssh-keys ssh-keys/private
user-manager: advanced attribute database limitation payment profile profile-limitation router
  session user user/group user-profile
zerotier: controller controller/member interface peer
"""


@dataclass(slots=True)
class Node:
    """A menu, or a directory of menus that holds no rows itself."""

    children: dict[str, "Node"] = field(default_factory=dict)
    has_rows: bool = False

    def beginning(self, word: str) -> list[str]:
        """The children whose names begin with a word."""
        return [name for name in self.children if name.startswith(word)]


_DIRECTORIES = frozenset(
    {"ip", "ipv6", "system", "tool", "routing", "queue", "mpls", "lora", "iot"}
)
_NO_ROWS = frozenset(
    {"ip/firewall", "ipv6/firewall", "ppp", "system/ntp", "console", "routing/bgp"}
)


def _tree() -> Node:
    root = Node()
    for entry in _MENUS.replace("\n  ", " ").strip().splitlines():
        top, _, rest = entry.partition(":")
        for path in (top, *(f"{top}/{name}" for name in rest.split())):
            node = root
            for word in path.split("/"):
                node = node.children.setdefault(word, Node())
            node.has_rows = path not in _DIRECTORIES and path not in _NO_ROWS
    return root


ROOT = _tree()


@dataclass(frozen=True, slots=True)
class Place:
    """A menu that was reached, the command found there, and the words that are left."""

    parts: tuple[str, ...]
    verb: str
    rest: tuple[str, ...]


def node_of(parts: Sequence[str]) -> Node | None:
    """The menu of full names; None for one that the table does not have."""
    node: Node | None = ROOT
    for part in parts:
        node = node.children.get(part) if node is not None else None
    return node


def find_place(parts: Sequence[str], words: Sequence[str], *, has_values: bool) -> Place | None:
    """Follow the words of a line from a menu to its command; None where they lead nowhere.

    A full name goes before a shortened one, a menu's name before a command's.
    """
    reached, node = list(parts), node_of(parts)
    for index, word in enumerate(words):
        name = _step(reached, node, word, has_values=has_values)
        if name is None:
            return None
        if name in VERBS and not (node is not None and name in node.children):
            holds_rows = node is None or node.has_rows or name in ("print", "export")
            return (
                None if not holds_rows else Place(tuple(reached), name, tuple(words[index + 1 :]))
            )
        if name == "..":
            del reached[-1:]
            node = node_of(reached)
        else:
            reached.append(name)
            node = node.children.get(name) if node is not None else None
    return Place(tuple(reached), "", ())


def _step(parts: Sequence[str], node: Node | None, word: str, *, has_values: bool) -> str | None:
    """The full name of the menu or command that a word means here; None when it means nothing."""
    has_rows = node is None or node.has_rows
    is_exact = node is not None and word in node.children
    if is_exact or word == ".." or (word in VERBS and has_rows):
        return word
    if node is not None and (begun := _shortened(node, word, has_values=has_values)):
        return begun
    may_be_unknown = node is None or not has_rows or not parts
    is_name = word not in OTHER_COMMANDS and _is_menu_name(word) and may_be_unknown
    return word if word in VERBS or is_name else None


def _shortened(node: Node, word: str, *, has_values: bool) -> str | None:
    """The only menu or command that a word is the beginning of; None for none or several.

    ``port`` goes before ``port-extender``: not every version has what was split off later.
    """
    takes_verbs = node.has_rows and has_values and len(word) >= _SHORTEST_VERB
    verbs = [verb for verb in VERBS if takes_verbs and verb.startswith(word)]
    begun = sorted(node.beginning(word), key=len) + verbs
    is_one = begun and all(name.startswith(f"{begun[0]}-") for name in begun[1:])
    is_other = not node.beginning(word) and any(c.startswith(word) for c in OTHER_COMMANDS)
    return begun[0] if is_one and not (is_other and takes_verbs) else None


def _is_menu_name(word: str) -> bool:
    return (
        word[:1].isalnum()
        and all(char.isalnum() or char == "-" for char in word)
        and (word.isascii() and word == word.lower())
    )
