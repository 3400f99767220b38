r"""Whatever was loaded is written and loads again to the same rows, whoever wrote it."""

from collections.abc import Mapping

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wanwatch.core.survey import LINE
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.rsc_values import quote
from wanwatch.sim.store import Store

SCRIPT = r"""/system script
add dont-require-permissions=no name=helper owner=admin policy=read,write source="#\
    ####\r\
    \n:local n 0;\r\
    \n/ip route add gateway=\$gw comment=\"Line\$n\" \\\r\
    \n   distance=2\r\
    \n:if (\$n=1) do={\r\
    \n/ip route remove [find]\r\
    \n}"
"""
PASTED = """[admin@r1] > /export
# by RouterOS 6.49.10
/interface ethernet
set [ find default-name=ether1 ] comment="to the north" mtu=1500 name="Port 1: WAN"
set [ find default-name=ether2 ] name=ether3
/interface wireless security-profiles
set [ find default=yes ] supplicant-identity=r1
add eap-methods="" name=guests
/interface ethernet switch port
set 0 vlan-mode=secure
set 1 vlan-mode=secure
/ip dns
set allow-remote-requests=no cache-size=2048KiB servers=""
/ip service
set telnet disabled=yes
set www-ssl disabled=no
/ip firewall mangle
add action=mark-connection chain=prerouting in-interface=!ether3 new-connection-mark="a " \
    passthrough=yes per-connection-classifier=both-addresses:2/0
add action=mark_connection chain=prerouting new_connection_mark=b -- to be tested
add chain=forward comment="\\D0\\94\\"\\\\\\$\\?\\r\\n" place-before=0
/ip route
add gateway=($found->"gw") target=scope=10
add copy-from=0 distance=near
/routing magic
add power=9 silent
set [ find name=x ] name=y
"""
NAMES = ("comment", "gateway", "chain", "name", "x-y", "routing-mark", "fib", "list", "interface")
TEXTS = st.text(st.characters(max_codepoint=255), max_size=8)
MENUS = (
    *("/ip/route", "/ip/firewall/mangle", "/routing/table", "/ip/service", "/ip/dns", "/user"),
    *("/interface/ethernet", "/interface/list/member", "/ip/dhcp-client", "/zoo/lions"),
)


@st.composite
def commands(draw: st.DrawFn) -> str:
    """A command with odd values, in a menu that is known or is not."""
    menu = draw(st.sampled_from(MENUS))
    verb = draw(
        st.sampled_from(
            ["add", "set", "set [ find name=a ]", "set 0", "set name", 'set "!x"', "remove 0"]
        )
    )
    values = draw(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=4))
    words = draw(
        st.lists(st.sampled_from(["fib", "blackhole", "--", "silent", "x_y=1", '"!z"']), max_size=2)
    )
    pairs = [f"{name}={quote(value)}" for name, value in values.items()]
    return " ".join([menu, verb, *pairs, *words])


def rows_of(store: Store) -> Mapping[str, list[dict[str, str]]]:
    """Every menu's rows in their order, without the lines they were read from."""
    return {
        path: [{n: v for n, v in i.properties.items() if n != LINE} for i in store.items(path)]
        for path in store.paths()
    }


def assert_lossless(text: str) -> None:
    first, second = Store(), Store()
    report = load_export(text, first)
    written = write_export(first, report.version)
    again = load_export(written, second, report.version)
    assert rows_of(second) == rows_of(first)
    assert again.unreadable == ()
    assert write_export(second, again.version) == written


@given(st.lists(commands(), max_size=8), st.sampled_from(["6.49", "7.20"]))
@example([PASTED], "6.49")
@example([PASTED], "7.20")
@example([SCRIPT], "6.49")
@settings(max_examples=150, deadline=None)
def test_an_export_that_is_written_loads_to_the_same_rows(lines: list[str], version: str) -> None:
    assert_lossless("\n".join([f"# by RouterOS {version}", *lines]))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_export_is_loaded_and_written_as_faithfully(data: st.DataObject) -> None:
    text = PASTED + SCRIPT
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        end = min(len(text), at + data.draw(st.integers(0, 60)))
        put = data.draw(
            st.sampled_from(["", text[at:end] * 2, '"', "{", "}", "[", "\\", "\n", "\x93"])
        )
        text = text[:at] + put + text[end:]
    assert_lossless(text)


@given(TEXTS)
def test_any_bytes_of_a_script_come_back(source: str) -> None:
    store = Store()
    load_export(f"/system script\nadd name=a source={quote(source)}\n", store)
    assert store.items("/system/script")[0].properties.get("source", "") == source


def test_unknown_menus_and_properties_and_the_order_of_rows_stay() -> None:
    store = Store()
    report = load_export(PASTED, store)
    written = write_export(store, report.version)
    assert "/routing magic add power=9 silent" in written
    assert '/interface wireless security-profiles add eap-methods="" name=guests' in written
    mangle = [line for line in written.splitlines() if line.startswith("/ip firewall mangle")]
    assert "chain=forward" in mangle[0]
    assert "in-interface=!ether3" in mangle[1]


def test_a_port_named_like_another_ports_default_is_not_that_port() -> None:
    assert_lossless(
        "/interface ethernet\nset [ find default-name=ether1 ] name=ether2\n"
        "set [ find default-name=ether2 ] name=ether1\n"
    )
