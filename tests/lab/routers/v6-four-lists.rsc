# may/20/2026 09:15:00 by RouterOS 6.49.17
# Four lines on ports whose names hold colons and spaces, the LAN as an interface list, by source address
# and port, marked on new connections only.
/interface list
add name=LAN
/interface list member
add interface=bridge1 list=LAN
/ip address
add address=10.64.0.1/16 interface=bridge1
add address=198.18.67.2/30 interface="Port 1: ISP A"
add address=198.18.67.6/30 interface="Port 2: ISP B"
add address=198.18.67.10/30 interface="Port 3: ISP C"
add address=198.18.67.14/30 interface="Port 4: ISP D"
/ip firewall mangle
add action=mark-connection chain=prerouting comment="------ by line ------" connection-mark=no-mark \
    connection-state=new in-interface="Port 1: ISP A" new-connection-mark=conn1
add action=mark-connection chain=prerouting connection-mark=no-mark \
    connection-state=new in-interface="Port 2: ISP B" new-connection-mark=conn2
add action=mark-connection chain=prerouting connection-mark=no-mark \
    connection-state=new in-interface="Port 3: ISP C" new-connection-mark=conn3
add action=mark-connection chain=prerouting connection-mark=no-mark \
    connection-state=new in-interface="Port 4: ISP D" new-connection-mark=conn4
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=conn1 \
    per-connection-classifier=src-address-and-port:4/0
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=conn2 \
    per-connection-classifier=src-address-and-port:4/1
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=conn3 \
    per-connection-classifier=src-address-and-port:4/2
add action=mark-connection chain=prerouting connection-mark=no-mark connection-state=new \
    dst-address-type=!local in-interface-list=LAN new-connection-mark=conn4 \
    per-connection-classifier=src-address-and-port:4/3
add action=mark-routing chain=prerouting connection-mark=conn1 in-interface-list=LAN \
    new-routing-mark=isp1 passthrough=no
add action=mark-routing chain=prerouting connection-mark=conn2 in-interface-list=LAN \
    new-routing-mark=isp2 passthrough=no
add action=mark-routing chain=prerouting connection-mark=conn3 in-interface-list=LAN \
    new-routing-mark=isp3 passthrough=no
add action=mark-routing chain=prerouting connection-mark=conn4 in-interface-list=LAN \
    new-routing-mark=isp4 passthrough=no
add action=mark-routing chain=output connection-mark=conn1 new-routing-mark=isp1
add action=mark-routing chain=output connection-mark=conn2 new-routing-mark=isp2
add action=mark-routing chain=output connection-mark=conn3 new-routing-mark=isp3
add action=mark-routing chain=output connection-mark=conn4 new-routing-mark=isp4
/ip firewall nat
add action=masquerade chain=srcnat out-interface="Port 1: ISP A"
add action=masquerade chain=srcnat out-interface="Port 2: ISP B"
add action=masquerade chain=srcnat out-interface="Port 3: ISP C"
add action=masquerade chain=srcnat out-interface="Port 4: ISP D"
/ip route
add distance=1 gateway=198.18.67.1 routing-mark=isp1
add distance=1 gateway=198.18.67.5 routing-mark=isp2
add distance=1 gateway=198.18.67.9 routing-mark=isp3
add distance=1 gateway=198.18.67.13 routing-mark=isp4
add distance=1 gateway=198.18.67.1
add distance=2 gateway=198.18.67.5
