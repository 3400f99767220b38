"""The login that provisioning makes: the least policies, one host, and nothing of somebody's own."""

import pytest

from tests.routeros.provision_exports import STATIC, wish
from tests.routeros.provisioned import LOGIN, SECRET, of_kind, provisioned
from wanwatch.core.provision.items import Blocked, Kind, LoginWish
from wanwatch.core.provision.login_items import lets_in, login_items
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import Survey
from wanwatch.sim.store import Store


async def test_the_login_may_do_the_least_and_from_one_host() -> None:
    async with provisioned(STATIC, wish(login=LOGIN)) as home:
        before = home.export()
        await home.apply()
        user = home.store.find("/user", name="wanwatch")
        group = home.store.find("/user/group", name="wanwatch")
        assert user is not None
        assert group is not None
        assert group.properties["policy"] == "read,write,api"
        assert user.properties["address"] == "192.168.88.200/32"
        assert user.properties["password"] == SECRET
        (service,) = of_kind(await home.verdicts(), Kind.SERVICE)
        assert service.item.blocked is Blocked.CERTIFICATE
        await home.remove()
        assert home.export() == before


async def test_api_ssl_with_a_certificate_is_opened_for_the_host_and_put_back() -> None:
    def certify(store: Store) -> None:
        service = store.find("/ip/service", name="api-ssl")
        assert service is not None
        store.update("/ip/service", service.id, {"certificate": "x", "disabled": "true"})

    async with provisioned(STATIC, wish(login=LOGIN), certify) as home:
        before = home.export()
        await home.apply()
        service = home.store.find("/ip/service", name="api-ssl")
        assert service is not None
        assert service.properties["disabled"] == "false"
        assert service.properties["address"] == "192.168.88.200/32"
        assert await home.apply() == []
        await home.remove()
        assert home.export() == before


async def test_an_api_ssl_in_use_lets_the_host_in_beside_the_others() -> None:
    def use(store: Store) -> None:
        service = store.find("/ip/service", name="api-ssl")
        assert service is not None
        store.update("/ip/service", service.id, {"certificate": "x", "address": "10.0.0.0/8"})

    async with provisioned(STATIC, wish(login=LOGIN), use) as home:
        before = home.export()
        await home.apply()
        service = home.store.find("/ip/service", name="api-ssl")
        assert service is not None
        assert service.properties["address"] == "10.0.0.0/8,192.168.88.200/32"
        await home.remove()
        assert home.export() == before


async def test_a_user_that_is_somebody_s_already_is_left_alone() -> None:
    async with provisioned(STATIC, wish(login=LoginWish("admin", LOGIN.host))) as home:
        assert not of_kind(await home.verdicts(), Kind.USER)
        assert not of_kind(await home.verdicts(), Kind.SERVICE)


async def test_a_user_that_was_pasted_is_enabled_with_its_password_only() -> None:
    async with provisioned(STATIC, wish(login=LOGIN)) as home:
        await home.apply()
        user = home.store.find("/user", name="wanwatch")
        assert user is not None
        home.store.update("/user", user.id, {"disabled": "true", "password": "to be chosen"})
        await home.apply()
        assert user.properties["disabled"] == "false"
        assert user.properties["password"] == SECRET


def test_where_users_cannot_be_read_nothing_is_said_of_them_but_that() -> None:
    survey = Survey(Snapshot(Version(7, 20)), refused=frozenset({"/user"}))
    items = list(login_items(survey, LOGIN))
    assert {item.blocked for item in items} == {Blocked.UNREADABLE}


@pytest.mark.parametrize(
    ("addresses", "is_let_in"),
    [
        ("", "yes"),
        ("0.0.0.0/0", "yes"),
        ("10.0.0.0/8,192.168.88.0/24", "yes"),
        ("192.168.88.200", "yes"),
        ("192.168.88.201/32", ""),
        ("2001:db8::/32", ""),
        ("somewhere", ""),
    ],
)
def test_a_list_of_addresses_lets_a_host_in_or_not(addresses: str, is_let_in: str) -> None:
    assert lets_in(addresses, "192.168.88.200") is bool(is_let_in)
