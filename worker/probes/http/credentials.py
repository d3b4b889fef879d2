"""Who we are, as a check may say it: credentials, client certificates, authorities, proxies."""

from base64 import b64encode
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, model_validator

from worker.contract.kind import Params
from worker.probes.http.request import ClientCertificate, Proxy
from worker.probes.look.trust import is_pem, pem
from worker.probes.parameters.agreement import Contradiction, agreed
from worker.probes.parameters.files import plain_name
from worker.probes.parameters.receiver import HERE, Receiver, web_receiver
from worker.probes.parameters.secret import SecretError, reveal

PROXY_SCHEMES: Final = ("http", "https", "socks5")
_PLACE: Final = "${env:"


def _secret(value: str) -> str:
    if _PLACE not in value:
        raise ValueError("must be a secret of the worker: write ${env:OUTSCOPE_SECRET_NAME}")
    return value


Secret = Annotated[str, AfterValidator(_secret)]
HeldFile = Annotated[str, AfterValidator(plain_name)]


def _authority(value: str) -> str:
    if is_pem(value):
        pem(value.encode("utf-8"), "the text")
        return value
    return plain_name(value)


Authority = Annotated[str, AfterValidator(_authority)]
"""PEM text, or the name of a worker's file."""


class Auth(Params):
    """Credentials for the target: a bearer token, or a user name with a password."""

    bearer: Secret | None = Field(default=None, description="Token, sent as Authorization: Bearer.")
    username: str | None = Field(
        default=None, description="User name of HTTP basic authentication."
    )
    password: Secret | None = Field(default=None, description="Its password.")

    @model_validator(mode="after")
    def _agrees(self) -> "Auth":
        if (self.bearer is None) is (self.username is None) or (self.username is None) is not (
            self.password is None
        ):
            raise ValueError("give either bearer, or both username and password")
        return self

    def header(self, to: Receiver) -> str:
        """The value of the Authorization header; SecretError when a secret is missing, or must not
        go there.
        """
        if self.bearer is not None:
            return f"Bearer {reveal(self.bearer, to)}"
        return basic(reveal(self.username or "", to), reveal(self.password or "", to))


class ClientParams(Params):
    """A client certificate, from files of the worker."""

    certificate: HeldFile = Field(description="PEM file with the certificate and its chain.")
    key: HeldFile | None = Field(
        default=None, description="PEM file with the key; default: the certificate's file."
    )
    password: Secret | None = Field(default=None, description="What opens an encrypted key.")

    def open(self) -> ClientCertificate:
        """The names of the files with the password; SecretError when it is missing."""
        password = None if self.password is None else reveal(self.password, HERE)
        return ClientCertificate(self.certificate, self.key, password)


class ProxyParams(Params):
    """The proxy to look through."""

    url: str = Field(
        max_length=1024, description="http://host:port, https://host:port or socks5://host:port."
    )
    username: str | None = Field(default=None, description="User name at the proxy.")
    password: Secret | None = Field(default=None, description="Its password.")
    resolve: Literal["worker", "proxy"] = Field(
        default="worker",
        description=(
            "Who finds the target's address. With `worker` the guard judges it as always; with"
            " `proxy` the proxy is told the name, and its own address must be in the worker's"
            " OUTSCOPE_ALLOW_ADDRESSES."
        ),
    )

    @model_validator(mode="after")
    def _agrees(self) -> "ProxyParams":
        return agreed(self, _CONTRADICTIONS)

    @property
    def parts(self) -> SplitResult:
        """The parts of the URL."""
        return urlsplit(self.url)

    def open(self) -> Proxy:
        """The proxy with its credentials, which go to it alone; SecretError when one is missing,
        or must not go there.
        """
        to = web_receiver(self.url, {})
        return Proxy(
            url=self.url.rstrip("/"),
            username=None if self.username is None else reveal(self.username, to),
            password=None if self.password is None else reveal(self.password, to),
            resolves=self.resolve == "proxy",
        )


def basic(username: str, password: str) -> str:
    """Credentials of HTTP basic authentication (RFC 7617), as UTF-8."""
    if ":" in username:
        raise SecretError("a user name of basic authentication must not hold a colon")
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode('ascii')}"


_CONTRADICTIONS: Final[tuple[Contradiction[ProxyParams], ...]] = (
    (
        lambda p: (
            p.parts.scheme not in PROXY_SCHEMES
            or not p.parts.hostname
            or p.parts.port is None
            or p.parts.path not in ("", "/")
        ),
        "url must be http://host:port, https://host:port or socks5://host:port",
    ),
    (
        lambda p: (
            p.parts.username is not None
            or p.parts.password is not None
            or p.parts.query
            or p.parts.fragment
        ),
        "url must be scheme, host and port alone; say username and password beside it",
    ),
    (
        lambda p: not p.url.isascii(),
        "url must be plain ASCII: the host in punycode (xn--...)",
    ),
    (
        lambda p: (p.username is None) is not (p.password is None),
        "give both username and password, or neither",
    ),
)
