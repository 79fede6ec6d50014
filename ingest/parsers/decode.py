"""Bytes to text: which encoding a file is in, and which characters may stay."""

from __future__ import annotations

import codecs
import re

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16 LE, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DECLARED = re.compile(rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")
WESTERN = ("cp1252", "cp1250", "cp1254", "cp1257", "mac_roman")


def decode(data: bytes) -> tuple[str, str]:
    r"""Return (text, encoding): lines end in `\n`, no control characters, always encodable as UTF-8.

    In order: byte order mark, UTF-16/32 by where the zero bytes are, UTF-8, what the file declares, statistics.
    A byte that the encoding does not know becomes U+FFFD rather than an error.
    """
    encoding, skip = _encoding(data)
    return clean(data[skip:].decode(encoding, errors="replace")), encoding


def clean(text: str) -> str:
    r"""Drop control characters and lone surrogates, and end lines in `\n`; form feeds are kept as paragraph breaks."""
    if text.isprintable():  # most cells and lines; white space other than blanks and all that is unwanted is not
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n").replace("\x0b", "\n")
    return UNWANTED.sub("", text)


def is_binary(data: bytes) -> bool:
    """Tell whether these bytes are no text in any encoding: many control characters, and no zero-byte pattern."""
    head = data[:65536]
    if any(head.startswith(mark) for mark, _ in BOMS) or _by_zero_bytes(head):
        return False
    control = sum(head.count(byte) for byte in (*range(9), *range(14, 27), *range(28, 32)))
    return control > len(head) * 0.02


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding's Python name and the length of its byte order mark."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return name, len(mark)
    if wide := _by_zero_bytes(data[:65536]):
        return wide, 0
    if b"\x1b$B" in data[:65536] and data.isascii():
        return "iso2022_jp", 0
    if _mostly_utf8(data):
        return "utf-8", 0
    return _declared(data) or _by_statistics(data), 0


def _by_zero_bytes(head: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark: text in them has zero bytes, and always at the same place of each unit."""
    length = len(head) // 4 * 4
    if length < 4 or head.count(0) < length * 0.2:
        return None
    zeros = [head[place:length:4].count(0) / (length / 4) for place in range(4)]
    for name, pattern in {"utf-32-le": (0, 0, 1, 1), "utf-32-be": (1, 1, 0, 0)}.items():
        if all(abs(share - wanted) < 0.1 for share, wanted in zip(zeros, pattern, strict=True)):
            return name
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def _mostly_utf8(data: bytes) -> bool:
    """Valid UTF-8, or UTF-8 with a stray bad byte here and there: a file cut in mid-character is still UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
        bad = text.count("\ufffd")
        good = sum(1 for character in text if character > "\x7f") - bad
        return good > bad * 10
    return True


def _declared(data: bytes) -> str | None:
    """The encoding that an HTML or XML head names, when it is one and the bytes fit it."""
    if not (found := DECLARED.search(data[:4096])):
        return None
    name = found[1].decode("ascii", "replace").lower()
    name = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}.get(name, name)
    try:
        bad = data.decode(name, errors="replace").count("\ufffd")
    except (LookupError, UnicodeError):  # no such encoding, or one of Python's that is none for text
        return None
    return codecs.lookup(name).name if bad <= len(data) * 0.01 else None


def _by_statistics(data: bytes) -> str:
    """A legacy encoding, by the letters it would give.

    Where few bytes are beyond ASCII the text is in a Latin script, and only the encodings of those are asked for: on
    short texts the full race is won by chance.
    """
    import charset_normalizer

    sample = data[:200_000]
    high = sum(1 for byte in sample if byte > 0x7F)
    letters = sum(1 for byte in sample if byte > 0x7F or chr(byte).isalpha())
    if high < letters * 0.4:
        if high < 40 and _is_western(sample):
            return "cp1252"
        best = charset_normalizer.from_bytes(sample, cp_isolation=list(WESTERN)).best()
    else:
        best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else "cp1252"


def _is_western(data: bytes) -> bool:
    """Only letters and signs that Western European text is made of, read as cp1252."""
    usual = "äöüÄÖÜßéèêëÉÈÊËáàâãåÁÀÂÃÅæÆçÇñÑíìîïÍÌÎÏóòôõøÓÒÔÕØœŒúùûÚÙÛÿ€£©®°§«»‘’“”„–—…•·´½¼¿¡ºª²³±×\xa0"
    return all(character < "\x80" or character in usual for character in data.decode("cp1252", errors="replace"))
