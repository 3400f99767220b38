# by RouterOS 7.20.8
# The router of wanwatch demo: one LAN, four lines, ten PCC buckets shared out 4 to 4 to 1 to 1.
#
# Every line has a routing table of its own with another line as fallback, main has all four. Every
# route is watched by check-gateway, as is usual, and that sees no further than the first hop.
# The probe tables are wanwatch's: a source address for each line leads into a table that holds that
# line and nothing else, so that a probe never leaves by another one.
/interface bridge
add name=lan
/interface ethernet
set [ find default-name=ether1 ] comment="fibre, 1 Gbit/s" name=fibre
set [ find default-name=ether2 ] comment="cable, 500 Mbit/s" name=cable
set [ find default-name=ether3 ] comment="dsl, 100 Mbit/s" name=dsl
set [ find default-name=ether4 ] comment="lte, 50 Mbit/s" name=lte
/interface bridge port
add bridge=lan interface=ether5
/ip address
add address=192.168.88.1/24 interface=lan network=192.168.88.0
add address=203.0.113.2/29 interface=fibre network=203.0.113.0
add address=198.51.100.2/29 interface=cable network=198.51.100.0
add address=192.0.2.2/29 interface=dsl network=192.0.2.0
add address=198.18.0.2/29 interface=lte network=198.18.0.0
/routing table
add disabled=no fib name=to-fibre
add disabled=no fib name=to-cable
add disabled=no fib name=to-dsl
add disabled=no fib name=to-lte
add disabled=no fib name=probe-fibre
add disabled=no fib name=probe-cable
add disabled=no fib name=probe-dsl
add disabled=no fib name=probe-lte
/ip firewall mangle
add action=mark-routing chain=prerouting comment="probes through fibre" dst-address-type=!local in-interface=lan new-routing-mark=probe-fibre passthrough=no src-address=127.0.10.1
add action=mark-routing chain=prerouting comment="probes through cable" dst-address-type=!local in-interface=lan new-routing-mark=probe-cable passthrough=no src-address=127.0.10.2
add action=mark-routing chain=prerouting comment="probes through dsl" dst-address-type=!local in-interface=lan new-routing-mark=probe-dsl passthrough=no src-address=127.0.10.3
add action=mark-routing chain=prerouting comment="probes through lte" dst-address-type=!local in-interface=lan new-routing-mark=probe-lte passthrough=no src-address=127.0.10.4
add action=accept chain=prerouting comment="the router itself" dst-address=192.168.88.1 in-interface=lan
add action=mark-connection chain=prerouting comment="PCC fibre 1 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=fibre passthrough=yes per-connection-classifier=both-addresses-and-ports:10/0
add action=mark-connection chain=prerouting comment="PCC fibre 2 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=fibre passthrough=yes per-connection-classifier=both-addresses-and-ports:10/1
add action=mark-connection chain=prerouting comment="PCC fibre 3 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=fibre passthrough=yes per-connection-classifier=both-addresses-and-ports:10/2
add action=mark-connection chain=prerouting comment="PCC fibre 4 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=fibre passthrough=yes per-connection-classifier=both-addresses-and-ports:10/3
add action=mark-connection chain=prerouting comment="PCC cable 1 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=cable passthrough=yes per-connection-classifier=both-addresses-and-ports:10/4
add action=mark-connection chain=prerouting comment="PCC cable 2 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=cable passthrough=yes per-connection-classifier=both-addresses-and-ports:10/5
add action=mark-connection chain=prerouting comment="PCC cable 3 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=cable passthrough=yes per-connection-classifier=both-addresses-and-ports:10/6
add action=mark-connection chain=prerouting comment="PCC cable 4 of 4" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=cable passthrough=yes per-connection-classifier=both-addresses-and-ports:10/7
add action=mark-connection chain=prerouting comment="PCC dsl 1 of 1" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=dsl passthrough=yes per-connection-classifier=both-addresses-and-ports:10/8
add action=mark-connection chain=prerouting comment="PCC lte 1 of 1" connection-mark=no-mark dst-address-type=!local in-interface=lan new-connection-mark=lte passthrough=yes per-connection-classifier=both-addresses-and-ports:10/9
add action=mark-routing chain=prerouting connection-mark=fibre in-interface=lan new-routing-mark=to-fibre passthrough=no
add action=mark-routing chain=prerouting connection-mark=cable in-interface=lan new-routing-mark=to-cable passthrough=no
add action=mark-routing chain=prerouting connection-mark=dsl in-interface=lan new-routing-mark=to-dsl passthrough=no
add action=mark-routing chain=prerouting connection-mark=lte in-interface=lan new-routing-mark=to-lte passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=fibre
add action=masquerade chain=srcnat out-interface=cable
add action=masquerade chain=srcnat out-interface=dsl
add action=masquerade chain=srcnat out-interface=lte
/ip route
add check-gateway=ping comment="fibre" distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=to-fibre
add check-gateway=ping comment="fibre's fallback" distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=to-fibre
add check-gateway=ping comment="cable" distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=to-cable
add check-gateway=ping comment="cable's fallback" distance=2 dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=to-cable
add check-gateway=ping comment="dsl" distance=1 dst-address=0.0.0.0/0 gateway=192.0.2.1 routing-table=to-dsl
add check-gateway=ping comment="dsl's fallback" distance=2 dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=to-dsl
add check-gateway=ping comment="lte" distance=1 dst-address=0.0.0.0/0 gateway=198.18.0.1 routing-table=to-lte
add check-gateway=ping comment="lte's fallback" distance=2 dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=to-lte
add check-gateway=ping comment="main" distance=1 dst-address=0.0.0.0/0 gateway=203.0.113.1
add check-gateway=ping comment="main, second" distance=2 dst-address=0.0.0.0/0 gateway=198.51.100.1
add check-gateway=ping comment="main, third" distance=3 dst-address=0.0.0.0/0 gateway=192.0.2.1
add check-gateway=ping comment="main, last" distance=4 dst-address=0.0.0.0/0 gateway=198.18.0.1
add comment="probes only" dst-address=0.0.0.0/0 gateway=203.0.113.1 routing-table=probe-fibre
add blackhole comment="never by another line" distance=254 dst-address=0.0.0.0/0 gateway="" routing-table=probe-fibre
add comment="probes only" dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=probe-cable
add blackhole comment="never by another line" distance=254 dst-address=0.0.0.0/0 gateway="" routing-table=probe-cable
add comment="probes only" dst-address=0.0.0.0/0 gateway=192.0.2.1 routing-table=probe-dsl
add blackhole comment="never by another line" distance=254 dst-address=0.0.0.0/0 gateway="" routing-table=probe-dsl
add comment="probes only" dst-address=0.0.0.0/0 gateway=198.18.0.1 routing-table=probe-lte
add blackhole comment="never by another line" distance=254 dst-address=0.0.0.0/0 gateway="" routing-table=probe-lte
/system identity
set name=demo-router
