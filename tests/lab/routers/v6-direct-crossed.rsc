# apr/09/2026 12:00:00 by RouterOS 6.42.12
# As v6-direct-ecmp, by both addresses, with a common mistake: the second rule in chain output asks for
# the first line's connection mark, so that answers of the router to the second line leave by the first.
/ip address
add address=198.18.65.2/30 interface=ether1 network=198.18.65.0
add address=198.18.66.2/30 interface=ether2 network=198.18.66.0
add address=10.63.0.1/24 interface=ether3 network=10.63.0.0
/ip firewall mangle
add action=mark-connection chain=input in-interface=ether1 new-connection-mark=in-a
add action=mark-connection chain=input in-interface=ether2 new-connection-mark=in-b
add action=mark-routing chain=output connection-mark=in-a new-routing-mark=out-a
add action=mark-routing chain=output connection-mark=in-a new-routing-mark=out-b
add action=mark-routing chain=prerouting dst-address-type=!local in-interface=ether3 \
    new-routing-mark=out-a passthrough=yes per-connection-classifier=both-addresses:2/0
add action=mark-routing chain=prerouting dst-address-type=!local in-interface=ether3 \
    new-routing-mark=out-b passthrough=yes per-connection-classifier=both-addresses:2/1
/ip firewall nat
add action=masquerade chain=srcnat comment="line a" out-interface=ether1
add action=masquerade chain=srcnat comment="line b" out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=198.18.65.1,198.18.66.1
add distance=1 gateway=198.18.65.1 routing-mark=out-a
add distance=1 gateway=198.18.66.1 routing-mark=out-b
