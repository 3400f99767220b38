# 2026-02-11 08:30:00 by RouterOS 7.20.8
/interface bridge
add name=bridge
/routing table
add disabled=no fib name=wan1
add disabled=no fib name=wan2
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/29 interface=ether1 network=203.0.113.0
add address=198.51.100.2/29 interface=ether2 network=198.51.100.0
/ipv6 address
add address=fd00:88::1/64 advertise=yes interface=bridge
add address=2001:db8:1::2/64 advertise=no interface=ether1
add address=2001:db8:2::2/64 advertise=no interface=ether2
/ip firewall mangle
add action=mark-connection chain=prerouting comment="first line" connection-mark=no-mark \
    in-interface=bridge new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting comment="second line" connection-mark=no-mark \
    in-interface=bridge new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge new-routing-mark=wan1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge new-routing-mark=wan2
/ipv6 firewall mangle
add action=mark-connection chain=prerouting comment="IPv6, first line" connection-mark=no-mark \
    dst-address=!fc00::/7 in-interface=bridge new-connection-mark=c1-v6 passthrough=yes \
    per-connection-classifier=src-address:3/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address=!fc00::/7 \
    in-interface=bridge new-connection-mark=c1-v6 passthrough=yes per-connection-classifier=src-address:3/1
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address=!fc00::/7 \
    in-interface=bridge new-connection-mark=c2-v6 passthrough=yes per-connection-classifier=src-address:3/2
add action=mark-routing chain=prerouting connection-mark=c1-v6 in-interface=bridge \
    new-routing-mark=wan1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2-v6 in-interface=bridge \
    new-routing-mark=wan2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ipv6 firewall nat
add action=netmap chain=srcnat out-interface=ether1 src-address=fd00:88::/64 to-address=2001:db8:a::/64
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=wan1
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=wan2
add distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
/ipv6 route
add comment="IPv6 main" disabled=no distance=1 dst-address=::/0 gateway=fe80::1%ether1 \
    routing-table=main scope=30 target-scope=10
add disabled=no distance=2 dst-address=::/0 gateway=2001:db8:2::1 routing-table=main scope=30 \
    target-scope=10
add disabled=no distance=1 dst-address=::/0 gateway=fe80::1%ether1 routing-table=wan1
add disabled=no distance=1 dst-address=::/0 gateway=2001:db8:2::1 routing-table=wan2
add disabled=no distance=2 dst-address=::/0 gateway=fe80::1%ether1 routing-table=wan2
