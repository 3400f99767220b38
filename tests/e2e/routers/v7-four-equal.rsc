# 2026-03-04 12:00:00 by RouterOS 7.20.8
/interface bridge
add name=bridge1
/interface list
add name=LAN
/interface list member
add interface=bridge1 list=LAN
/ip address
add address=10.40.0.1/16 interface=bridge1 network=10.40.0.0
add address=198.18.0.2/30 interface=ether1 network=198.18.0.0
add address=198.18.0.6/30 interface=ether2 network=198.18.0.4
add address=198.18.0.10/30 interface=ether3 network=198.18.0.8
add address=198.18.0.14/30 interface=ether4 network=198.18.0.12
/routing table
add disabled=no fib name=t1
add disabled=no fib name=t2
add disabled=no fib name=t3
add disabled=no fib name=t4
/ip firewall mangle
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c1 \
    per-connection-classifier=src-address-and-port:4/0
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c2 \
    per-connection-classifier=src-address-and-port:4/1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c3 \
    per-connection-classifier=src-address-and-port:4/2
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=c4 \
    per-connection-classifier=src-address-and-port:4/3
add action=mark-routing chain=prerouting connection-mark=c1 in-interface-list=LAN new-routing-mark=t1
add action=mark-routing chain=prerouting connection-mark=c2 in-interface-list=LAN new-routing-mark=t2
add action=mark-routing chain=prerouting connection-mark=c3 in-interface-list=LAN new-routing-mark=t3
add action=mark-routing chain=prerouting connection-mark=c4 in-interface-list=LAN new-routing-mark=t4
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
add action=masquerade chain=srcnat out-interface=ether3
add action=masquerade chain=srcnat out-interface=ether4
/ip route
add dst-address=0.0.0.0/0 gateway=198.18.0.1 routing-table=t1
add dst-address=0.0.0.0/0 gateway=198.18.0.5 routing-table=t2
add dst-address=0.0.0.0/0 gateway=198.18.0.9 routing-table=t3
add dst-address=0.0.0.0/0 gateway=198.18.0.13 routing-table=t4
add distance=1 dst-address=0.0.0.0/0 gateway=198.18.0.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.18.0.5
