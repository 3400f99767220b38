# 2026-02-15 18:00:00 by RouterOS 7.20.8
# As v7-three-weighted, written as it is often seen: several remainders in one rule, which RouterOS does
# not take. No PCC rule is left, and all clients use main.
/interface bridge
add name=bridge
/ip address
add address=10.67.0.1/24 interface=bridge network=10.67.0.0
add address=198.18.73.2/29 interface=ether1 network=198.18.73.0
add address=198.18.74.2/29 interface=ether2 network=198.18.74.0
add address=198.18.75.2/29 interface=ether3 network=198.18.75.0
/routing table
add disabled=no fib name=line1
add disabled=no fib name=line2
add disabled=no fib name=line3
/ip firewall mangle
add action=accept chain=prerouting comment="the router itself" dst-address=10.67.0.1
add action=mark-connection chain=prerouting connection-state=new new-connection-mark=c1 \
    passthrough=yes per-connection-classifier=both-addresses-and-ports:10/0,1,2,3,4
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \
    new-routing-mark=line1 passthrough=no
add action=mark-connection chain=prerouting connection-state=new new-connection-mark=c2 \
    passthrough=yes per-connection-classifier=both-addresses-and-ports:10/5,6,7
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \
    new-routing-mark=line2 passthrough=no
add action=mark-connection chain=prerouting connection-state=new new-connection-mark=c3 \
    passthrough=yes per-connection-classifier=both-addresses-and-ports:10/8,9
add action=mark-routing chain=prerouting connection-mark=c3 in-interface=bridge \
    new-routing-mark=line3 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
add action=masquerade chain=srcnat out-interface=ether3
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.73.1 routing-table=line1
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.74.1 routing-table=line2
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.75.1 routing-table=line3
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.18.73.1
add check-gateway=ping distance=2 dst-address=0.0.0.0/0 gateway=198.18.74.1
add check-gateway=ping distance=3 dst-address=0.0.0.0/0 gateway=198.18.75.1
