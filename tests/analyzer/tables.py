"""The tables of texts under tests/analyzer/texts: one text a line, `\\n` for a line feed.

`adverts`, `notices`, `hijacked`, `police` and `other` are also what the tones are learned from (bench/tone.py), so that
they show that nothing is lost, not how good anything is. `unseen` is never learned from nor
mended for; `missed` lists what nothing finds yet.
"""

from pathlib import Path

_TEXTS = Path(__file__).parent / "texts"


def texts_of(folder: str) -> list[str]:
    """The texts of one folder; lines that begin with `# ` are headings."""
    lines = [line for file in sorted((_TEXTS / folder).glob("*.txt")) for line in file.read_text("utf-8").splitlines()]
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("# ")]
