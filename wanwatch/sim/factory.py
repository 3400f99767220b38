"""The rows that every RouterOS router has before anybody configures it, and no export lists."""

from wanwatch.core.snapshot import Version
from wanwatch.sim.export_hidden import SET_BY
from wanwatch.sim.menus import menus_of
from wanwatch.sim.rows import complete
from wanwatch.sim.store import Store

_SERVICES = (
    *(("telnet", "23"), ("ftp", "21"), ("www", "80"), ("ssh", "22"), ("www-ssl", "443")),
    *(("api", "8728"), ("winbox", "8291"), ("api-ssl", "8729")),
)
_POLICIES = {
    "read": "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon",
    "write": "local,telnet,ssh,reboot,read,write,test,winbox,password,web,sniff,sensitive,api,romon",
    "full": "local,telnet,ssh,ftp,reboot,read,write,policy,test,winbox,password,web,sniff,"
    "sensitive,api,romon",
}


def furnish(store: Store, version: Version) -> None:
    """Add the services, the groups and the user admin, where an export did not bring them."""
    for name, port in _SERVICES:
        _ensure(store, version, "/ip/service", {"name": name, "port": port})
    for name, policy in _POLICIES.items():
        _ensure(store, version, "/user/group", {"name": name, "policy": policy})
    _ensure(store, version, "/user", {"name": "admin", "group": "full"})


def _ensure(store: Store, version: Version, path: str, row: dict[str, str]) -> None:
    found = store.find(path, name=row["name"])
    if found is not None:
        missing = {name: value for name, value in row.items() if name not in found.properties}
        if missing:
            store.update(path, found.id, missing)
        return
    complete(menus_of(version)[path], row, is_v7=version >= Version(7))
    store.add(path, {**row, SET_BY: "name"})
