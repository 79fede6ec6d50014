"""E-mail: the body under its subject, headers as metadata, attachments as documents of their own."""

from __future__ import annotations

import mimetypes
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

from ingest.errors import MissingExtra, ParseError
from ingest.parsers.base import Parsed, ParseSettings
from ingest.parsers.builder import DocumentBuilder, one_line
from ingest.parsers.decode import clean, decode
from ingest.parsers.html import add_html, html_text
from ingest.parsers.registry import parse
from ingest.parsers.text import add_text
from ingest.types import Document

HEADERS = ("subject", "from", "to", "cc", "date")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within a message."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken apart: header values, bodies as (text, is HTML), attachments."""

    headers: dict[str, str]
    bodies: list[tuple[str, bool]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def parse_eml(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a message in the Internet's format."""
    data = path.read_bytes()
    text, encoding = decode(data)
    if encoding.startswith(("utf-16", "utf-32")) or data.startswith(b"\xef\xbb\xbf"):
        data = text.encode("utf-8")
    message = BytesParser(policy=policy.compat32).parsebytes(data.lstrip())
    letter = Letter({name: value for name in HEADERS if (value := _header(message, name))})
    _take_apart(message, letter, inline=False)
    return _parsed(letter, source, settings)


def parse_msg(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a message saved by Outlook."""
    try:
        import oxmsg
    except ImportError as error:
        raise MissingExtra("reading .msg files", "office") from error
    try:
        message = oxmsg.Message.load(str(path))
    except Exception as error:
        raise ParseError(f"damaged: {one_line(f'{type(error).__name__}: {error}')[:200]}") from error
    named = {name.lower(): value for name, value in message.message_headers.items()}
    headers = {name: one_line(_decoded(named[name])) for name in HEADERS if named.get(name)}
    headers |= {"subject": one_line(message.subject or "")} if message.subject else {}
    headers |= {"from": one_line(message.sender)} if message.sender else {}
    if message.sent_date:
        headers["date"] = message.sent_date.isoformat()
    plain, html = clean(message.body or ""), message.html_body or ""
    bodies = [(html, True)] if html and not _is_enough(plain, html) else [(plain, False)]
    files = [Attachment(a.file_name or "attachment", a.file_bytes or b"") for a in message.attachments]
    return _parsed(Letter(headers, bodies, files), source, settings)


def _parsed(letter: Letter, source: str, settings: ParseSettings) -> Parsed:
    builder = DocumentBuilder()
    builder.metadata.update({name: _date(value) if name == "date" else value for name, value in letter.headers.items()})
    builder.title(letter.headers.get("subject", ""))
    for text, is_html in letter.bodies:
        if is_html:
            add_html(builder, text)
        else:
            add_text(builder, text)
    documents = [builder.build(source)] if len(builder) else []
    warnings: list[str] = []
    for attachment in _distinct(letter.attachments):
        try:
            found = _parse_attachment(attachment, f"{source}#{attachment.name}", settings)
        except ParseError as error:
            warnings.append(f"attachment {attachment.name}: {error}")
            continue
        documents += [_attached(document, source) for document in found.documents]
        warnings += [f"attachment {attachment.name}: {warning}" for warning in found.warnings]
    return Parsed(documents, warnings)


def _attached(document: Document, source: str) -> Document:
    return replace(document, metadata={"attached_to": source, **document.metadata})


def _distinct(attachments: list[Attachment]) -> Iterator[Attachment]:
    """Two files of one name are two: the second is `name (2)`."""
    seen = Counter[str]()
    for attachment in attachments:
        seen[attachment.name] += 1
        again = seen[attachment.name]
        yield attachment if again == 1 else Attachment(f"{attachment.name} ({again})", attachment.data)


def _parse_attachment(attachment: Attachment, source: str, settings: ParseSettings) -> Parsed:
    if settings.max_depth == 0:
        raise ParseError("attached too deep within attachments")
    name = attachment.name.removesuffix(")").rpartition(" (")[0] if attachment.name.endswith(")") else attachment.name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"attachment{_ending(name)}"
        path.write_bytes(attachment.data)
        return parse(path, source, replace(settings, max_depth=settings.max_depth - 1))


def _ending(name: str) -> str:
    ending = Path(name.replace("/", "_").replace("\0", "")).suffix
    return ending if len(ending) <= 12 else ""


def _take_apart(part: Message, letter: Letter, inline: bool) -> None:
    """Sort a message's parts; `inline` tells that the part stands within an HTML page, as a logo does."""
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        letter_of_each = [Letter({}) for _ in _parts(part)]
        for inner, each in zip(_parts(part), letter_of_each, strict=True):
            _take_apart(inner, each, inline)
        _take_best(letter, letter_of_each)
    elif part.is_multipart() and kind != "message/rfc822":
        for inner in _parts(part):
            _take_apart(inner, letter, inline or kind == "multipart/related")
    elif kind == "message/rfc822":
        for number, inner in enumerate(_parts(part), start=1):
            name = _header(inner, "subject") or f"message {number}"
            letter.attachments.append(Attachment(f"{name}.eml", inner.as_bytes(policy=policy.compat32)))
    elif _is_body(part, kind):
        letter.bodies.append((_text(part), kind == "text/html"))
    elif not (inline and part.get("content-id") and kind.startswith("image/")):
        letter.attachments.append(Attachment(_file_name(part, kind), _payload(part)))


def _parts(part: Message) -> list[Message]:
    """The parts inside; none where the message claims to have some and has not."""
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _take_best(letter: Letter, alternatives: list[Letter]) -> None:
    """Of a body in several formats the plain one, unless it lacks what the HTML has; attachments of all."""
    for alternative in alternatives:
        letter.attachments.extend(alternative.attachments)
    plain = [each for each in alternatives if each.bodies and not each.bodies[0][1]]
    rich = [each for each in alternatives if each.bodies and each.bodies[0][1]]
    if plain and (not rich or _is_enough(plain[0].bodies[0][0], rich[-1].bodies[0][0])):
        letter.bodies.extend(plain[0].bodies)
    elif rich:
        letter.bodies.extend(rich[-1].bodies)


def _is_enough(plain: str, html: str) -> bool:
    return len(plain.split()) >= 0.7 * len(html_text(html).split()) and bool(plain.strip())


def _is_body(part: Message, kind: str) -> bool:
    disposition = (part.get_content_disposition() or "").lower()
    return kind in {"text/plain", "text/html"} and disposition != "attachment" and not _given_name(part)


def _text(part: Message) -> str:
    """A part's text: in the character set that it names where that fits, else in what the bytes look like.

    UTF-8 is believed before the name: hardly any other text is valid UTF-8 by chance, and much is sent as "latin-1".
    """
    data = _payload(part)
    text, encoding = decode(data)
    charset = str(part.get_content_charset() or "")
    try:
        return text if not charset or (encoding == "utf-8" and not data.isascii()) else clean(data.decode(charset))
    except (LookupError, UnicodeError):
        return text


def _payload(part: Message) -> bytes:
    """The bytes of a part; as written where its transfer encoding is not the one it names."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = part.get_payload()
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _given_name(part: Message) -> str:
    try:
        return one_line(_decoded(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError):  # a name in a character set that does not exist
        return ""


def _file_name(part: Message, kind: str) -> str:
    return _given_name(part) or f"attachment{mimetypes.guess_extension(kind) or ''}"


def _header(message: Message, name: str) -> str:
    value = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return one_line(_decoded(str(value)))


def _decoded(value: str) -> str:
    """A header's text: encoded words decoded, bare 8-bit bytes as what they look like."""
    if any("\udc80" <= character <= "\udcff" for character in value):
        value = decode(value.encode("utf-8", "surrogateescape"))[0]
    if "=?" not in value:
        return value
    try:
        return "".join(_word(word, charset) for word, charset in decode_header(value))
    except (HeaderParseError, ValueError):
        return value


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    try:
        return word.decode(charset or "ascii")
    except (LookupError, UnicodeError):
        return decode(word)[0]


def _date(value: str) -> str:
    """In ISO's form where it can be read, so that dates compare; as written otherwise."""
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return value
