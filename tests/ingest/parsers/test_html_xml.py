from collections.abc import Callable

import pytest

from ingest.errors import ParseError
from ingest.parsers import Parsed
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]

PAGE = """<!doctype html><html lang="en"><head><title>Shop &amp; Co</title>
<meta name="description" content="All about returns"><style>p {}</style></head>
<body><nav><a href="/">Home</a></nav><div id="cookie-banner">We use cookies</div>
<main><h1>Returns</h1><p>Send it
back<br>in 30&nbsp;days.</p><script>evil()</script>
<h2>Steps</h2><ol start="3"><li>Pack <b>it</b></li><li>Send it<ul><li>by post</li></ul></li></ol>
<table><tr><th>Plan</th><th>Price</th></tr><tr><td>S</td><td>5 €</td></tr></table>
<pre>a
  b</pre><form><input name="q"><button>Search</button></form></main>
<footer>Imprint</footer></body></html>"""


def test_html_without_its_furniture(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.html", PAGE).documents
    assert blocks(document) == [
        ("title", "Returns"),
        ("text", "Send it back\nin 30 days."),
        ("title", "Steps"),
        ("list", "3. Pack it\n4. Send it\n  - by post"),
        ("table", "Plan: S; Price: 5 €"),
        ("code", "a\n  b"),
    ]
    assert document.blocks[3].heading == ("Returns", "Steps")
    assert document.metadata == {"title": "Shop & Co", "description": "All about returns", "language": "en"}


QUESTIONS = """<main><h1>Pool</h1>
<div><h2><button aria-controls="a">May dogs swim?</button></h2><div id="a" hidden>No.</div></div>
<button aria-expanded="false">Towels</button><div>At the desk.</div><button>Print</button>
<details><summary>Is there <b>parking</b>?</summary><p>Yes.</p>
<details><summary>Free?</summary>For guests.</details></details>
<dl><dt>Can I pay by card?</dt><dd>Yes.</dd><dt>Or cheque?</dt><dd>No.</dd></dl><p>Write to us.</p>
<dl><dt>Depth</dt><dd>2 m</dd><dt>Lanes</dt><dd>8</dd></dl>
<p><strong>Where are lockers?</strong></p><p>Behind the showers.</p><p><b>Careful:</b></p><p>Wet floor.</p></main>"""


def test_what_heads_an_answer_is_its_title(read: Read) -> None:
    (document,) = read("a.html", f"<body>{QUESTIONS}</body>").documents
    assert [
        (block.heading[1:], document.text[block.start : block.end])
        for block in document.blocks
        if block.kind != "title"
    ] == [
        (("May dogs swim?",), "No."),
        (("May dogs swim?", "Towels"), "At the desk."),
        (("May dogs swim?", "Is there parking?"), "Yes."),
        (("May dogs swim?", "Is there parking?", "Free?"), "For guests."),
        (("May dogs swim?", "Can I pay by card?"), "Yes."),
        (("May dogs swim?", "Or cheque?"), "No."),
        (("May dogs swim?",), "Write to us."),
        (("May dogs swim?",), "Depth: 2 m\nLanes: 8"),
        (("May dogs swim?", "Where are lockers?"), "Behind the showers."),
        (("May dogs swim?", "Where are lockers?"), "Careful:"),
        (("May dogs swim?", "Where are lockers?"), "Wet floor."),
    ]


def test_a_page_of_nothing_but_furniture_is_not_lost(read: Read) -> None:
    assert read("a.html", "<body><nav>Only <a>links</a> here</nav></body>").documents[0].text == "Only links here"


def test_a_form_around_the_page_is_no_furniture(read: Read) -> None:
    page = "<body><form><h1>Title</h1><p>All the text of the page</p></form></body>"
    assert read("a.html", page).documents[0].text == "Title\n\nAll the text of the page"


def test_layout_tables_are_walked_through(read: Read, blocks: Blocks) -> None:
    inner = "<table><tr><td>1</td><td>2</td></tr></table>"
    page = f"<table><tr><td><h1>T</h1><p>x</p></td><td>{inner}</td></tr></table>"
    assert blocks(read("a.html", page).documents[0]) == [("title", "T"), ("text", "x"), ("table", "1 | 2")]


@pytest.mark.parametrize("tag", ["div", "ul><li", "b", "table><tr><td", "blockquote"])
def test_nesting_of_any_depth(read: Read, tag: str) -> None:
    assert "deep" in read("a.html", f"<{tag}>" * 8_000 + "deep").documents[0].text


def test_xhtml_is_html(read: Read) -> None:
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><h1>T</h1><p>x</p></body></html>'
    assert read("a.xml", page).documents[0].text == "T\n\nx"


FEED = """<?xml version="1.0" encoding="utf-16"?><rss><channel><title>News</title>
<item><title>One</title><description>&lt;p&gt;First &lt;b&gt;news&lt;/b&gt;&lt;/p&gt;</description></item>
<item id="7"><title>Two</title><description>Second</description></item></channel></rss>"""


def test_records_of_a_feed(read: Read, blocks: Blocks) -> None:
    assert blocks(read("a.xml", FEED.encode("utf-16")).documents[0]) == [
        ("text", "News"),
        ("title", "One"),
        ("list", "description: First news"),
        ("title", "Two"),
        ("list", "id: 7\ndescription: Second"),
    ]


BOMB = '<!DOCTYPE b [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_a_billion_laughs_stay_one(read: Read) -> None:
    assert read("a.xml", f"{BOMB}]><b><c>text</c><d>&i;</d></b>").documents[0].text == "c: text"


def test_no_file_is_read_through_an_entity(read: Read) -> None:
    xml = '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b><c>text</c><d>&x;</d></b>'
    assert read("a.xml", xml).documents[0].text == "c: text"


def test_broken_xml_is_read_as_far_as_it_goes(read: Read) -> None:
    parsed = read("a.xml", "<a><b>one</b><c>two</a>")
    assert parsed.documents[0].text == "b: one\nc: two"
    assert parsed.warnings[0].startswith("not valid XML, read as far as it can be: ")


def test_xml_without_text_or_of_none(read: Read) -> None:
    with pytest.raises(ParseError, match="no text found"):
        read("a.xml", "<a><b/></a>")
    with pytest.raises(ParseError, match="not valid XML"):
        read("b.xml", "just words")
