"""A small OpenID provider over HTTP: discovery, keys, code flow with PKCE, signed ID tokens."""

import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn
from fastapi import FastAPI, Form, Header
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "outscope"
SECRET = "of-the-client"


class OpenIdProvider:
    """Signs in, unasked, the person that `claims` tells. `forge` changes an ID token's key."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signs = self.key
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        config = uvicorn.Config(self._app(), port=port, log_config=None, ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Return when it answers."""
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join(60)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        async def authorize(
            client_id: str,
            redirect_uri: str,
            state: str,
            nonce: str,
            code_challenge: str,
            code_challenge_method: str,
            response_type: str,
        ) -> RedirectResponse:
            assert (client_id, response_type, code_challenge_method) == (CLIENT, "code", "S256")
            code = secrets.token_urlsafe(16)
            self.codes[code] = {
                "challenge": code_challenge,
                "nonce": nonce,
                "redirect": redirect_uri,
            }
            query = urlencode({"code": code, "state": state, "iss": self.issuer})
            return RedirectResponse(f"{redirect_uri}?{query}", 302)

        @app.post("/token")
        async def token(
            code: str = Form(),
            redirect_uri: str = Form(),
            code_verifier: str = Form(),
            authorization: str = Header(),
        ) -> Any:
            told = self.codes.pop(code, None)
            hashed = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=")
            client = unquote(b64decode(authorization.removeprefix("Basic ")).decode())
            good = (
                told is not None
                and hashed.decode() == told["challenge"]
                and redirect_uri == told["redirect"]
                and client == f"{CLIENT}:{SECRET}"
            )
            if not good or told is None:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return {
                "access_token": secrets.token_urlsafe(8),
                "token_type": "Bearer",
                "id_token": self._signed(told["nonce"]),
            }

        return app

    def _signed(self, nonce: str) -> str:
        at = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 60, "nonce": nonce}
        header = {"alg": "RS256", "kid": "one"}
        return jwt.encode(header, {**usual, **self.claims}, self.signs)
