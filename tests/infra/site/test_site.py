"""The documentation is built into a site, strictly and without a network; every link leads on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
NOWHERE = "http://127.0.0.1:9"


class Page(HTMLParser):
    """What a page refers to, and which places it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.places |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        if tag in ("script", "img") and "src" in told:
            self.loaded.append(told["src"])
        if tag == "link" and told.get("rel") in ("stylesheet", "icon"):
            self.loaded.append(told["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built where nobody can be asked anything."""
    folder = tmp_path_factory.mktemp("site")
    config = ROOT / "infra" / "site" / "mkdocs.yml"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config, "-d", folder],
        env={**os.environ, "HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE, "NO_PROXY": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """All pages."""
    return {path: Page(path.read_text()) for path in sorted(site.rglob("*.html"))}


def test_every_page_of_the_documentation_is_one_of_the_site(pages: dict[Path, Page]) -> None:
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))


def inside(site: Path, page: Path, link: str) -> Iterator[tuple[Path, str]]:
    """The file and the place on it that a link leads to, when it stays on the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return
    base = site if parts.path.startswith("/") else page.parent
    target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
    yield (target / "index.html" if target.is_dir() else target), parts.fragment


def test_no_link_is_broken(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links + page.loaded:
            for target, place in inside(site, path, link):
                known = pages.get(target)
                if not target.exists() or (place and known and place not in known.places):
                    broken.append((path.relative_to(site).as_posix(), link))
    assert broken == []


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page]) -> None:
    elsewhere = [
        src for page in pages.values() for src in page.loaded if src.startswith(("http", "//"))
    ]
    assert elsewhere == []


def test_it_can_be_searched(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text())
    texts = [doc["text"] for doc in index["docs"]]
    assert any("quarantine" in text for text in texts)


@pytest.mark.parametrize("way", ["i-run-it", "my-program-asks-it", "i-analyse-what-happened"])
def test_the_readme_begins_three_ways_that_lead_on(
    site: Path, pages: dict[Path, Page], way: str
) -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:45])
    assert f"(docs/README.md#{way})" in first_screen
    assert way in pages[site / "index.html"].places


def test_the_page_on_running_it_is_the_one_of_the_source(site: Path) -> None:
    text = (site / "running" / "index.html").read_text()
    assert "which of these do I need" in text
    assert 'href="../runbooks/"' in text
