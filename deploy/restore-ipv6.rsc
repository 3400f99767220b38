# Made by wanwatch; 'wanwatch provision' prints the same for your router.
# Script that puts the router back when nobody renews the lease. Every row that wanwatch changes
# says in its comment what it was; this puts it back when wanwatch is gone.
:if ([:len [/system script find where name="wanwatch-restore"]] = 0) do={
/system script add name=wanwatch-restore
}
/system script set [/system script find where name="wanwatch-restore"] policy=read,write source="# Puts back what wanwatch changed, once no wanwatch renews its lease any more.\n\
    :if ([:len [/ip firewall address-list find where list=\"wanwatch-lease\"]] = 0) do={\n\
    :local bytes \" !\\\"#\\\$%&'()*+,-./0123456789:;<=>\\\?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\\7F\\80\\81\\82\\83\\84\\85\\86\\87\\88\\89\\8A\\8B\\8C\\8D\\8E\\8F\\90\\91\\92\\93\\94\\95\\96\\97\\98\\99\\9A\\9B\\9C\\9D\\9E\\9F\\A0\\A1\\A2\\A3\\A4\\A5\\A6\\A7\\A8\\A9\\AA\\AB\\AC\\AD\\AE\\AF\\B0\\B1\\B2\\B3\\B4\\B5\\B6\\B7\\B8\\B9\\BA\\BB\\BC\\BD\\BE\\BF\\C0\\C1\\C2\\C3\\C4\\C5\\C6\\C7\\C8\\C9\\CA\\CB\\CC\\CD\\CE\\CF\\D0\\D1\\D2\\D3\\D4\\D5\\D6\\D7\\D8\\D9\\DA\\DB\\DC\\DD\\DE\\DF\\E0\\E1\\E2\\E3\\E4\\E5\\E6\\E7\\E8\\E9\\EA\\EB\\EC\\ED\\EE\\EF\\F0\\F1\\F2\\F3\\F4\\F5\\F6\\F7\\F8\\F9\\FA\\FB\\FC\\FD\\FE\\FF\"\n\
    :local digits \"0123456789ABCDEF\"\n\
    # /ip route: a tagged row gets back what its tag says, then its own comment.\n\
    :foreach row in=[/ip route find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ip route get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] = \"nil\") do={\n\
    :log warning (\"wanwatch: nobody renews the lease, /ip route gets back \" . \$text)\n\
    :while ([:len \$words] > 0) do={\n\
    :local gap [:find \$words \" \"]\n\
    :local word [:pick \$words 0 \$gap]\n\
    :set words [:pick \$words (\$gap + 1) [:len \$words]]\n\
    :local equals [:find \$word \"=\"]\n\
    :local key [:pick \$word 0 \$equals]\n\
    :local raw [:pick \$word (\$equals + 1) [:len \$word]]\n\
    :local value \"\"\n\
    :while ([:len \$raw] > 0) do={\n\
    :local char [:pick \$raw 0 1]\n\
    :local used 1\n\
    :if (\$char = \"%\") do={\n\
    :local code (([:find \$digits [:pick \$raw 1 2]] * 16) + [:find \$digits [:pick \$raw 2 3]])\n\
    :set char [:pick \$bytes (\$code - 32) (\$code - 31)]\n\
    :set used 3\n\
    }\n\
    :set value (\$value . \$char)\n\
    :set raw [:pick \$raw \$used [:len \$raw]]\n\
    }\n\
    :if (\$key = \"disabled\") do={/ip route set \$row disabled=\$value}\n\
    :if (\$key = \"gateway\") do={\n\
    :local kept true\n\
    :foreach hop in=[/ip route get \$row gateway] do={\n\
    :if ([:typeof [:find (\",\" . \$value . \",\") (\",\" . \$hop . \",\")]] = \"nil\") do={:set kept false}\n\
    }\n\
    :if (\$kept) do={/ip route set \$row gateway=[:toarray \$value]}\n\
    }\n\
    }\n\
    :local own \"\"\n\
    :if (\$at > 0) do={:set own [:pick \$text 0 (\$at - 1)]}\n\
    /ip route set \$row comment=\$own\n\
    }\n\
    }\n\
    } on-error={}\n\
    }\n\
    # /ipv6 route: a tagged row gets back what its tag says, then its own comment.\n\
    :foreach row in=[/ipv6 route find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ipv6 route get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] = \"nil\") do={\n\
    :log warning (\"wanwatch: nobody renews the lease, /ipv6 route gets back \" . \$text)\n\
    :while ([:len \$words] > 0) do={\n\
    :local gap [:find \$words \" \"]\n\
    :local word [:pick \$words 0 \$gap]\n\
    :set words [:pick \$words (\$gap + 1) [:len \$words]]\n\
    :local equals [:find \$word \"=\"]\n\
    :local key [:pick \$word 0 \$equals]\n\
    :local raw [:pick \$word (\$equals + 1) [:len \$word]]\n\
    :local value \"\"\n\
    :while ([:len \$raw] > 0) do={\n\
    :local char [:pick \$raw 0 1]\n\
    :local used 1\n\
    :if (\$char = \"%\") do={\n\
    :local code (([:find \$digits [:pick \$raw 1 2]] * 16) + [:find \$digits [:pick \$raw 2 3]])\n\
    :set char [:pick \$bytes (\$code - 32) (\$code - 31)]\n\
    :set used 3\n\
    }\n\
    :set value (\$value . \$char)\n\
    :set raw [:pick \$raw \$used [:len \$raw]]\n\
    }\n\
    :if (\$key = \"disabled\") do={/ipv6 route set \$row disabled=\$value}\n\
    :if (\$key = \"gateway\") do={\n\
    :local kept true\n\
    :foreach hop in=[/ipv6 route get \$row gateway] do={\n\
    :if ([:typeof [:find (\",\" . \$value . \",\") (\",\" . \$hop . \",\")]] = \"nil\") do={:set kept false}\n\
    }\n\
    :if (\$kept) do={/ipv6 route set \$row gateway=[:toarray \$value]}\n\
    }\n\
    }\n\
    :local own \"\"\n\
    :if (\$at > 0) do={:set own [:pick \$text 0 (\$at - 1)]}\n\
    /ipv6 route set \$row comment=\$own\n\
    }\n\
    }\n\
    } on-error={}\n\
    }\n\
    # /ip firewall mangle: a tagged row gets back what its tag says, then its own comment.\n\
    :foreach row in=[/ip firewall mangle find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ip firewall mangle get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] = \"nil\") do={\n\
    :log warning (\"wanwatch: nobody renews the lease, /ip firewall mangle gets back \" . \$text)\n\
    :while ([:len \$words] > 0) do={\n\
    :local gap [:find \$words \" \"]\n\
    :local word [:pick \$words 0 \$gap]\n\
    :set words [:pick \$words (\$gap + 1) [:len \$words]]\n\
    :local equals [:find \$word \"=\"]\n\
    :local key [:pick \$word 0 \$equals]\n\
    :local raw [:pick \$word (\$equals + 1) [:len \$word]]\n\
    :local value \"\"\n\
    :while ([:len \$raw] > 0) do={\n\
    :local char [:pick \$raw 0 1]\n\
    :local used 1\n\
    :if (\$char = \"%\") do={\n\
    :local code (([:find \$digits [:pick \$raw 1 2]] * 16) + [:find \$digits [:pick \$raw 2 3]])\n\
    :set char [:pick \$bytes (\$code - 32) (\$code - 31)]\n\
    :set used 3\n\
    }\n\
    :set value (\$value . \$char)\n\
    :set raw [:pick \$raw \$used [:len \$raw]]\n\
    }\n\
    :if (\$key = \"new-connection-mark\") do={/ip firewall mangle set \$row new-connection-mark=\$value}\n\
    :if (\$key = \"new-routing-mark\") do={/ip firewall mangle set \$row new-routing-mark=\$value}\n\
    :if (\$key = \"per-connection-classifier\") do={/ip firewall mangle set \$row per-connection-classifier=\$value}\n\
    }\n\
    :local own \"\"\n\
    :if (\$at > 0) do={:set own [:pick \$text 0 (\$at - 1)]}\n\
    /ip firewall mangle set \$row comment=\$own\n\
    }\n\
    }\n\
    } on-error={}\n\
    }\n\
    # /ipv6 firewall mangle: a tagged row gets back what its tag says, then its own comment.\n\
    :foreach row in=[/ipv6 firewall mangle find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ipv6 firewall mangle get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] = \"nil\") do={\n\
    :log warning (\"wanwatch: nobody renews the lease, /ipv6 firewall mangle gets back \" . \$text)\n\
    :while ([:len \$words] > 0) do={\n\
    :local gap [:find \$words \" \"]\n\
    :local word [:pick \$words 0 \$gap]\n\
    :set words [:pick \$words (\$gap + 1) [:len \$words]]\n\
    :local equals [:find \$word \"=\"]\n\
    :local key [:pick \$word 0 \$equals]\n\
    :local raw [:pick \$word (\$equals + 1) [:len \$word]]\n\
    :local value \"\"\n\
    :while ([:len \$raw] > 0) do={\n\
    :local char [:pick \$raw 0 1]\n\
    :local used 1\n\
    :if (\$char = \"%\") do={\n\
    :local code (([:find \$digits [:pick \$raw 1 2]] * 16) + [:find \$digits [:pick \$raw 2 3]])\n\
    :set char [:pick \$bytes (\$code - 32) (\$code - 31)]\n\
    :set used 3\n\
    }\n\
    :set value (\$value . \$char)\n\
    :set raw [:pick \$raw \$used [:len \$raw]]\n\
    }\n\
    :if (\$key = \"new-connection-mark\") do={/ipv6 firewall mangle set \$row new-connection-mark=\$value}\n\
    :if (\$key = \"new-routing-mark\") do={/ipv6 firewall mangle set \$row new-routing-mark=\$value}\n\
    :if (\$key = \"per-connection-classifier\") do={/ipv6 firewall mangle set \$row per-connection-classifier=\$value}\n\
    }\n\
    :local own \"\"\n\
    :if (\$at > 0) do={:set own [:pick \$text 0 (\$at - 1)]}\n\
    /ipv6 firewall mangle set \$row comment=\$own\n\
    }\n\
    }\n\
    } on-error={}\n\
    }\n\
    # /ip firewall mangle: rows that wanwatch added go last, so that none is missed meanwhile.\n\
    :foreach row in=[/ip firewall mangle find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ip firewall mangle get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] != \"nil\") do={/ip firewall mangle remove \$row}\n\
    }\n\
    } on-error={}\n\
    }\n\
    # /ipv6 firewall mangle: rows that wanwatch added go last, so that none is missed meanwhile.\n\
    :foreach row in=[/ipv6 firewall mangle find where comment~\"wanwatch: wan=\"] do={\n\
    :do {\n\
    :local text [/ipv6 firewall mangle get \$row comment]\n\
    :local at [:find \$text \"[wanwatch: \"]\n\
    :if (([:typeof \$at] != \"nil\") and ([:pick \$text ([:len \$text] - 1) [:len \$text]] = \"]\")) do={\n\
    :local words ([:pick \$text (\$at + 11) ([:len \$text] - 1)] . \" \")\n\
    :if ([:typeof [:find \$words \" added=\"]] != \"nil\") do={/ipv6 firewall mangle remove \$row}\n\
    }\n\
    } on-error={}\n\
    }\n\
    }"
# Schedule of that script. Once a minute it looks for the lease, a list entry that the daemon
# renews.
:if ([:len [/system scheduler find where name="wanwatch-restore"]] = 0) do={
/system scheduler add name=wanwatch-restore interval=1m on-event=wanwatch-restore policy=read,write disabled=yes comment="wanwatch provision schedule: puts back what nobody watches over"
} else={/system scheduler set [/system scheduler find where name="wanwatch-restore"] interval=1m on-event=wanwatch-restore policy=read,write}
# It is disabled until a wanwatch holds the lease: without one it would undo every failover.
# 'wanwatch provision --apply' enables it while the lease is there, or you do:
#   /system scheduler enable wanwatch-restore
