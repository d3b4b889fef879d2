"""Checks a commit's message: a subject of at most 72 characters, and a body that says why.

Git calls it by the hook `commit-msg`, with the file that holds the message.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LONGEST: Final = 72
_WRITTEN_BY_GIT: Final = re.compile(
    r"(fixup!|squash!|amend!|Merge (branch|branches|commit|tag|remote-tracking branch)) "
)
_SCISSORS: Final = re.compile(r"^# -+ >8 -+$.*", re.MULTILINE | re.DOTALL)
_TRAILER: Final = re.compile(r"[A-Z][\w-]*-by: ")


def mistakes(message: str) -> Iterator[str]:
    """What is wrong with a message, a sentence each."""
    written = _SCISSORS.sub("", message)
    lines = [line.rstrip() for line in written.splitlines() if not line.startswith("#")]
    subject, *rest = "\n".join(lines).strip().split("\n")
    if not subject or _WRITTEN_BY_GIT.match(subject):
        return  # git itself refuses a message without a word
    if len(subject) > LONGEST:
        yield f"the subject has {len(subject)} characters; at most {LONGEST} fit into a list"
    if rest and rest[0]:
        yield "the second line is not empty; git takes it for a part of the subject"
    if not any(line and not _TRAILER.match(line) for line in rest):
        yield "there is no body; say in it why this is done"


def main(path: str) -> int:
    """Print what is wrong with the message in a file; 1 when something is."""
    found = list(mistakes(Path(path).read_text(encoding="utf-8")))
    for mistake in found:
        print(f"commit message: {mistake}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
