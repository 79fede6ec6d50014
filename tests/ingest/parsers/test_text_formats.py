"""Plain text, source code, Markdown, reStructuredText and Org."""

from collections.abc import Callable

import pytest

from ingest.parsers import Parsed
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]


def test_text_has_paragraphs_lists_and_underlined_titles(read: Read, blocks: Blocks) -> None:
    text = "Manual\n======\n\nFirst line\nsecond line.\n\nYou need:\n- a pot\n- water\n  (cold)\n\n1. Boil.\n2. Wait.\n"
    (document,) = read("a.txt", text).documents
    assert blocks(document) == [
        ("title", "Manual"),
        ("text", "First line\nsecond line."),
        ("text", "You need:"),
        ("list", "- a pot\n- water\n  (cold)"),
        ("list", "1. Boil.\n2. Wait."),
    ]
    assert [block.heading for block in document.blocks] == [(), *[("Manual",)] * 4]


def test_no_titles_are_invented(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.txt", "SHOUTING\n\nA sentence.\n\n----------\n\n(c) 2020 Someone\n").documents
    assert blocks(document) == [("text", "SHOUTING"), ("text", "A sentence."), ("text", "(c) 2020 Someone")]


def test_lines_that_ask_are_titles_of_their_answers(read: Read, blocks: Blocks) -> None:
    text = "Pool rules\n\nMay dogs swim?\n\nNo.\n\nQ: Is it deep?\nA: Two metres.\n1. Is there a slide?\nYes.\n\nBye."
    (document,) = read("a.txt", text).documents
    assert [(block.kind, block.heading) for block in document.blocks] == [
        ("text", ()),
        ("title", ()),
        ("text", ("May dogs swim?",)),
        ("title", ()),
        ("text", ("Q: Is it deep?",)),
        ("title", ()),
        ("text", ("1. Is there a slide?",)),
        ("text", ("1. Is there a slide?",)),
    ]
    assert blocks(document)[3:5] == [("title", "Q: Is it deep?"), ("text", "A: Two metres.")]
    # One question alone is rhetoric, and questions below each other have no answers.
    for prose in ("So what now?\n\nWe wait.\n", "Who is it?\n\nWhat is it?\n\nWhere is it?\n"):
        assert {block.kind for block in read("b.txt", prose).documents[0].blocks} == {"text"}


def test_bold_lines_of_markdown_are_titles_unless_they_are_sentences(read: Read) -> None:
    questions = "**Opening hours**\n\nFrom 7 to 9.\n\n**Is it deep?**\nTwo metres.\n\n"
    (document,) = read("a.md", f"# Pool\n\n{questions}**Do not run.**\n\n**Bring:**\n\n- a towel\n").documents
    assert [
        (block.kind, document.text[block.start : block.end], block.heading[1:]) for block in document.blocks[1:]
    ] == [
        ("title", "Opening hours", ()),
        ("text", "From 7 to 9.", ("Opening hours",)),
        ("title", "Is it deep?", ()),
        ("text", "Two metres.", ("Is it deep?",)),
        ("text", "Do not run.", ("Is it deep?",)),
        ("text", "Bring:", ("Is it deep?",)),
        ("list", "- a towel", ("Is it deep?",)),
    ]


def test_source_code_is_code_in_its_own_indentation(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.py", "import os\n\n\ndef f():\n    x = 1\n\n    return x\n").documents
    assert blocks(document) == [("code", "import os"), ("code", "def f():\n    x = 1\n\n    return x")]


MARKDOWN = """---
title: Refunds
date: 2024-05-01
tags: [money, "30 days"]
draft: false
nested: {a: {b: 1}}
---
# Refund *policy* {#top}

We give [your money](http://x.example/) back in
`30` days. ![A smile](smile.png)
{: .lead }

{% include note.html %}
## How

1. Write to {{ site.mail }} us
   - with the number
2. Wait

```liquid
{% include x %}
```

| Plan | Price |
|------|------:|
| S    | **5** |
| M    |       |

<div class="box">Mind the <b>date</b></div>
<!-- not this -->
"""


def test_markdown_loses_its_markup_and_keeps_its_structure(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.md", MARKDOWN).documents
    assert blocks(document) == [
        ("title", "Refund policy"),
        ("text", "We give your money back in 30 days. A smile"),
        ("title", "How"),
        ("list", "1. Write to  us\n  - with the number\n2. Wait"),
        ("code", "{% include x %}"),
        ("table", "Plan: S; Price: 5\nPlan: M"),
        ("text", "Mind the date"),
    ]
    assert document.blocks[3].heading == ("Refund policy", "How")
    assert document.metadata == {
        "title": "Refunds",
        "date": "2024-05-01",
        "tags": ["money", "30 days"],
        "draft": False,
        "nested": '{"a": {"b": 1}}',
    }


def test_toml_front_matter(read: Read) -> None:
    (document,) = read("a.md", '+++\ntitle = "T"\nweight = 3\n+++\ntext\n').documents
    assert (document.text, document.metadata) == ("text", {"title": "T", "weight": 3})


def test_broken_front_matter_is_kept_as_text_with_a_warning(read: Read) -> None:
    parsed = read("a.md", "---\na: [1\n---\n\ntext\n")
    assert "a: [1" in parsed.documents[0].text
    assert parsed.warnings == ["what looks like front matter is not valid and was read as text"]


def test_a_thematic_break_is_no_front_matter(read: Read) -> None:
    parsed = read("a.md", "---\n\nHello\n\n---\n\nBye\n")
    assert (parsed.documents[0].text, parsed.warnings) == ("Hello\n\nBye", [])


def test_code_inside_a_list_item_is_a_block_of_its_own(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.md", "1. Install:\n\n   ```sh\n   brew install\n   ```\n2. Run\n").documents
    assert blocks(document) == [("list", "1. Install:"), ("code", "brew install"), ("list", "2. Run")]


def test_template_of_a_page_loses_its_ruby(read: Read) -> None:
    assert read("a.html.md.erb", "Run <%= name %> now\n").documents[0].text == "Run  now"


RST = """
=====
Guide
=====

Intro with ``code``, **bold** and a `link <http://x>`_ to :ref:`setup <s>`::

    run --now

Setup
-----

.. note:: Mind the gap.

- one
  goes on
- two

.. code-block:: python
   :linenos:

   x = 1

===== =====
A     B
===== =====
1     2
===== =====

.. _target:
.. a comment
"""


def test_restructuredtext(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.rst", RST).documents
    assert blocks(document) == [
        ("title", "Guide"),
        ("text", "Intro with code, bold and a link to setup:"),
        ("code", "run --now"),
        ("title", "Setup"),
        ("text", "Mind the gap."),
        ("list", "- one goes on\n- two"),
        ("code", "x = 1"),
        ("table", "A: 1; B: 2"),
    ]
    assert document.blocks[5].heading == ("Guide", "Setup")


SPHINX = """\
.. |name| replace:: Openbook
.. |today| date::

|name| has :func:`~a.b.open`, :doc:`the guide <guide>`, :var:`X_<Y>` and __all__ [1]_.

Term
    Its *meaning*.

    And more.

:Author: Ann

-a, --all  Show all.

1. First::

     code 1

2. Second

   a) inner

.. versionadded:: 1.2
   The option.

.. class:: Reader(path)

   Reads.

   .. tab:: Linux

      - ``apt``

.. code-block:: python
   :caption: An example
   :emphasize-lines: 1

   x = 1

.. list-table:: Sizes
   :header-rows: 1

   * - A
     - B
   * - 1
     - two
       lines

.. image:: x.png
   :alt: A picture
.. toctree::

   guide
.. include:: /etc/passwd
.. csv-table::
   :file: /etc/passwd
.. raw:: html

   <b>raw</b>

| A line
|   block

.. [1] A note.

.. a comment
"""


def test_rst_of_sphinx_keeps_its_text(read: Read, blocks: Blocks, capfd: pytest.CaptureFixture[str]) -> None:
    (document,) = read("a.rst", SPHINX).documents
    assert blocks(document) == [
        ("text", "Openbook has a.b.open, the guide, X_<Y> and __all__ ."),
        ("list", "Term: Its meaning. And more."),
        ("list", "Author: Ann"),
        ("list", "-a, --all: Show all."),
        ("list", "1. First:"),
        ("code", "code 1"),
        ("list", "2. Second\n  a) inner"),
        ("text", "1.2"),
        ("text", "The option."),
        ("text", "Reader(path)"),
        ("text", "Reads."),
        ("text", "Linux"),
        ("list", "- apt"),
        ("text", "An example"),
        ("code", "x = 1"),
        ("table", "Sizes\nA: 1; B: two lines"),
        ("text", "A picture"),
        ("text", "A line\nblock"),
        ("text", "A note."),
    ]
    assert capfd.readouterr() == ("", "")


def test_rst_with_mistakes_keeps_its_text(read: Read, blocks: Blocks) -> None:
    text = "Handbook\n====\n\n*open and `open\n\n- a\nb\n\n+--+\n|ab|x\n+--+\n\n.. note::\n\n   In\n   ==\n\n   text\n"
    (document,) = read("a.rst", text).documents
    assert blocks(document) == [
        ("title", "Handbook"),
        ("text", "*open and `open"),
        ("list", "- a"),
        ("text", "b"),
        ("text", "+--+ |ab|x +--+"),
        ("text", "In"),
        ("text", "text"),
    ]


ORG = """#+TITLE: Notes
* TODO Setup :work:
:PROPERTIES:
:ID: 1
:END:
See [[http://x][the site]] for *bold* things.
** Steps
- one
- two
#+BEGIN_SRC sh
ls
#+END_SRC
| a | b |
|---+---|
| 1 | 2 |
"""


def test_org(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.org", ORG).documents
    assert blocks(document) == [
        ("title", "Setup"),
        ("text", "See the site for bold things."),
        ("title", "Steps"),
        ("list", "- one\n- two"),
        ("code", "ls"),
        ("table", "a: 1; b: 2"),
    ]
    assert document.blocks[3].heading == ("Setup", "Steps")
    assert document.metadata == {"title": "Notes"}
