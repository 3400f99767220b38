# 2026-05-01 12:00:00 by RouterOS 7.20.8
/interface bridge
add name=lan
/interface vlan
add interface=ether5 name=guests vlan-id=20
/ip pool
add name=lan-pool ranges=192.168.88.100-192.168.88.199
/ip dhcp-server
add address-pool=lan-pool interface=lan name=lan-dhcp
/queue simple
add max-limit=10M/100M name=guests target=192.168.20.0/24
/routing table
add disabled=no fib name=one
add disabled=no fib name=two
/interface bridge port
add bridge=lan interface=ether3
/ip address
add address=192.168.88.1/24 interface=lan network=192.168.88.0
add address=203.0.113.2/29 interface=ether1 network=203.0.113.0
add address=198.51.100.2/29 interface=ether2 network=198.51.100.0
/ip dhcp-server lease
add address=192.168.88.50 mac-address=02:00:00:00:00:50 server=lan-dhcp
/ip dhcp-server network
add address=192.168.88.0/24 dns-server=192.168.88.1 gateway=192.168.88.1
/ip dns
set allow-remote-requests=yes cache-size=4096KiB servers=9.9.9.9
/ip firewall address-list
add address=192.168.88.50 comment="the till" list=tills
/ip firewall filter
add action=accept chain=forward comment=established connection-state=established,related
/ip firewall mangle
add action=mark-connection chain=prerouting comment="share of one" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=one_c passthrough=yes per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting comment="share of two" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=two_c passthrough=yes per-connection-classifier=both-addresses:2/1
add action=mark-routing chain=prerouting connection-mark=one_c in-interface=lan new-routing-mark=one passthrough=no
add action=mark-routing chain=prerouting connection-mark=two_c in-interface=lan new-routing-mark=two passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
/ip route
add dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=one
add dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=two
add comment="the internet" dst-address=0.0.0.0/0 gateway=203.0.113.1
add distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
/system identity
set name=till-router
/tool netwatch
add comment="the provider" host=203.0.113.1 name=provider
