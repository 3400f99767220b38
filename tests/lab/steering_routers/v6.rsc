# may/20/2026 09:15:00 by RouterOS 6.49.17
# Two lines, PCC by both addresses. A VLAN for each line leads to the wanwatch host.
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
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=198.18.80.1 routing-mark=line1
add check-gateway=ping distance=1 gateway=198.18.81.1 routing-mark=line2
add check-gateway=ping distance=1 gateway=198.18.80.1
add check-gateway=ping distance=2 gateway=198.18.81.1
