"""The picture of an outage."""

from xml.etree import ElementTree as ET

from tests.lab.small_story import STORY
from tests.lab.timeline import COLORS, WAITING, Mark, draw

_SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> ET.Element:
    text = draw(STORY, [Mark(100.0, "line cut & dry")], "a <small> outage", 90.0, 120.0)
    return ET.fromstring(text)  # noqa: S314 - drawn here


def test_the_picture_is_well_formed_and_says_what_it_is() -> None:
    picture = drawn()
    texts = [text.text for text in picture.iter(f"{_SVG}text")]
    assert "a <small> outage" in texts
    assert "line cut & dry" in texts
    assert "new connections of wan1" in texts
    assert "new connections of wan2" in texts


def test_each_line_has_its_colour_and_waiting_has_its_own() -> None:
    strokes = {path.get("stroke") for path in drawn().iter(f"{_SVG}path")}
    assert {COLORS[0], COLORS[1], WAITING} <= strokes


def test_a_mark_stands_where_its_moment_is() -> None:
    (mark,) = [p for p in drawn().iter(f"{_SVG}path") if p.get("stroke-dasharray")]
    assert (mark.get("d") or "").startswith("M463.3 ")
