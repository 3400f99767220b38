# 2026-02-15 18:00:00 by RouterOS 7.20.8
# Three lines weighted 50/30/20 by ten hash values, guarded by no-mark and connection-state=new.
/interface bridge
add name=bridge
/ip address
add address=10.66.0.1/24 interface=bridge network=10.66.0.0
add address=198.18.70.2/29 interface=ether1 network=198.18.70.0
add address=198.18.71.2/29 interface=ether2 network=198.18.71.0
add address=198.18.72.2/29 interface=ether3 network=198.18.72.0
/routing table
add disabled=no fib name=line1
add disabled=no fib name=line2
add disabled=no fib name=line3
/ip firewall mangle
add action=accept chain=prerouting comment="the router itself" dst-address=10.66.0.1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/0
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/2
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/3
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c1 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/4
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c2 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/5
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c2 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/6
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c2 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/7
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c3 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/8
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface=bridge new-connection-mark=c3 passthrough=yes \
    per-connection-classifier=both-addresses-and-ports:10/9
add action=mark-routing chain=prerouting connection-mark=c1 in-interface=bridge \
    new-routing-mark=line1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c2 in-interface=bridge \
    new-routing-mark=line2 passthrough=no
add action=mark-routing chain=prerouting connection-mark=c3 in-interface=bridge \
    new-routing-mark=line3 passthrough=no
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
add action=masquerade chain=srcnat out-interface=ether2
add action=masquerade chain=srcnat out-interface=ether3
/ip route
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.70.1 routing-table=line1
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.71.1 routing-table=line2
add check-gateway=ping dst-address=0.0.0.0/0 gateway=198.18.72.1 routing-table=line3
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.18.70.1
add check-gateway=ping distance=2 dst-address=0.0.0.0/0 gateway=198.18.71.1
add check-gateway=ping distance=3 dst-address=0.0.0.0/0 gateway=198.18.72.1
