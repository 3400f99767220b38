# mar/11/2026 07:30:00 by RouterOS 6.49.18
# Two PPPoE lines. Connections are marked once (no-mark), by both addresses.
/interface bridge
add name=bridge-home
/interface pppoe-client
add add-default-route=no disabled=no interface=ether1 name=pppoe-north user=a@north
add add-default-route=no disabled=no interface=ether2 name=pppoe-south user=b@south
/ip address
add address=10.61.0.1/24 interface=bridge-home network=10.61.0.0
add address=198.18.61.10/32 interface=pppoe-north network=198.18.61.1
add address=198.18.62.20/32 interface=pppoe-south network=198.18.62.1
/ip firewall mangle
add action=accept chain=prerouting dst-address=10.61.0.0/24 in-interface=bridge-home
add action=mark-connection chain=input connection-mark=no-mark in-interface=pppoe-north \
    new-connection-mark=north passthrough=no
add action=mark-connection chain=input connection-mark=no-mark in-interface=pppoe-south \
    new-connection-mark=south passthrough=no
add action=mark-routing chain=output connection-mark=north new-routing-mark=by-north passthrough=no
add action=mark-routing chain=output connection-mark=south new-routing-mark=by-south passthrough=no
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge-home new-connection-mark=north per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \
    in-interface=bridge-home new-connection-mark=south per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=north in-interface=bridge-home \
    new-routing-mark=by-north passthrough=no
add action=mark-routing chain=prerouting connection-mark=south in-interface=bridge-home \
    new-routing-mark=by-south passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=pppoe-north
add action=masquerade chain=srcnat out-interface=pppoe-south
/ip route
add distance=1 gateway=pppoe-north routing-mark=by-north
add distance=1 gateway=pppoe-south routing-mark=by-south
add distance=1 gateway=pppoe-north
add distance=2 gateway=pppoe-south
