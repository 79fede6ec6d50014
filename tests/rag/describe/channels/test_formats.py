from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from ingest.errors import InputError
from rag.describe.channels.formats import escape_markdown, format_catalogue, format_texts
from rag.describe.channels.write_channels import Channel, ChannelText
from rag.describe.product import SpannedText


def text(channel: Channel, content: str, reason: str = "") -> ChannelText:
    return ChannelText(channel, SpannedText(content), reason)


TEXTS = (
    text("title", "K_1 <b>*kettle*</b>"),
    text("bullets", "Colour: red & blue\nSize: 1. M"),
    text("long", "It is red."),
    text("meta_title", "", "too long"),
    text("alt_text", "K_1"),
    text("json_ld", '{"name": "K\\u003c"}'),
)


def test_text_has_a_heading_and_marked_bullets() -> None:
    assert format_texts(TEXTS[:3], "text") == (
        "K_1 <b>*kettle*</b>\n===================\n\n"
        "Bullets:\n- Colour: red & blue\n- Size: 1. M\n\nLong text:\nIt is red.\n"
    )


def test_markdown_shows_every_letter() -> None:
    page = LexborHTMLParser(MarkdownIt().render(format_texts(TEXTS, "markdown")))
    assert [node.text() for node in page.css("h2")] == ["K_1 <b>*kettle*</b>"]
    assert [node.text() for node in page.css("li")] == ["Colour: red & blue", "Size: 1. M"]
    assert [node.text() for node in page.css("p")] == ["It is red.", "Alt text: K_1"]
    assert page.css_first("code").text() == '{"name": "K\\u003c"}\n'


LISTED = text("long", "K_1 is red.\n\n- Size: 1. M\n- Not for: <b>*cats*</b> & dogs")


def test_lines_of_details_are_a_list() -> None:
    plain = format_texts((LISTED,), "text")
    assert plain == "Long text:\nK_1 is red.\n\n- Size: 1. M\n- Not for: <b>*cats*</b> & dogs\n"
    markdown = format_texts((LISTED,), "markdown")
    assert markdown == "K\\_1 is red.\n\n- Size: 1. M\n- Not for: \\<b\\>\\*cats\\*\\</b\\> &amp; dogs\n"
    for page in (MarkdownIt().render(markdown), format_texts((LISTED,), "html")):
        parsed = LexborHTMLParser(page)
        assert [node.text() for node in parsed.css("p")] == ["K_1 is red."]
        assert [node.text() for node in parsed.css("ul li")] == ["Size: 1. M", "Not for: <b>*cats*</b> & dogs"]
    assert [node.attributes["class"] for node in parsed.css("ul")] == ["long"]
    only = format_texts((text("long", "- Size: M"),), "html")
    assert only == '<article>\n<ul class="long"><li>Size: M</li></ul>\n</article>\n'


@pytest.mark.parametrize(
    "line", ["- a", "1. a", "+ a", "# a", "> a", "a_b_c", "`x`", "[a](b)", "&lt;", "a\\*b", "=", "~~a~~"]
)
def test_markdown_marks_are_escaped(line: str) -> None:
    page = LexborHTMLParser(MarkdownIt("commonmark").enable("strikethrough").render(escape_markdown(line)))
    assert page.body is not None
    assert page.body.text().strip() == line
    assert [node.tag for node in page.css("body *")] == ["p"]


def test_html_is_escaped_and_scripts_keep_their_json() -> None:
    page = LexborHTMLParser("".join(format_catalogue([('a"b', TEXTS), ("2", TEXTS[:1])], "html", "Shop <1>")))
    assert [node.text() for node in page.css("h1, h2")] == ["Shop <1>", "K_1 <b>*kettle*</b>", "K_1 <b>*kettle*</b>"]
    assert [node.attributes["id"] for node in page.css("article")] == ['a"b', "2"]
    assert [node.text() for node in page.css("li")] == ["Colour: red & blue", "Size: 1. M"]
    assert page.css_first("script").text() == '{"name": "K\\u003c"}'
    assert page.css_first("dl.alt-text dd").text() == "K_1"
    assert not page.css("b, dl.meta-title")


def test_a_catalogue_is_one_file_and_an_unknown_format_is_refused() -> None:
    pieces = list(format_catalogue([("1", TEXTS[:1]), ("2", TEXTS[2:3])], "markdown", "Shop"))
    assert "".join(pieces) == "# Shop\n\n## K\\_1 \\<b\\>\\*kettle\\*\\</b\\>\n\n## 2\n\nIt is red.\n"
    with pytest.raises(InputError, match="unknown format 'md'; known: text, markdown, html"):
        list(format_catalogue([], "md"))  # type: ignore[arg-type]
