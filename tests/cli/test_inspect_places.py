"""A row is named so that a person finds it."""

from wanwatch.cli.exported import survey_text
from wanwatch.cli.inspect_places import Places
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.core.survey import LINE, Survey

MANGLE = "/ip/firewall/mangle"


def survey(menu: str, *rows: dict[str, str], version: str = "7.20", live: bool = True) -> Survey:
    return Survey(Snapshot(Version.parse(version)), {menu: rows}, is_live=live)


def finding(where: str, menu: str = MANGLE, **data: str) -> Finding:
    return Finding("some-code", Severity.INFO, where, tuple(data.items()), menu=menu)


def test_a_row_is_named_by_menu_number_id_and_comment() -> None:
    rows = ({".id": "*7"}, {".id": "*D", "comment": "our  first\r\nline"})
    place = Places(survey(MANGLE, *rows)).of(MANGLE, "*D")
    assert str(place) == '/ip/firewall/mangle 1 (*D) "our first line"'


def test_a_row_of_an_export_is_named_by_its_line_and_not_by_its_made_up_id() -> None:
    row = {".id": "*1", LINE: "34", "comment": "Ð\x9c"}
    place = Places(survey(MANGLE, row, live=False)).of(MANGLE, "*1")
    assert place is not None
    assert str(place) == '/ip/firewall/mangle 0 (*1) "\u041c", line 34'
    assert place.to_read == '/ip/firewall/mangle 0 "\u041c", line 34'


def test_a_long_comment_is_shortened() -> None:
    place = Places(survey(MANGLE, {".id": "*1", "comment": "x" * 200})).of(MANGLE, "*1")
    assert place is not None
    assert len(place.comment) == 40
    assert place.comment.endswith("x...")


def test_routeros_7_does_not_number_routes_that_it_made() -> None:
    rows = ({".id": "*1", "dynamic": "true"}, {".id": "*2"})
    for version, number in (("7.20", 0), ("6.49", 1)):
        places = Places(survey("/ip/route", *rows, version=version))
        place = places.of("/ip/route", "*2")
        assert place is not None
        assert place.number == number
    made = Places(survey("/ip/route", *rows)).of("/ip/route", "*1")
    assert made is not None
    assert (made.number, made.short, str(made)) == (None, "*1", "/ip/route (*1)")


def test_within_a_sentence_rows_are_their_numbers() -> None:
    places = Places(survey(MANGLE, {".id": "*A"}, {".id": "*B"}, {".id": "*C"}))
    shown = places.readable(finding("*B", others="*A, *C", mark="*", gateway="*402"))
    assert shown.where == "1"
    assert dict(shown.data) == {"others": "0, 2", "mark": "*", "gateway": "*402"}


def test_a_name_that_looks_like_an_id_stays_a_name() -> None:
    places = Places(survey(MANGLE, {".id": "*A"}))
    about_a_name = finding("*A", menu="")
    assert places.readable(about_a_name) == about_a_name
    assert places.of_finding(about_a_name) is None


def test_every_row_of_an_export_has_a_place() -> None:
    text = "/ip firewall mangle\nadd chain=prerouting action=accept\nadd chain=output\n"
    read = survey_text(text)
    numbers = [Places(read).of(MANGLE, row[".id"]) for row in read.of(MANGLE)]
    assert [place and place.number for place in numbers] == [0, 1]
