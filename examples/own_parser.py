"""How do I read a file format that Openbook does not know? One function from a path to documents."""

from pathlib import Path
from tempfile import mkdtemp

from ingest import Document
from ingest.parsers import ParseSettings, register_parser
from rag import Config


def parse_notes(path: Path, source: str, settings: ParseSettings) -> list[Document]:
    """Read a file of notes, each line `author: text`, as one document a note."""
    notes = [line.partition(": ") for line in path.read_text("utf-8").splitlines()]
    return [Document(text, f"{source}#{n}", metadata={"author": author}) for n, (author, _, text) in enumerate(notes)]


if __name__ == "__main__":
    register_parser(".notes", f"{Path(__file__).stem}:parse_notes")
    folder = Path(mkdtemp())
    (folder / "team.notes").write_text("Ada: The build machine is called Babbage.\nAlan: Tea is at four.\n")

    config = Config(folder=folder)
    print(config.index().sync([folder / "team.notes"]))
    for hit in config.retriever().retrieve("When is tea?", k=1):
        print(hit.chunk.metadata["author"], "says:", hit.chunk.text)
