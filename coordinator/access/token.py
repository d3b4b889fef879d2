"""Tokens of the API: `os_`, an id, `_`, a secret, and a checksum. Shown once, stored as SHA-256.

The id (12 letters and digits) finds the token, the secret (43, 256 bits of chance) proves it. The
checksum (6, the CRC-32 of all before it) lets whoever scans texts for secrets tell a token from
what only looks like one, and a slip of the keyboard from a token that is not known.
"""

import re
import secrets
from hashlib import sha256
from hmac import compare_digest
from string import ascii_letters, digits
from typing import Final
from zlib import crc32

PREFIX: Final = "os_"
LETTERS: Final = digits + ascii_letters
_ID: Final = 12
_SECRET: Final = 43
"""62 ** 43 is just above 2 ** 256."""
_CHECK: Final = 6
FORM: Final = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{_ID}}})_[0-9A-Za-z]{{{_SECRET}}}([0-9A-Za-z]{{{_CHECK}}})"
)


def new_token() -> str:
    """A token that nobody had before."""
    body = f"{PREFIX}{_chance(_ID)}_{_chance(_SECRET)}"
    return body + checksum(body)


def identifier_of(text: str) -> str | None:
    """The id in a token; None when the text is none, which its checksum tells."""
    found = FORM.fullmatch(text)
    if found is None or checksum(text[:-_CHECK]) != found[2]:
        return None
    return found[1]


def digest_of(token: str) -> str:
    """What is stored of a token. A secret of 256 random bits needs no slow hash."""
    return sha256(token.encode()).hexdigest()


def proves(token: str, digest: str) -> bool:
    """Whether this is the token of that digest; it takes as long whether it is or not."""
    return compare_digest(digest_of(token), digest)


def checksum(body: str) -> str:
    """The CRC-32 of what stands before it, in letters and digits."""
    number, told = crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, place = divmod(number, len(LETTERS))
        told = LETTERS[place] + told
    return told


def _chance(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))
