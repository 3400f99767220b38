"""An export as a survey: its rows with their lines, and what could not be read."""

import pytest

from wanwatch.cli.console import Failure
from wanwatch.cli.exported import survey_text
from wanwatch.core.survey import LINE

EXPORT = """# by RouterOS 7.20.8
A note on top
/ip firewall nat
add action=masquerade chain=srcnat out-interface=ether1
/ip route
add dst-address=192.0.2.999/32 gateway=ether1
add gateway=192.0.2.1 routing_mark=a
add gateway=192.0.2.2 -- to be tested
"""


def test_rows_have_their_id_and_their_line_and_nothing_else_of_the_reader() -> None:
    survey = survey_text(EXPORT)
    assert [row[LINE] for row in survey.of("/ip/route")] == ["6", "7", "8"]
    hidden = {
        name for rows in survey.rows.values() for row in rows for name in row if name[0] == "."
    }
    assert hidden == {LINE, ".id"}


def test_no_interface_is_made_up() -> None:
    assert survey_text(EXPORT).of("/interface/ethernet") == ()


def test_lines_that_are_not_read_and_words_that_mean_nothing_are_told() -> None:
    unread = survey_text(EXPORT).unread
    assert [entry.line for entry in unread] == [2, 7, 8]
    assert "routing_mark=a" in unread[1].reason
    assert "-- to be tested" in unread[2].reason


def test_an_export_of_a_routeros_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(Failure, match=r"RouterOS 4\.5 is not known"):
        survey_text("# by RouterOS 4.5\n/ip route add gateway=192.0.2.1\n")


@pytest.mark.parametrize("name", ["distance", "scope", "gateway", "dst-address", "check-gateway"])
def test_a_value_of_any_length_is_only_a_bad_value(name: str) -> None:
    text = f"# by RouterOS 7.{'9' * 5000}\n/ip route\nadd {name}={'9' * 5000} gateway=192.0.2.1\n"
    assert len(survey_text(text).of("/ip/route")) == 1


def test_a_text_without_a_command_is_refused() -> None:
    with pytest.raises(Failure, match="holds no RouterOS command"):
        survey_text("nothing of the kind")
