# 2026-02-03 08:00:00 by RouterOS 7.20.8
# Two lines shared half and half, to try: wanwatch sim --load deploy/try/router.rsc
/interface bridge
add name=bridge
/interface bridge port
add bridge=bridge interface=ether3
/ip address
add address=192.168.88.1/24 interface=bridge network=192.168.88.0
add address=203.0.113.2/30 interface=ether1 network=203.0.113.0
add address=198.51.100.2/30 interface=ether2 network=198.51.100.0
/routing table
add fib name=to-isp1
add fib name=to-isp2
/ip firewall mangle
add action=mark-connection chain=prerouting comment="from isp1" connection-mark=no-mark in-interface=ether1 new-connection-mark=isp1
add action=mark-connection chain=prerouting comment="from isp2" connection-mark=no-mark in-interface=ether2 new-connection-mark=isp2
add action=mark-connection chain=prerouting comment="half by isp1" connection-mark=no-mark dst-address-type=!local in-interface=bridge new-connection-mark=isp1 per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting comment="half by isp2" connection-mark=no-mark dst-address-type=!local in-interface=bridge new-connection-mark=isp2 per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=isp1 in-interface=bridge new-routing-mark=to-isp1
add action=mark-routing chain=prerouting connection-mark=isp2 in-interface=bridge new-routing-mark=to-isp2
add action=mark-routing chain=output connection-mark=isp1 new-routing-mark=to-isp1
add action=mark-routing chain=output connection-mark=isp2 new-routing-mark=to-isp2
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add check-gateway=ping distance=1 gateway=203.0.113.1 routing-table=to-isp1
add check-gateway=ping distance=1 gateway=198.51.100.1 routing-table=to-isp2
add check-gateway=ping comment="main isp1" distance=1 gateway=203.0.113.1
add check-gateway=ping comment="main isp2" distance=2 gateway=198.51.100.1
