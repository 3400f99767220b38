# apr/02/2026 12:00:00 by RouterOS 6.40.9
# Two static lines. PCC marks routing at every packet; LAN connections bear no mark. One ECMP default.
/ip address
add address=198.18.63.2/30 interface=ether1 comment="Cable"
add address=198.18.64.2/30 interface=ether2 comment="Town Fibre"
add address=10.62.0.1/24 interface=ether3 comment="Desks"
/ip firewall mangle
add action=mark-connection chain=input comment="from Cable" in-interface=ether1 \
    new-connection-mark="from Cable"
add action=mark-connection chain=input comment="from Town Fibre" in-interface=ether2 \
    new-connection-mark="from Town Fibre"
add action=mark-routing chain=output connection-mark="from Cable" new-routing-mark="to Cable"
add action=mark-routing chain=output connection-mark="from Town Fibre" \
    new-routing-mark="to Town Fibre"
add action=mark-routing chain=prerouting comment="one half" dst-address-type=!local \
    in-interface=ether3 new-routing-mark="to Cable" passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:2/0
add action=mark-routing chain=prerouting comment="the other half" dst-address-type=!local \
    in-interface=ether3 new-routing-mark="to Town Fibre" passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:2/1
/ip firewall nat
add action=masquerade chain=srcnat comment="Cable" out-interface=ether1
add action=masquerade chain=srcnat comment="Town Fibre" out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=198.18.63.1,198.18.64.1
add distance=1 gateway=198.18.63.1 routing-mark="to Cable"
add distance=1 gateway=198.18.64.1 routing-mark="to Town Fibre"
