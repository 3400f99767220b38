# feb/03/2026 08:00:00 by RouterOS 6.48.6
/ip address
add address=198.18.0.2/30 interface=ether1 comment="Line A"
add address=198.18.0.6/30 interface=ether2 comment="Line B"
add address=10.30.0.1/24 interface=ether5 comment="Shop floor"
/ip firewall mangle
add action=mark-routing chain=prerouting comment="half of the shop" dst-address-type=!local \
    in-interface=ether5 new-routing-mark="to Line A" passthrough=no \
    per-connection-classifier=src-address:2/0
add action=mark-routing chain=prerouting comment="other half" dst-address-type=!local \
    in-interface=ether5 new-routing-mark="to Line B" passthrough=no \
    per-connection-classifier=src-address:2/1
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=198.18.0.1 routing-mark="to Line A"
add check-gateway=ping distance=1 gateway=198.18.0.5 routing-mark="to Line B"
add check-gateway=ping comment="both" distance=1 gateway=198.18.0.1,198.18.0.5
