"""What the silence of a survey means: a live router is read whole, an export may be a part.

An ``/export`` lists only what differs from the defaults, and people paste parts of one. Nothing is
held against a router because a part of its configuration is not there.
"""

from wanwatch.core.survey import Survey

_WAYS_TO_AN_ADDRESS = ("/ip/address", "/ip/dhcp-client")


def is_whole(survey: Survey) -> bool:
    """True when nothing seems cut off: live, or an export with its beginning, middle and end.

    RouterOS writes the interfaces first and the system last, so an export that holds both, and the
    addresses and routes between them, is taken to be whole.
    """
    if survey.is_live:
        return True
    menus = [menu for menu, rows in survey.rows.items() if rows]
    return (
        any(menu.startswith("/interface/") for menu in menus)
        and any(menu.startswith("/system/") for menu in menus)
        and any(menu in menus for menu in _WAYS_TO_AN_ADDRESS)
        and "/ip/route" in menus
    )


def is_known(survey: Survey, menu: str) -> bool:
    """True when a row that is not in the menu is not on the router either."""
    if survey.is_live:
        return menu not in survey.refused
    return bool(survey.of(menu)) or is_whole(survey)
