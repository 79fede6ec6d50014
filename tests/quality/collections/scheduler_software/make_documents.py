"""Write the document of the scheduler software that is not plain text: the slides of the roadmap."""

from __future__ import annotations

from pathlib import Path

from pptx import Presentation
from pptx.presentation import Presentation as Slides
from pptx.util import Inches


def write_roadmap(path: Path) -> None:
    """Write the slides: bullets on two levels, two tables of which one has merged cells, notes and a footer."""
    slides = Presentation()
    title = slides.slides.add_slide(slides.slide_layouts[0])
    title.shapes.title.text = "Quillhaven roadmap 2026"
    title.placeholders[1].text = "Product council, 24 February 2026\nIngrid Vasko, head of product"

    add_bullet_slide(
        slides,
        "What 2025 brought",
        [
            (0, "Two large releases: 4.0 in May, 4.1 in November"),
            (0, "Paying customers: 388, up from 301 a year earlier"),
            (0, "Share of installations"),
            (1, "4.x: 71 per cent"),
            (1, "3.9: 24 per cent"),
            (1, "older: five per cent"),
        ],
        "The goal for the end of 2026 is 500 paying customers.",
    )
    add_table_slide(
        slides,
        "Planned releases",
        [
            ["Half-year", "Version", "Planned for", "Main topic", "Owner"],
            ["First half of 2026", "4.2", "March 2026", "Calendars", "Tilde Aronsen"],
            ["", "4.3", "June 2026", "Approval steps", "Marek Dolan"],
            ["Second half of 2026", "4.4", "September 2026", "Cost reports", "Tilde Aronsen"],
            ["", "5.0", "November 2026", "Several regions, end of API v1", "Ingrid Vasko"],
        ],
        [((1, 0), (2, 0)), ((3, 0), (4, 0))],
        "5.0 is the date most likely to slip. If it does, API v1 lives on until then.",
    )
    add_bullet_slide(
        slides,
        "Approval steps in 4.3",
        [
            (0, "A job can wait for the consent of one or two persons before it runs"),
            (0, "Approvers answer in the web interface or by mail"),
            (0, "Without an answer the run is cancelled after 48 hours"),
            (0, "For the Enterprise plan only"),
        ],
        "Team customers asked for it as well. Decision on this in May.",
    )
    add_table_slide(
        slides,
        "Asked for and not planned",
        [
            ["Wish", "Requests", "Why not"],
            ["Server for Windows", "41", "Three customers used it before it was removed"],
            ["MySQL", "27", "Two database dialects cost too much"],
            ["Mobile app", "19", "The web interface works on phones"],
            ["Jobs in Lua", "4", "Too little demand"],
        ],
        [],
        "",
    )
    add_bullet_slide(
        slides,
        "Decisions needed today",
        [
            (0, "Hire a second technical writer? Budget: EUR 58,000 a year"),
            (0, "End security fixes for 3.9 on 30 June 2026 as announced, or extend by six months?"),
            (0, "Beta of 5.0 for ten customers from 1 September?"),
        ],
        "Next product council: 26 May 2026.",
    )
    for slide in list(slides.slides)[1:]:
        footer = slide.shapes.add_textbox(Inches(0.5), Inches(7.0), Inches(9), Inches(0.4))
        footer.text_frame.text = "Quillhaven product council, internal"
    slides.save(str(path))


def add_bullet_slide(slides: Slides, title: str, bullets: list[tuple[int, str]], note: str) -> None:
    """Add a slide of bullets, each with its level."""
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = title
    frame = slide.placeholders[1].text_frame
    for number, (level, text) in enumerate(bullets):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    if note:
        slide.notes_slide.notes_text_frame.text = note


def add_table_slide(
    slides: Slides,
    title: str,
    rows: list[list[str]],
    merges: list[tuple[tuple[int, int], tuple[int, int]]],
    note: str,
) -> None:
    """Add a slide with one table; `merges` names the first and the last cell of each merged range."""
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = title
    height = Inches(0.5 * len(rows))
    shape = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.5), Inches(1.7), Inches(9), height)
    for row_number, row in enumerate(rows):
        for column_number, text in enumerate(row):
            shape.table.cell(row_number, column_number).text = text
    for first, last in merges:
        shape.table.cell(*first).merge(shape.table.cell(*last))
    if note:
        slide.notes_slide.notes_text_frame.text = note


if __name__ == "__main__":
    write_roadmap(Path(__file__).parent / "documents" / "roadmap.pptx")
