"""Webhooks signed by a key of which receivers have the public half, and by several secrets while
one takes the place of another; verified by libraries that are none of ours.
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

from coordinator.notifying.signatures import SecretError, new_pair, signers_of
from coordinator.store import Store
from coordinator.store.state.standings import SIGNING
from tests.coordinator.notifying.receivers import web_server
from tests.coordinator.notifying.test_loop import all_sent, begins, telling, tried

PAGE = Path(__file__).parents[3] / "docs/how-to/be-told.md"
(RECEIVER,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
SHARED = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
LATER = "whsec_" + base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
KNOWN = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
"""The first key of RFC 8032, 7.1."""


def whsk(raw: bytes) -> str:
    return "whsk_" + base64.b64encode(raw).decode()


def verified(public: str, headers: dict[str, str], body: bytes) -> Any:
    """The document, as docs/how-to/be-told.md verifies it; InvalidSignature when it is not ours."""
    room: dict[str, Any] = {}
    exec(RECEIVER, room)
    room["verify"](public, headers, body)
    return json.loads(body)


async def posted(
    store: Store, secret: Any, name: str, **environ: str
) -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook."""
    with web_server() as hook:
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/in"], "secret": secret}
        async with telling(store, entry, **environ):
            await begins(store, name)
            await all_sent(store, int(name.rpartition("-")[2]))
    return hook.taken[0][1:]


async def told(store: Store) -> Any:
    return {name: one["keys"] for name, one in (await store.standings.all(SIGNING)).items()}


async def test_a_webhook_is_verified_by_the_public_key_that_is_shown(store: Store) -> None:
    private, public = new_pair()
    place = "${env:OUTSCOPE_NOTIFY_KEY}"
    headers, body = await posted(store, place, "claude-1", OUTSCOPE_NOTIFY_KEY=private)
    assert await told(store) == {"hook": [public]}
    assert verified(public, headers, body)["data"]["incident"] == "claude-1"
    for wrong in (body[:-1] + b" ", body + b"\n", b""):
        with pytest.raises(InvalidSignature):
            verified(public, headers, wrong)
    for name, value in (("webhook-id", "outscope-9"), ("webhook-timestamp", "1")):
        with pytest.raises(InvalidSignature):
            verified(public, {**headers, name: value}, body)
    with pytest.raises(InvalidSignature):
        verified(new_pair()[1], headers, body)


async def test_while_a_key_is_changed_both_verify_and_then_the_new_one_alone(store: Store) -> None:
    (old, old_public), (new, new_public) = new_pair(), new_pair()
    both = await posted(store, [new, old], "claude-1")
    assert await told(store) == {"hook": [new_public, old_public]}
    assert verified(old_public, *both) == verified(new_public, *both)
    after = await posted(store, new, "claude-2")
    assert await told(store) == {"hook": [new_public]}
    assert verified(new_public, *after)["data"]["incident"] == "claude-2"
    with pytest.raises(InvalidSignature):
        verified(old_public, *after)


async def test_shared_secrets_change_likewise_and_give_way_to_a_key(store: Store) -> None:
    private, public = new_pair()
    headers, body = await posted(store, [private, LATER, SHARED], "claude-1")
    for secret in (SHARED, LATER):
        assert Webhook(secret).verify(body, headers)["data"]["incident"] == "claude-1"
    assert verified(public, headers, body)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(body, headers)
    headers, body = await posted(store, SHARED, "claude-2")
    assert await told(store) == {}, "a shared secret is shown to nobody"
    assert headers["webhook-signature"].count(",") == 1


def test_keys_are_those_of_the_standard_algorithm() -> None:
    (signer,) = signers_of([whsk(SEED)])
    assert signer.public == "whpk_" + base64.b64encode(KNOWN).decode()
    expected = Ed25519PrivateKey.from_private_bytes(SEED).sign(b"said")
    assert signer.sign(b"said") == "v1a," + base64.b64encode(expected).decode()
    assert signers_of([whsk(SEED + KNOWN)])[0].public == signer.public


@pytest.mark.parametrize(
    "secret",
    [
        "whsk_",
        "whsk_no base64",
        whsk(SEED[:31]),
        whsk(SEED + b"x"),
        whsk(SEED + SEED),
        whsk(bytes(96)),
    ],
)
def test_a_key_that_cannot_be_used_is_told_without_it(secret: str) -> None:
    with pytest.raises(SecretError, match="outscope notify new-key") as refused:
        signers_of([secret])
    assert secret.removeprefix("whsk_") == "" or secret not in str(refused.value)


async def test_a_key_that_cannot_be_used_sends_nothing_unsigned(store: Store) -> None:
    with web_server() as hook:
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"], "secret": "whsk_AAAA"}
        async with telling(store, entry):
            await begins(store)
            found = (await tried(store))[0]
    assert hook.taken == []
    assert "base64 of an Ed25519 key" in found["why"]
