# 2026-02-15 18:00:00 by RouterOS 7.20.8
# Two lines. Each PCC rule asks for connection-state=new alone and is followed by its mark-routing rule.
/interface bridge
add name=bridge
/ip address
add address=10.65.0.1/24 interface=bridge network=10.65.0.0
add address=198.18.68.2/29 interface=ether1 network=198.18.68.0
add address=198.18.69.2/29 interface=ether2 network=198.18.69.0
/routing table
add disabled=no fib name=line1
add disabled=no fib name=line2
/ip firewall mangle
add action=accept chain=prerouting comment="the router itself" dst-address=10.65.0.1
add action=mark-connection chain=prerouting comment="half 1" connection-state=new \
    in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \
    new-routing-mark=line1 passthrough=no
add action=mark-connection chain=prerouting comment="half 2" connection-state=new \
    in-interface=bridge new-connection-mark=c2 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:2/1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \
    new-routing-mark=line2 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.68.1 routing-table=line1
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.69.1 routing-table=line2
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.18.68.1
add check-gateway=ping distance=2 dst-address=0.0.0.0/0 gateway=198.18.69.1
