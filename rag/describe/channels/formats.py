"""Put channel texts out: as text, Markdown or HTML, one file a catalogue, or as columns of its CSV file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

from ingest.errors import InputError
from ingest.plugins import suggest
from rag.describe.channels.write_channels import Channel, ChannelText
from rag.describe.spans import LINE_MARK

Format = Literal["text", "markdown", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""The formats of a file with a whole catalogue."""

_NAMES: dict[Channel, str] = {
    "title": "Title", "bullets": "Bullets", "short": "Short text", "long": "Long text", "meta_title": "Meta title",
    "meta_description": "Meta description", "alt_text": "Alt text", "json_ld": "JSON-LD", "reviews": "Reviews",
}  # fmt: skip

_LISTS: tuple[Channel, ...] = ("bullets", "reviews")


def format_catalogue(
    products: Iterable[tuple[str, Sequence[ChannelText]]], form: Format, title: str = "Products"
) -> Iterator[str]:
    """Yield the pieces of one file with the texts of a catalogue, one piece a product, in order.

    A product is its key, such as its number in the shop, and its texts. Everything is escaped for the format; what has
    no text is left out. Raises InputError for an unknown format.
    """
    if form not in FORMATS:
        raise InputError(f"unknown format {form!r}; {suggest(form, FORMATS)}")
    if form == "html":
        yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        yield f"<title>{html.escape(title)}</title>\n"
        yield f"</head>\n<body>\n<h1>{html.escape(title)}</h1>\n"
    elif form == "markdown":
        yield f"# {escape_markdown(title)}\n"
    for number, (key, texts) in enumerate(products):
        piece = format_texts(texts, form, key)
        yield f"\n{piece}" if number or form == "markdown" else piece
    if form == "html":
        yield "</body>\n</html>\n"


def format_texts(texts: Sequence[ChannelText], form: Format, key: str = "") -> str:
    """Return the texts of one product, escaped for the format, ending in a line break. Its title heads them."""
    written = [text for text in texts if text.text]
    title = next((text.text for text in written if text.channel == "title"), "")
    others = [text for text in written if text.channel != "title"]
    if form == "html":
        return _to_html(title, others, key)
    if form == "markdown":
        return _to_markdown(title or key, others)
    return _to_text(title or key, others)


def escape_markdown(text: str) -> str:
    """Return a text that Markdown shows letter by letter, in one paragraph."""
    text = re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", " ".join(text.split())).replace("&", "&amp;")
    # What begins a list or a rule at the start of a line.
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", text))


def _to_text(title: str, texts: Sequence[ChannelText]) -> str:
    lines = [title, "=" * min(len(title), 100)] if title else []
    for text in texts:
        body = "\n".join(f"- {line}" for line in text.text.split("\n")) if text.channel in _LISTS else text.text
        lines += ["", f"{_NAMES[text.channel]}:", body] if lines else [f"{_NAMES[text.channel]}:", body]
    return "\n".join(lines) + "\n"


def _to_markdown(title: str, texts: Sequence[ChannelText]) -> str:
    blocks = [f"## {escape_markdown(title)}"] if title else []
    for text in texts:
        if text.channel in _LISTS:
            blocks.append("\n".join(f"- {escape_markdown(line)}" for line in text.text.split("\n")))
        elif text.channel == "json_ld":
            blocks.append(f"```json\n{text.text}\n```")
        elif text.channel in ("short", "long"):
            for part, is_list in _blocks(text.text):
                blocks.append(
                    "\n".join(f"- {escape_markdown(line)}" for line in part) if is_list else escape_markdown(part[0])
                )
        else:
            blocks.append(f"{_NAMES[text.channel]}: {escape_markdown(text.text)}")
    return "\n\n".join(blocks) + "\n"


def _blocks(text: str) -> Iterator[tuple[list[str], bool]]:
    """Yield the blocks of a paragraph with details, each with whether it is a list: its lines, or the one text."""
    for block in text.split("\n\n"):
        lines = block.split("\n")
        is_list = all(line.startswith(LINE_MARK) for line in lines)
        yield ([line.removeprefix(LINE_MARK) for line in lines], True) if is_list else ([block], False)


def _to_html(title: str, texts: Sequence[ChannelText], key: str) -> str:
    lines = [f'<article id="{html.escape(key)}">' if key else "<article>"]
    if title:
        lines.append(f"<h2>{html.escape(title)}</h2>")
    for text in texts:
        name = text.channel.replace("_", "-")
        if text.channel in _LISTS:
            items = "".join(f"<li>{html.escape(line)}</li>" for line in text.text.split("\n"))
            lines.append(f'<ul class="{name}">{items}</ul>')
        elif text.channel == "json_ld":  # escaped by itself, as entities are not read in a script
            lines.append(f'<script type="application/ld+json">{text.text}</script>')
        elif text.channel in ("short", "long"):
            for part, is_list in _blocks(text.text):
                items = "".join(f"<li>{html.escape(line)}</li>" for line in part)
                lines.append(
                    f'<ul class="{name}">{items}</ul>' if is_list else f'<p class="{name}">{html.escape(part[0])}</p>'
                )
        else:
            lines.append(f'<dl class="{name}"><dt>{_NAMES[text.channel]}</dt><dd>{html.escape(text.text)}</dd></dl>')
    return "\n".join([*lines, "</article>"]) + "\n"
