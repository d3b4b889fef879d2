"""Whose certificates are believed: the system's authorities, and those that the operator adds."""

import ssl
import tempfile
from pathlib import Path
from typing import Final

_PLACES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


class Trust:
    """One file with every trusted authority. libcurl caches a file's authorities, but not those
    given as bytes.
    """

    def __init__(self, ca_file: str | None = None, extra: bytes | None = None) -> None:
        """`extra` is what the file holds, when that was read before."""
        self.added = b""
        self._merged: tempfile._TemporaryFileWrapper[bytes] | None = None
        system = _system_bundle()
        if ca_file is None:
            self.file = system or ""
            return
        self.added = certificates(ca_file) if extra is None else extra
        self._merged = tempfile.NamedTemporaryFile(prefix="outscope-ca-", suffix=".pem")  # noqa: SIM115 - lives until close
        self._merged.write((Path(system).read_bytes() + b"\n" if system else b"") + self.added)
        self._merged.flush()
        self.file = self._merged.name

    def close(self) -> None:
        """Remove the merged file, when there is one."""
        if self._merged is not None:
            self._merged.close()


def is_pem(text: str) -> bool:
    """Whether this is PEM text, and not the name of a file."""
    return text.lstrip().startswith("-----BEGIN")


def pem(content: bytes, where: str) -> bytes:
    """PEM certificates as they are; ValueError when they are none."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(
            cadata=content.decode("ascii")
        )
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise ValueError(f"the authorities in {where} cannot be read: {error}") from error
    return content


def certificates(path: str) -> bytes:
    """The content of a PEM file; ValueError when it is none, so that a wrong setting stops the
    start.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"the authorities in {path} cannot be read: {error}") from error
    return pem(content, path)


def _system_bundle() -> str | None:
    places = (ssl.get_default_verify_paths().cafile, *_PLACES)
    return next((place for place in places if place is not None and Path(place).is_file()), None)
