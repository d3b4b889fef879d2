"""Web addresses that are asked by the standard library, which takes neither user nor password."""

from urllib.parse import urlsplit


def web_address(text: str) -> str:
    """The address itself; ValueError for what is none. It may be secret, so nothing of it is
    repeated.
    """
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("is no URL; write one")
    if "@" in parts.netloc:
        raise ValueError("holds a user or a password, which is not sent; write a URL without")
    return text
