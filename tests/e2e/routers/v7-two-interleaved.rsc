# 2026-04-05 12:00:00 by RouterOS 7.16.2
# Each PCC rule is followed at once by its mark-routing rule, guarded by connection-state alone.
/interface bridge
add name=office
/ip address
add address=10.50.0.1/24 interface=office network=10.50.0.0
add address=198.18.0.2/29 interface=ether1 network=198.18.0.0
add address=198.18.1.2/29 interface=ether2 network=198.18.1.0
/routing table
add disabled=no fib name=one
add disabled=no fib name=two
/ip firewall mangle
add action=accept chain=prerouting comment="to the router itself" dst-address=10.50.0.1
add action=mark-connection chain=prerouting comment="share of one" connection-state=new \
    in-interface=office new-connection-mark=one_c per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-routing chain=prerouting connection-mark=one_c in-interface=office \
    new-routing-mark=one passthrough=no
add action=mark-connection chain=prerouting comment="share of two" connection-state=new \
    in-interface=office new-connection-mark=two_c per-connection-classifier=both-addresses-and-ports:2/1
add action=mark-routing chain=prerouting connection-mark=two_c in-interface=office \
    new-routing-mark=two passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.0.1 routing-table=one
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.1.1 routing-table=two
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.18.0.1
add check-gateway=ping distance=2 dst-address=0.0.0.0/0 gateway=198.18.1.1
