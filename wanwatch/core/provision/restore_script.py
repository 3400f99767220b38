r"""The script that puts a router back when nobody renews the lease, in RouterOS's own language.

It reads the tags of ``wanwatch.core.tags`` and undoes them in the order of ``wanwatch.core.restore``:
routes, the operator's rules, then wanwatch's own rules. It says nothing of WANs or of a
configuration, so one text serves every router. The language has no way to decode percent signs on
RouterOS 6, so a string of all bytes from the space on serves as table.

Source: RouterOS manual, "Scripting" (``:find`` gives nil where nothing is found; a local variable is
seen in the blocks within; ``on-error`` goes on after a command that failed; ``\XX`` is a byte).
"""

from wanwatch.core.console import rsc_value

_FIRST, _LAST = 32, 255
_HEAD = "[wanwatch: "
_MARKED = "wanwatch: wan="


def restore_source(lease: str, *, ipv6: bool) -> str:
    """The script's text; ``ipv6`` for a router that has the IPv6 menus: RouterOS reads a script whole.

    Rows that fail are passed over, and their tags stay.
    """
    families = ("/ip", "/ipv6") if ipv6 else ("/ip",)
    routes = [f"{family} route" for family in families]
    mangle = [f"{family} firewall mangle" for family in families]
    lines = [
        "# Puts back what wanwatch changed, once no wanwatch renews its lease any more.",
        f":if ([:len [/ip firewall address-list find where list={_text(lease)}]] = 0) do={{",
        f":local bytes {_text(''.join(map(chr, range(_FIRST, _LAST + 1))))}",
        ':local digits "0123456789ABCDEF"',
    ]
    for menu in (*routes, *mangle):
        lines += _undo(menu, is_route=menu in routes)
    for menu in mangle:
        lines += _remove(menu)
    return "\n".join((*lines, "}"))


def _undo(menu: str, *, is_route: bool) -> list[str]:
    """Give every tagged row of a menu its own properties back, then its own comment."""
    return [
        f"# {menu}: a tagged row gets back what its tag says, then its own comment.",
        *_each(menu),
        ':if ([:typeof [:find $words " added="]] = "nil") do={',
        f':log warning ("wanwatch: nobody renews the lease, {menu} gets back " . $text)',
        *_words(),
        *(_set_route(menu) if is_route else _set_rule(menu)),
        "}",
        ':local own ""',
        ":if ($at > 0) do={:set own [:pick $text 0 ($at - 1)]}",
        f"{menu} set $row comment=$own",
        "}",
        "}",
        "} on-error={}",
        "}",
    ]


def _remove(menu: str) -> list[str]:
    """Remove the rules that wanwatch added: their tags say ``added=``."""
    return [
        f"# {menu}: rows that wanwatch added go last, so that none is missed meanwhile.",
        *_each(menu),
        f':if ([:typeof [:find $words " added="]] != "nil") do={{{menu} remove $row}}',
        "}",
        "} on-error={}",
        "}",
    ]


def _each(menu: str) -> list[str]:
    """The rows that bear a tag at the end of their comment; ``words`` is what stands in it."""
    return [
        f":foreach row in=[{menu} find where comment~{_text(_MARKED)}] do={{",
        ":do {",
        f":local text [{menu} get $row comment]",
        f":local at [:find $text {_text(_HEAD)}]",
        ':if (([:typeof $at] != "nil") and ([:pick $text ([:len $text] - 1) [:len $text]] = "]")) do={',
        f':local words ([:pick $text ($at + {len(_HEAD)}) ([:len $text] - 1)] . " ")',
    ]


def _words() -> list[str]:
    """Open a loop over the words of a tag: ``key`` and ``value``, decoded."""
    return [
        ":while ([:len $words] > 0) do={",
        ':local gap [:find $words " "]',
        ":local word [:pick $words 0 $gap]",
        ":set words [:pick $words ($gap + 1) [:len $words]]",
        ':local equals [:find $word "="]',
        ":local key [:pick $word 0 $equals]",
        ":local raw [:pick $word ($equals + 1) [:len $word]]",
        ':local value ""',
        ":while ([:len $raw] > 0) do={",
        ":local char [:pick $raw 0 1]",
        ":local used 1",
        ':if ($char = "%") do={',
        ":local code (([:find $digits [:pick $raw 1 2]] * 16) + [:find $digits [:pick $raw 2 3]])",
        f":set char [:pick $bytes ($code - {_FIRST}) ($code - {_FIRST - 1})]",
        ":set used 3",
        "}",
        ":set value ($value . $char)",
        ":set raw [:pick $raw $used [:len $raw]]",
        "}",
    ]


def _set_route(menu: str) -> list[str]:
    """A gateway that somebody has set anew since stands."""
    return [
        f':if ($key = "disabled") do={{{menu} set $row disabled=$value}}',
        ':if ($key = "gateway") do={',
        ":local kept true",
        f":foreach hop in=[{menu} get $row gateway] do={{",
        ':if ([:typeof [:find ("," . $value . ",") ("," . $hop . ",")]] = "nil") do={:set kept false}',
        "}",
        f":if ($kept) do={{{menu} set $row gateway=[:toarray $value]}}",
        "}",
    ]


def _set_rule(menu: str) -> list[str]:
    names = ("new-connection-mark", "new-routing-mark", "per-connection-classifier")
    return [f':if ($key = "{name}") do={{{menu} set $row {name}=$value}}' for name in names]


def _text(value: str) -> str:
    """A string of the language, always in quotes."""
    shown = rsc_value(value)
    return shown if shown.startswith('"') else f'"{shown}"'
