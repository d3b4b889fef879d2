"""Sign-in by OpenID Connect, as a confidential or a public client: code flow with PKCE (RFC 7636),
by authlib; the ID token is verified by joserfc against the provider's keys.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from api.http.answers.errors import ProblemError
from api.http.settings import ApiSettingsError
from coordinator.access.scopes import Scope
from worker.contract.clock import monotonic_s, now
from worker.contract.reloading.reloads import ReloadError
from worker.contract.reloading.reloads import secret as read_secret
from worker.contract.settings.address import is_loopback

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

EVERYBODY: Final = "*"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
_DISCOVERY: Final = "/.well-known/openid-configuration"
_NEEDED: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
_KNOWN_S: Final = 300.0
_PATIENCE_S: Final = 10.0
_LEEWAY_S: Final = 60
_ROLE: Final = re.compile(r"([^=,\s][^=,]*)=([a-z+]+)")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Who signs people in, and what their groups may do."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    claim: str
    """Where the ID token names groups."""
    roles: Mapping[str, frozenset[Scope]]


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser keeps while it is at the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, and what it may do."""

    who: str
    scopes: tuple[Scope, ...]


def read_oidc(environ: Mapping[str, str]) -> OidcSettings | None:
    """The settings; None where nobody is set up, ApiSettingsError names a wrong one."""
    issuer = environ.get("OUTSCOPE_OIDC_ISSUER", "").strip().rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    near = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not near:
        raise ApiSettingsError("OUTSCOPE_OIDC_ISSUER is no https address of a provider")
    client = environ.get("OUTSCOPE_OIDC_CLIENT_ID", "").strip()
    if not client:
        raise ApiSettingsError("OUTSCOPE_OIDC_CLIENT_ID is missing; the provider gives one")
    try:
        secret = read_secret("OUTSCOPE_OIDC_CLIENT_SECRET", environ)
    except ReloadError as error:
        raise ApiSettingsError(str(error)) from None
    return OidcSettings(
        issuer,
        client,
        secret or "",
        environ.get("OUTSCOPE_OIDC_SCOPES", "").strip() or "openid profile email",
        environ.get("OUTSCOPE_OIDC_GROUPS_CLAIM", "").strip() or "groups",
        _roles(environ.get("OUTSCOPE_OIDC_ROLES", "")),
    )


def _roles(text: str) -> dict[str, frozenset[Scope]]:
    found: dict[str, frozenset[Scope]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        told = _ROLE.fullmatch(part)
        words = told[2].split("+") if told else [""]
        if told is None or not set(words) <= set(Scope):
            raise ApiSettingsError(
                f"OUTSCOPE_OIDC_ROLES holds {part[:60]!r}; write group=scopes with commas between,"
                f" such as sre=read+write+operate, {EVERYBODY}=read"
            )
        found[told[1].strip()] = frozenset(map(Scope, words))
    if not found:
        raise ApiSettingsError(
            "OUTSCOPE_OIDC_ROLES is missing: nobody who signs in could do anything; write"
            f" group=scopes, such as sre=read+write+operate, {EVERYBODY}=read"
        )
    return found


class Provider:
    """One provider: what it tells of itself is asked for again every few minutes."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._told: tuple[float, dict[str, Any]] | None = None

    async def begin(self, redirect: str) -> tuple[str, Begun]:
        """The address to send a browser to, and what it is to keep meanwhile."""
        begun = Begun(*(secrets.token_urlsafe(48) for _ in range(3)))
        async with self._client(redirect) as client:
            told = await self._metadata(client)
            url, _ = client.create_authorization_url(
                told["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return str(url), begun

    async def finish(self, redirect: str, begun: Begun, code: str) -> Person:
        """Who came back with this code; a problem when it is nobody, or may do nothing."""
        from authlib.common.errors import AuthlibBaseError
        from httpx2 import HTTPError
        from joserfc.errors import JoseError

        async with self._client(redirect) as client:
            told = await self._metadata(client)
            try:
                token = await client.fetch_token(
                    told["token_endpoint"], code=code, code_verifier=begun.verifier
                )
                keys = (await client.request("GET", told["jwks_uri"], withhold_token=True)).json()
                claims = self._claims(token["id_token"], keys, begun.nonce)
            except HTTPError as error:
                raise _away(error) from None
            except (AuthlibBaseError, JoseError, KeyError, ValueError, TypeError) as error:
                raise ProblemError(
                    "not_signed_in",
                    f"The provider's answer proves nobody ({type(error).__name__}); sign in again",
                ) from None
        return self._person(claims)

    def _client(self, redirect: str) -> "AsyncOAuth2Client":
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        secret = self._settings.client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.scope,
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=_PATIENCE_S,
            trust_env=not is_loopback(urlsplit(self._settings.issuer).hostname or ""),
        )

    async def _metadata(self, client: "AsyncOAuth2Client") -> dict[str, Any]:
        from httpx2 import HTTPError

        if self._told is not None and monotonic_s() - self._told[0] < _KNOWN_S:
            return self._told[1]
        issuer = self._settings.issuer
        try:
            answer = await client.request("GET", issuer + _DISCOVERY, withhold_token=True)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            told = [found[name] for name in _NEEDED]
        except (HTTPError, ValueError, KeyError, TypeError) as error:
            raise _away(error) from None
        if str(told[0]).rstrip("/") != issuer:
            raise _away(ValueError("another issuer"))
        self._told = (monotonic_s(), found)
        return found

    def _claims(self, token: str, keys: Any, nonce: str) -> dict[str, Any]:
        """What a verified ID token says (OpenID Connect Core 1.0, 3.1.3.7)."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        told = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
        issuers = [self._settings.issuer, f"{self._settings.issuer}/"]
        jwt.JWTClaimsRegistry(
            now=now() // 1000,
            leeway=_LEEWAY_S,
            iss={"essential": True, "values": issuers},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(told.claims)
        return dict(told.claims)

    def _person(self, claims: Mapping[str, Any]) -> Person:
        told = claims.get(self._settings.claim, [])
        groups = [told] if isinstance(told, str) else list(told) if isinstance(told, list) else []
        roles = self._settings.roles
        given = [roles[group] for group in [*groups, EVERYBODY] if group in roles]
        scopes = frozenset[Scope]().union(*given)
        who = _name(claims)
        if not scopes:
            raise ProblemError(
                "not_signed_in",
                f"{who} is known to the provider, and OUTSCOPE_OIDC_ROLES gives none of its groups"
                " anything to do",
            )
        return Person(who, tuple(scope for scope in Scope if scope in scopes))


def _name(claims: Mapping[str, Any]) -> str:
    """By which people know it; what the provider has not verified is no name."""
    email = claims.get("email") if claims.get("email_verified") is True else None
    return str(email or claims.get("preferred_username") or claims["sub"])[:128]


def _away(error: Exception) -> ProblemError:
    return ProblemError(
        "provider_away",
        f"The sign-in provider does not answer as one ({type(error).__name__}); try again",
    )
