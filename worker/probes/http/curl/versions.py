"""Which versions of HTTP this libcurl speaks: it is built with or without each."""

from functools import cache

import pycurl

from worker.probes.http.request import HttpVersion


@cache
def http_versions() -> tuple[HttpVersion, ...]:
    """The versions of HTTP that looks can be made with here."""
    features: int = pycurl.version_info()[4]
    found: list[HttpVersion] = ["1.1"]
    if features & pycurl.VERSION_HTTP2:
        found.append("2")
    if features & getattr(pycurl, "VERSION_HTTP3", 0):
        found.append("3")
    return tuple(found)


def missing(version: HttpVersion) -> str | None:
    """What to say when this libcurl does not speak a version; None when it does."""
    if version == "auto" or version in http_versions():
        return None
    return (
        f"the libcurl of this worker speaks no HTTP/{version}, only {' and '.join(http_versions())}"
    )
