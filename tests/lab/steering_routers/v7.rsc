# 2026-02-15 18:00:00 by RouterOS 7.20.8
# Two lines, IPv4 and IPv6, PCC by both addresses. A VLAN for each line leads to the wanwatch host.
/interface bridge
add name=bridge
/interface vlan
add interface=bridge name=vlan101 vlan-id=101
add interface=bridge name=vlan102 vlan-id=102
/ip address
add address=10.70.0.1/24 interface=bridge network=10.70.0.0
add address=198.18.80.2/29 interface=ether1 network=198.18.80.0
add address=198.18.81.2/29 interface=ether2 network=198.18.81.0
add address=10.70.101.1/30 interface=vlan101 network=10.70.101.0
add address=10.70.102.1/30 interface=vlan102 network=10.70.102.0
/ipv6 address
add address=fd00:70::1/64 advertise=no interface=bridge
add address=2001:db8:80::2/64 advertise=no interface=ether1
add address=2001:db8:81::2/64 advertise=no interface=ether2
add address=fd00:70:101::1/64 advertise=no interface=vlan101
add address=fd00:70:102::1/64 advertise=no interface=vlan102
/routing table
add disabled=no fib name=line1
add disabled=no fib name=line2
/ip firewall mangle
add action=accept chain=prerouting dst-address=10.70.0.0/24 in-interface=bridge
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \
    new-routing-mark=line1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \
    new-routing-mark=line2 passthrough=no
/ipv6 firewall mangle
add action=accept chain=prerouting dst-address=fd00:70::/64 in-interface=bridge
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge new-connection-mark=c1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge new-connection-mark=c2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \
    new-routing-mark=line1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \
    new-routing-mark=line2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ipv6 firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.80.1 routing-table=line1
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.81.1 routing-table=line2
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.18.80.1
add check-gateway=ping distance=2 dst-address=0.0.0.0/0 gateway=198.18.81.1
/ipv6 route
add dst-address=::/0 gateway=2001:db8:80::1 routing-table=line1
add dst-address=::/0 gateway=2001:db8:81::1 routing-table=line2
add distance=1 dst-address=::/0 gateway=2001:db8:80::1
add distance=2 dst-address=::/0 gateway=2001:db8:81::1
