"""What MkDocs calls while it builds: the order of the pages, and the page on running it, which lies
beside what it is about.
"""

import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).resolve().parents[2]
RUNNING: Final = "running.md"
SECTIONS: Final = {
    "How to": "how-to",
    "Reference": "reference",
    "Explanation": "explanation",
    "Runbook": "runbooks",
    "Decisions": "adr",
}
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Every page has a place: the ways in first, then each folder."""
    docs = Path(config.docs_dir)
    nav: list[Any] = ["README.md", {"Start": ["quickstart.md", RUNNING]}]
    for title, folder in SECTIONS.items():
        pages = sorted(
            (docs / folder).glob("*.md"), key=lambda page: (page.name != "README.md", page)
        )
        nav.append({title: [page.relative_to(docs).as_posix() for page in pages]})
    config.nav = nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add infra/README.md as a page of its own."""
    text = (ROOT / "infra" / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, RUNNING, content=_LINK.sub(_moved, text)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Where the source says where that page lies, the site leads to it."""
    return markdown.replace("`infra/README.md` of the source", f"[the overview]({RUNNING})")


def _moved(link: re.Match[str]) -> str:
    """A link from infra/README.md as the page has it: into the documentation, or to nothing."""
    text, target = link.groups()
    if target.startswith("../docs/"):
        return f"[{text}]({target.removeprefix('../docs/')})"
    return text
