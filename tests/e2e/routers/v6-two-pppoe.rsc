# jan/02/2026 10:11:12 by RouterOS 6.49.17
/interface bridge
add name=lan
/interface pppoe-client
add add-default-route=no disabled=no interface=ether1 name=dsl user=dsl@isp
add add-default-route=no disabled=no interface=ether2 name=fibre user=fibre@isp
/ip address
add address=10.20.0.1/23 interface=lan network=10.20.0.0
add address=198.18.0.2/32 interface=dsl network=198.18.0.1
add address=198.18.1.2/32 interface=fibre network=198.18.1.1
/ip firewall mangle
add action=accept chain=prerouting dst-address=10.20.0.0/23 in-interface=lan
add action=mark-connection chain=input connection-mark=no-mark in-interface=dsl \
    new-connection-mark=via-dsl passthrough=no
add action=mark-connection chain=input connection-mark=no-mark in-interface=fibre \
    new-connection-mark=via-fibre passthrough=no
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=lan new-connection-mark=via-dsl per-connection-classifier=both-addresses:3/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=lan new-connection-mark=via-fibre per-connection-classifier=both-addresses:3/1
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=lan new-connection-mark=via-fibre per-connection-classifier=both-addresses:3/2
add action=mark-routing chain=prerouting connection-mark=via-dsl in-interface=lan \
    new-routing-mark=by-dsl passthrough=no
add action=mark-routing chain=prerouting connection-mark=via-fibre in-interface=lan \
    new-routing-mark=by-fibre passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=dsl
add action=masquerade chain=srcnat out-interface=fibre
/ip route
add distance=1 gateway=dsl routing-mark=by-dsl
add distance=2 gateway=fibre routing-mark=by-dsl
add distance=1 gateway=fibre routing-mark=by-fibre
add distance=2 gateway=dsl routing-mark=by-fibre
add comment="haupt \DCbersicht" distance=1 gateway=dsl
add distance=2 gateway=fibre
