"""E-mail: headers and body under the subject, headers as metadata, too, and each attachment as a document."""

from __future__ import annotations

import mimetypes
import tempfile
from collections import Counter
from contextlib import suppress
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
from ingest.parsers.builder import DocumentBuilder
from ingest.parsers.decode import clean, decode, find_codec, one_line
from ingest.parsers.html import add_html, strip_html
from ingest.parsers.registry import parse
from ingest.parsers.text import add_text

HEADERS = ("subject", "from", "to", "cc", "date")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within a message."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """A message in parts: header values, bodies as (text, is HTML), attachments."""

    headers: dict[str, str]
    bodies: list[tuple[str, bool]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def parse_eml(path: Path, source: str, settings: ParseSettings) -> Parsed:
    """Read a message in the Internet message format."""
    data = path.read_bytes()
    text, encoding = decode(data)
    if encoding.startswith(("utf-16", "utf-32")) or data.startswith(b"\xef\xbb\xbf"):
        data = text.encode("utf-8")
    # The older policy never fails on malformed headers; the newer ones do.
    message = BytesParser(policy=policy.compat32).parsebytes(data.lstrip())
    mail = Mail({name: value for name in HEADERS if (value := _header_text(message, name))})
    _collect_parts(message, mail, inline=False)
    return _parse_mail(mail, source, settings)


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
    # Outlook's own fields go before the transport headers, which drafts lack.
    named = {name.lower(): value for name, value in message.message_headers.items()}
    headers = {name: one_line(_decode_words(named[name])) for name in HEADERS if named.get(name)}
    headers |= {"subject": one_line(message.subject or "")} if message.subject else {}
    headers |= {"from": one_line(message.sender)} if message.sender else {}
    if message.sent_date:
        headers["date"] = message.sent_date.isoformat()
    # Of the two versions of the body, the plain one is read unless it lacks much of the text.
    plain, html = clean(message.body or ""), message.html_body or ""
    bodies = [(html, True)] if html and not _is_enough(plain, html) else [(plain, False)]
    files = [Attachment(a.file_name or "attachment", a.file_bytes or b"") for a in message.attachments]
    return _parse_mail(Mail(headers, bodies, files), source, settings)


def _parse_mail(mail: Mail, source: str, settings: ParseSettings) -> Parsed:
    # The message itself.
    builder = DocumentBuilder()
    builder.metadata.update(mail.headers)
    with suppress(ValueError, TypeError, IndexError, OverflowError):  # a date that cannot be read stays as it is
        builder.metadata["date"] = parsedate_to_datetime(mail.headers.get("date", "")).isoformat()
    builder.title(mail.headers.get("subject", ""))
    shown = ("from", "to", "cc", "date", "subject")
    builder.items(f"{name.title()}: {mail.headers[name]}" for name in shown if mail.headers.get(name))
    for text, is_html in mail.bodies:
        if is_html:
            add_html(builder, text)
        else:
            add_text(builder, text)
    documents = [builder.build(source)] if len(builder) else []
    # The attachments; of two with the same name, the second is called `name (2)`.
    warnings: list[str] = []
    names = Counter[str]()
    for attachment in mail.attachments:
        names[attachment.name] += 1
        count = names[attachment.name]
        name = attachment.name if count == 1 else f"{attachment.name} ({count})"
        try:
            parsed = _parse_attachment(attachment, f"{source}#{name}", settings)
        except ParseError as error:
            warnings.append(f"attachment {name}: {error}")
            continue
        documents += [
            replace(document, metadata={"attached_to": source, **document.metadata}) for document in parsed.documents
        ]
        warnings += [f"attachment {name}: {warning}" for warning in parsed.warnings]
    return Parsed(documents, warnings)


def _parse_attachment(attachment: Attachment, source: str, settings: ParseSettings) -> Parsed:
    if settings.max_depth == 0:
        raise ParseError("attached too deep within attachments")
    # The ending is that of the original name, before any ` (2)`.
    name = attachment.name.removesuffix(")").rpartition(" (")[0] if attachment.name.endswith(")") else attachment.name
    ending = Path(name.replace("/", "_").replace("\0", "")).suffix
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"attachment{ending if len(ending) <= 12 else ''}"
        path.write_bytes(attachment.data)
        return parse(path, source, replace(settings, max_depth=settings.max_depth - 1))


def _collect_parts(part: Message, mail: Mail, inline: bool) -> None:
    """Sort the parts of a message into bodies and attachments; `inline` parts belong to a page of HTML, as logos do."""
    kind = part.get_content_type()
    # The parts inside; some messages claim to have parts and have none.
    payload = part.get_payload() if part.is_multipart() else []
    inner_parts = [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []
    if kind == "multipart/alternative":
        alternatives = []
        for inner in inner_parts:
            alternatives.append(Mail({}))
            _collect_parts(inner, alternatives[-1], inline)
        _add_best(mail, alternatives)
    elif part.is_multipart() and kind != "message/rfc822":
        for inner in inner_parts:
            _collect_parts(inner, mail, inline or kind == "multipart/related")
    elif kind == "message/rfc822":
        for number, inner in enumerate(inner_parts, start=1):
            name = _header_text(inner, "subject") or f"message {number}"
            mail.attachments.append(Attachment(f"{name}.eml", inner.as_bytes(policy=policy.compat32)))
    else:
        name = _file_name(part)
        attached = (part.get_content_disposition() or "").lower() == "attachment"
        if kind in {"text/plain", "text/html"} and not attached and not name:
            mail.bodies.append((_body_text(part), kind == "text/html"))
        elif not (inline and part.get("content-id") and kind.startswith("image/")):
            name = name or f"attachment{mimetypes.guess_extension(kind) or ''}"
            mail.attachments.append(Attachment(name, _payload(part)))


def _add_best(mail: Mail, alternatives: list[Mail]) -> None:
    """Add the plain version of a body, or the HTML where it has much more text; attachments of all versions."""
    for alternative in alternatives:
        mail.attachments.extend(alternative.attachments)
    plain = [alternative for alternative in alternatives if alternative.bodies and not alternative.bodies[0][1]]
    rich = [alternative for alternative in alternatives if alternative.bodies and alternative.bodies[0][1]]
    if plain and (not rich or _is_enough(plain[0].bodies[0][0], rich[-1].bodies[0][0])):
        mail.bodies.extend(plain[0].bodies)
    elif rich:
        mail.bodies.extend(rich[-1].bodies)


def _is_enough(plain: str, html: str) -> bool:
    return len(plain.split()) >= 0.7 * len(strip_html(html).split()) and bool(plain.strip())


def _body_text(part: Message) -> str:
    """Return the text of a part, in the character set that it names where that fits, else in that of its bytes.

    Valid UTF-8 goes before the name: other text is hardly ever valid by chance, and much UTF-8 is sent as "latin-1".
    """
    # Whatever the part says of its character set, the bytes are looked at first.
    data = _payload(part)
    text, encoding = decode(data)
    codec = find_codec(str(part.get_content_charset() or ""))
    try:
        return text if codec is None or (encoding == "utf-8" and not data.isascii()) else clean(data.decode(codec))
    except (LookupError, UnicodeError):
        return text


def _payload(part: Message) -> bytes:
    """Return the bytes of a part, as written where its transfer encoding is not the one it names."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = part.get_payload()
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        return one_line(_decode_words(part.get_filename() or ""))
    except (ValueError, LookupError, TypeError):  # a name in a character set that does not exist
        return ""


def _header_text(message: Message, name: str) -> str:
    value = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return one_line(_decode_words(str(value)))


def _decode_words(value: str) -> str:
    """Return the text of a header, with encoded words and bare 8-bit bytes decoded."""
    # Bare 8-bit bytes come as half characters.
    if any("\udc80" <= character <= "\udcff" for character in value):
        value = decode(value.encode("utf-8", "surrogateescape"))[0]
    if "=?" not in value:
        return value
    try:
        words = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    parts = []
    for word, charset in words:
        try:
            parts.append(word if isinstance(word, str) else word.decode(find_codec(charset or "ascii") or "ascii"))
        except (LookupError, UnicodeError):
            parts.append(decode(word)[0])
    return "".join(parts)
