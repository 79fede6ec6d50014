"""Decode bytes of unknown encoding, and drop characters that do not belong into text."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

# Byte order marks, and the encodings that they announce.
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The encoding that the first line of XML or a <meta> element of HTML names.
DECLARED = re.compile(rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
# Control characters, half characters, and code points that are no characters. UTF-8 or JSON refuses some of them.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
# Text in a Western European language has no other letters and signs beyond ASCII.
WESTERN_SIGNS = "äöüÄÖÜßéèêëÉÈÊËáàâãåÁÀÂÃÅæÆçÇñÑíìîïÍÌÎÏóòôõøÓÒÔÕØœŒúùûÚÙÛÿ€£©®°§«»‘’“”„–—…•·´½¼¿¡ºª²³±×\xa0"
WESTERN = ("cp1252", "cp1250", "cp1254", "cp1257", "mac_roman")


def decode(data: bytes) -> tuple[str, str]:
    r"""Return (text, encoding): lines end in `\n`, no control characters, always encodable as UTF-8.

    The encoding is that of the byte order mark, else UTF-16 or UTF-32 by the place of zero bytes, else UTF-8, else the
    one that the file declares, else the one that statistics suggest. Bytes that it does not know become U+FFFD.
    """
    head, skip = data[:65536], 0
    if mark := next((mark for mark in BOMS if data.startswith(mark[0])), None):
        skip, encoding = len(mark[0]), mark[1]
    elif wide := _wide_encoding(head):
        encoding = wide
    elif b"\x1b$B" in head and data.isascii():
        encoding = "iso2022_jp"
    elif _is_mostly_utf8(data):
        encoding = "utf-8"
    else:
        encoding = _declared_encoding(data) or _likely_encoding(data)
    return clean(data[skip:].decode(encoding, errors="replace")), encoding


def find_codec(charset: str) -> str | None:
    """Return the name of Python's codec for a character set that a file declares; None if there is none.

    Mail programs and old pages use names that Python does not know: "iso-8859-8-i" (with the order of the letters),
    "x-sjis", "windows-874".
    """
    name = charset.strip().strip("\"'").lower()
    plain = re.sub(r"^(iso-8859-\d+)-[ie]$", r"\1", name.removeprefix("x-"))
    for candidate in (name, plain, plain.replace("windows-", "cp")):
        with suppress(LookupError, ValueError):
            return codecs.lookup(candidate).name
    return None


def clean(text: str) -> str:
    r"""Drop control characters and lone surrogates, and end lines in `\n`; a form feed becomes a paragraph break."""
    if text.isprintable():  # true of most cells and lines: blanks are their only white space
        return text
    # Old Macs ended lines in \r, and Word writes \x0b for a line break and \x0c for a page break.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n").replace("\x0b", "\n")
    return UNWANTED.sub("", text)


def one_line(text: str) -> str:
    """Return a text cleaned, with every run of white space as one blank."""
    return " ".join(clean(text).split())


def is_binary(data: bytes) -> bool:
    """Tell whether bytes are not text in any encoding: many control characters, and no pattern of zero bytes."""
    head = data[:65536]
    if any(head.startswith(mark) for mark, _ in BOMS) or _wide_encoding(head):
        return False
    # Text has tabs and line breaks, and now and then an escape or a stray control character.
    control = sum(head.count(byte) for byte in (*range(9), *range(14, 27), *range(28, 32)))
    return control > len(head) * 0.02


def _wide_encoding(head: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark: their zero bytes are always at the same place of a unit."""
    length = len(head) // 4 * 4
    if length < 4 or head.count(0) < length * 0.2:
        return None
    # Count how often each of the four bytes of a unit is zero.
    zeros = [head[place:length:4].count(0) / (length / 4) for place in range(4)]
    for name, pattern in {"utf-32-le": (0, 0, 1, 1), "utf-32-be": (1, 1, 0, 0)}.items():
        if all(abs(share - wanted) < 0.1 for share, wanted in zip(zeros, pattern, strict=True)):
            return name
    # In UTF-16 nearly every other byte is zero, in text of mostly Latin letters.
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell valid UTF-8, or UTF-8 with a few bad bytes, as in a file that is cut in the middle of a character."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
        bad = text.count("\ufffd")
        good = sum(1 for character in text if character > "\x7f") - bad
        return good > bad * 10
    return True


def _declared_encoding(data: bytes) -> str | None:
    """Return the encoding that the head of an HTML or XML file names, where it exists and the bytes fit it."""
    if not (match := DECLARED.search(data[:4096])):
        return None
    name = match[1].decode("ascii", "replace").lower()
    # Files that claim Latin-1 or ASCII are often in Windows' superset of it.
    name = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}.get(name, name)
    codec = find_codec(name)
    try:
        bad = data.decode(codec, errors="replace").count("\ufffd") if codec else len(data)
    except (LookupError, UnicodeError):  # a codec of Python's that is not for text
        return None
    return codec if bad <= len(data) * 0.01 else None


def _likely_encoding(data: bytes) -> str:
    """Guess a legacy encoding by the letters that it would give.

    Where few bytes lie beyond ASCII the script is Latin, and only its encodings are compared: over a short text, chance
    would decide between all of them.
    """
    import charset_normalizer

    sample = data[:200_000]
    # Where less than 40 % of the letters are beyond ASCII, the script is Latin.
    high = sum(1 for byte in sample if byte > 0x7F)
    letters = sum(1 for byte in sample if byte > 0x7F or chr(byte).isalpha())
    if high < letters * 0.4:
        western = sample.decode("cp1252", errors="replace")
        if high < 40 and all(character < "\x80" or character in WESTERN_SIGNS for character in western):
            return "cp1252"
        best = charset_normalizer.from_bytes(sample, cp_isolation=list(WESTERN)).best()
    else:
        best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"
