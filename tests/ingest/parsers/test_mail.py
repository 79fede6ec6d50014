import base64
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from ingest.parsers import Parsed, ParseSettings
from ingest.types import Document

Read = Callable[..., Parsed]
Blocks = Callable[[Document], list[tuple[str, str]]]


def letter(text: str = "Dear all,\n\nsee the file.\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Grüße aus Köln"
    message["From"] = "Ann <ann@example.org>"
    message["To"] = "bob@example.org"
    message["Date"] = "Tue, 07 May 2024 10:00:00 +0200"
    message.set_content(text)
    return message


HEAD = (
    "From: Ann <ann@example.org>\nTo: bob@example.org\nDate: Tue, 07 May 2024 10:00:00 +0200\nSubject: Grüße aus Köln"
)


def test_body_under_its_subject_and_headers_as_metadata(read: Read, blocks: Blocks) -> None:
    (document,) = read("a.eml", letter().as_bytes()).documents
    assert blocks(document) == [
        ("title", "Grüße aus Köln"),
        ("list", HEAD),
        ("text", "Dear all,"),
        ("text", "see the file."),
    ]
    assert document.blocks[2].heading == ("Grüße aus Köln",)
    assert document.metadata == {
        "subject": "Grüße aus Köln",
        "from": "Ann <ann@example.org>",
        "to": "bob@example.org",
        "date": "2024-05-07T10:00:00+02:00",
    }


def test_html_is_read_where_the_plain_text_says_less(read: Read) -> None:
    message = letter("Please use an HTML reader.\n")
    message.add_alternative(
        "<p>The pump stops at ten centimetres below the mark.</p><ul><li>clean it</li></ul>", "html"
    )
    (document,) = read("a.eml", message.as_bytes()).documents
    assert (
        document.text == f"Grüße aus Köln\n\n{HEAD}\n\nThe pump stops at ten centimetres below the mark.\n\n- clean it"
    )


def test_attachments_are_documents_and_unreadable_ones_warnings(read: Read) -> None:
    message = letter()
    message.add_attachment("# Notes\n\nText.", filename="n.md")
    message.add_attachment("other", filename="n.md")
    message.add_attachment(b"ID3\x00\x00", "audio", "mpeg", filename="s.mp3")
    parsed = read("a.eml", message.as_bytes())
    assert [(d.source, d.text) for d in parsed.documents[1:]] == [
        ("a.eml#n.md", "Notes\n\nText."),
        ("a.eml#n.md (2)", "other"),
    ]
    assert parsed.documents[1].metadata == {"attached_to": "a.eml"}
    assert parsed.warnings == ["attachment s.mp3: audio: transcribe it to text first"]


def test_attachments_within_attachments_end_somewhere(read: Read) -> None:
    message = letter("innermost\n")
    for depth in range(5):
        outer = letter(f"level {depth}\n")
        outer.add_attachment(message)
        message = outer
    parsed = read("a.eml", message.as_bytes(), ParseSettings(max_depth=2))
    assert len(parsed.documents) == 3
    assert parsed.warnings[0].endswith("attached too deep within attachments")


def test_wrong_character_sets_and_broken_headers(read: Read) -> None:
    head = b"Subject: =?no-such?Q?x=E9y?= =?utf-8?b?w6k=?=\nContent-Type: text/plain; charset=iso-8859-1\n\n"
    (document,) = read("a.eml", head + "I’m here".encode()).documents
    assert document.text.endswith("I’m here"), "UTF-8 that is called latin-1 is still UTF-8"
    (bare,) = read("b.eml", b"Subject: caf\xe9\nDate: whenever\n\nbody\n").documents
    assert (bare.metadata["subject"], bare.metadata["date"]) == ("café", "whenever")


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("iso-8859-8-i", "iso8859-8", "המחיר הוא 380 שקלים"),
        ("x-sjis", "cp932", "料金は三百円です"),
        ("windows-874", "cp874", "ราคา 90 บาท"),
        ("x-mac-cyrillic", "mac-cyrillic", "Цена 90 рублей"),
    ],
)
def test_character_sets_by_names_that_python_lacks(read: Read, charset: str, codec: str, text: str) -> None:
    words = base64.b64encode(text.encode(codec)).decode()
    head = f"Subject: =?{charset}?B?{words}?=\nContent-Type: text/plain; charset={charset}\n\n"
    (document,) = read("a.eml", head.encode() + text.encode(codec)).documents
    assert document.text == f"{text}\n\nSubject: {text}\n\n{text}"


def test_a_message_in_utf16(read: Read) -> None:
    (document,) = read("a.eml", "Subject: Hi\n\nThe body.\n".encode("utf-16")).documents
    assert document.text == "Hi\n\nSubject: Hi\n\nThe body."
