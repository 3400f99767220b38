# feb/03/2026 08:00:00 by RouterOS 6.49.10
# Two lines with the mistakes that forums are full of, to try: wanwatch inspect --export deploy/try/miswired.rsc
/ip address
add address=192.168.10.1/24 interface=ether3 network=192.168.10.0
add address=203.0.113.2/30 interface=ether1 network=203.0.113.0
add address=198.51.100.2/30 interface=ether2 network=198.51.100.0
/ip firewall mangle
add action=mark-connection chain=prerouting comment="from fibre" in-interface=ether1 new-connection-mark=fibre
add action=mark-connection chain=prerouting comment="from cable" in-interface=ether2 new-connection-mark=cable
add action=mark-connection chain=prerouting comment="two parts by fibre" connection-mark=no-mark dst-address-type=!local in-interface=ether3 new-connection-mark=fibre per-connection-classifier=both-addresses:3/0
add action=mark-connection chain=prerouting comment="one part by cable" connection-mark=no-mark dst-address-type=!local in-interface=ether3 new-connection-mark=cable per-connection-classifier=both-addresses:3/2
add action=mark-routing chain=prerouting connection-mark=fibre in-interface=ether3 new-routing-mark=to-fibre
add action=mark-routing chain=prerouting connection-mark=cable in-interface=ether3 new-routing-mark=to-cable
add action=mark-routing chain=output comment="answers by fibre" connection-mark=fibre new-routing-mark=to-fibre
add action=mark-routing chain=output comment="answers by cable" connection-mark=fibre new-routing-mark=to-cable
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=203.0.113.1 routing-mark=to-fibre
add check-gateway=ping distance=1 gateway=198.51.100.1 routing-mark=to-cable
add check-gateway=ping distance=1 gateway=203.0.113.1
add check-gateway=ping distance=2 gateway=198.51.100.1
