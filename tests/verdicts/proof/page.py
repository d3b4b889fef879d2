"""The proof as a section of the page of verdicts, which keeps it when the rest is written anew."""

HEADING = "## The promised size"
BEFORE = "## How it is counted"
COMMAND = "Written by `make verdicts-proof`, which adds to what it ran before.\n"


def into(page: str, tables: str) -> str:
    """The page with this section in the place of the one that it had."""
    rest = without(page)
    section = f"{HEADING}\n\n{COMMAND}\n{tables.rstrip()}\n\n"
    return rest.replace(BEFORE, section + BEFORE, 1)


def section_of(page: str) -> str:
    """The section that a page has; nothing when it has none."""
    if HEADING not in page:
        return ""
    return HEADING + page.split(HEADING, 1)[1].split(BEFORE, 1)[0]


def without(page: str) -> str:
    """The page without it."""
    return page.replace(section_of(page), "", 1) if HEADING in page else page
