"""A tag undoes a change and leaves the operator's comment byte for byte."""

from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.tags import Tag, join_comment, split_comment

latin1 = st.text(st.characters(max_codepoint=255))
names = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1).filter(
    lambda n: n not in ("wan", "added")
)
tags = st.builds(
    Tag,
    wan=latin1.filter(bool),
    originals=st.dictionaries(names, latin1, max_size=3),
    added=latin1,
)


@given(latin1.filter(lambda text: split_comment(text)[1] is None), tags)
def test_any_comment_and_any_tag_come_back_as_they_went_in(comment: str, tag: Tag) -> None:
    assert split_comment(join_comment(comment, tag)) == (comment, tag)


@given(tags)
def test_a_tag_is_ascii_on_one_line(tag: Tag) -> None:
    assert str(tag).isascii()
    assert str(tag).isprintable()


def test_a_tag_reads_as_an_operator_would_write_it() -> None:
    tag = Tag("isp1", {"disabled": "no"})
    assert join_comment("main line", tag) == "main line [wanwatch: wan=isp1 disabled=no]"
    assert join_comment("", tag) == "[wanwatch: wan=isp1 disabled=no]"


def test_mark_names_with_spaces_and_brackets_survive() -> None:
    tag = Tag("isp1", {"new-routing-mark": "Out ]Charter["})
    assert split_comment(str(tag)) == ("", tag)
    assert str(tag) == "[wanwatch: wan=isp1 new-routing-mark=Out%20%5DCharter%5B]"


def test_a_comment_that_only_mentions_wanwatch_is_foreign() -> None:
    for comment in (
        "watched by [wanwatch]",
        "[wanwatch: ]",
        "[wanwatch: disabled=no]",
        "wanwatch: x",
    ):
        assert split_comment(comment) == (comment, None)
