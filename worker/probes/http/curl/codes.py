"""Every error code of libcurl: what a look that ends with it says, whose fault that is, and why.

Nothing that a target sends may end as `internal`: those are codes of what we set, of what this
machine lacks, and of protocols that no look speaks. Source: libcurl's `include/curl/curl.h` and the
page "libcurl error codes". Where one code stands for several things, `faults` asks further.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from worker.contract.outcome import Blame, Fault, Reason

NOT_HTTP: Final = "the target does not speak HTTP as it should: {}"
CUT: Final = "the connection ended in the middle of the answer"
SILENT: Final = "the target closed the connection without an answer"
_CLIENT: Final = (
    "the client certificate of this worker, its key or the key's password cannot be used: {}"
)
_SETTING: Final = "libcurl refuses what it was asked: {}"
_LARGE: Final = (
    "the head of the answer is larger than any client takes: {} (lines up to 100 kB, 300 kB and"
    " 5000 lines in all)"
)


def _of(reason: Reason, blame: Blame, *sentences: tuple[int, str]) -> dict[int, Fault]:
    return {code: (reason, blame, sentence) for code, sentence in sentences}


_CONNECTING: Final = {
    **_of(Reason.DNS, Blame.RESOLVER, (6, "the name was not found: {}")),
    **_of(Reason.DNS, Blame.PROBER, (5, "the proxy's name was not found: {}")),
    **_of(
        Reason.UNREACHABLE,
        Blame.PATH,
        (7, "no connection: {}"),  # the system's own number says more
        (96, "no connection over QUIC: {}"),
    ),
    **_of(Reason.TIMEOUT, Blame.TARGET, (28, "not in time: {}")),
    **_of(Reason.RESET, Blame.PATH, (55, "the connection was reset"), (18, CUT)),
    **_of(Reason.RESET, Blame.TARGET, (52, SILENT)),
}
"""How a connection comes about and ends."""

_ENCRYPTING: Final = {
    **_of(
        Reason.TLS,
        Blame.TARGET,
        (35, "TLS failed: {}"),
        (59, "TLS failed: {}"),  # no cipher in common
        (60, "TLS failed: {}"),
        (83, "TLS failed: {}"),  # another issuer than was asked for
        (90, "TLS failed: {}"),  # another public key than was pinned
        (91, "TLS failed: {}"),
    ),
    **_of(Reason.RESET, Blame.TARGET, (80, "the target ended TLS badly: {}")),
    **_of(
        Reason.INTERNAL,
        Blame.PROBER,
        (43, _CLIENT),
        (53, _SETTING),
        (54, _SETTING),
        (58, _CLIENT),
        (66, _SETTING),
        (77, "the authorities that this worker should believe cannot be read: {}"),
        (82, "the list of revoked certificates cannot be read: {}"),
    ),
    **_of(Reason.UNAUTHORIZED, Blame.PROBER, (98, "the target wants a client certificate: {}")),
}
"""A certificate is the target's, and so is a version or a cipher that nobody else speaks; ours are
our own files.
"""

_ANSWERING: Final = {
    **_of(
        Reason.PROTOCOL,
        Blame.TARGET,
        (1, NOT_HTTP),
        (8, NOT_HTTP),
        (16, NOT_HTTP),
        (23, "the answer cannot be unpacked: {}"),  # our own callbacks do not fail
        (33, NOT_HTTP),  # a range that was not asked for
        (36, NOT_HTTP),
        (47, NOT_HTTP),  # libcurl follows no redirect, so it cannot count them
        (56, NOT_HTTP),  # words of the system or of OpenSSL mean something else
        (61, NOT_HTTP),
        (63, NOT_HTTP),  # larger than announced
        (65, NOT_HTTP),  # it wants the body again
        (92, NOT_HTTP),
        (95, NOT_HTTP),
        (100, _LARGE),
    ),
    **_of(Reason.STATUS, Blame.TARGET, (22, "the target answered with an error: {}")),
    **_of(Reason.UNAUTHORIZED, Blame.PROBER, (67, "the target wants other credentials: {}")),
    **_of(Reason.UNAUTHORIZED, Blame.PROBER, (94, "the target wants other credentials: {}")),
    **_of(Reason.UNREACHABLE, Blame.PROBER, (97, "the proxy makes no connection: {}")),
}
"""What a server sends in place of an answer."""

_OURS: Final = _of(
    Reason.INTERNAL,
    Blame.PROBER,
    (2, "{}"),
    (3, "the URL cannot be read: {}"),
    (4, "this libcurl cannot do what the check needs: {}"),
    (26, "the body of the request could not be read: {}"),
    (27, "this worker has no memory left: {}"),
    (34, _SETTING),
    (41, "this libcurl cannot do what the check needs: {}"),
    (42, "a part of this worker stopped the look: {}"),
    (45, "this worker cannot use its source address for this target: {}"),
    (48, _SETTING),
    (81, "the socket was not ready, and libcurl did not wait: {}"),
    (88, _SETTING),
    (89, "this worker has no connection to spare: {}"),
    (93, "libcurl was called from within itself: {}"),
    (99, "this worker cannot wait for its sockets: {}"),
)
"""What we set, and what this machine lacks."""

_OTHER_PROTOCOLS: Final = _of(
    Reason.INTERNAL,
    Blame.PROBER,
    *(
        (code, "libcurl speaks another protocol than HTTP: {}")
        for code in (
            *range(9, 16),  # FTP
            17,
            *range(19, 22),
            24,
            25,
            *range(29, 33),
            *range(37, 41),  # files, LDAP
            44,
            46,
            49,  # telnet
            50,
            51,
            57,
            62,
            64,
            *range(68, 77),  # TFTP, conversions
            78,
            79,  # SSH
            *range(84, 88),  # FTP, RTSP
            101,  # ECH
        )
    ),
)
"""Codes of protocols and options that no look uses, and codes that libcurl gave up long ago."""

CODES: Final[Mapping[int, Fault]] = MappingProxyType(
    _CONNECTING | _ENCRYPTING | _ANSWERING | _OURS | _OTHER_PROTOCOLS
)
"""By code; `{}` in a sentence is the place of libcurl's own words."""


def told(code: int, words: str) -> Fault:
    """What a code says by itself; one of a libcurl that is newer than this table is ours to add."""
    unknown = Reason.INTERNAL, Blame.PROBER, f"libcurl gave up with code {code}: {{}}"
    reason, blame, sentence = CODES.get(code, unknown)
    said = sentence.replace("{}", words or "it does not say why")
    return reason, blame, said
