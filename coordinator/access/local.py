"""The token that `outscope up` writes for this machine, by which its commands write and operate."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from coordinator.access import local_file
from coordinator.access.judging import RefusedError, check_still
from coordinator.access.minting import NEVER, minted, wanted
from coordinator.access.scopes import Scope
from coordinator.access.session import ADMINISTRATOR, LINK_LASTS_MS, digest_of, new_secret
from coordinator.access.token import digest_of as token_digest
from coordinator.access.token import identifier_of, proves
from coordinator.store import Store
from coordinator.store.access.tokens import AccessToken
from coordinator.store.audit import Entry

NAME: Final = "outscope up"


async def keep_token(store: Store, folder: Path, told: Entry) -> None:
    """See to it that the folder holds a token that is good. `told` says who sees to it; another is
    made when there is none, when it is good no more, or when others could have read it.
    """
    found = await _of(store, local_file.read(folder))
    if found is not None and _is_good(found, told):
        return
    text, token = minted(wanted(NAME, list(Scope), NEVER, ()), told.who, told.at)
    about = f"{token.name} ({token.id}): {', '.join(token.scopes)}"
    for old in await store.tokens.all():
        if old.name == NAME and old.revoked_at is None and old.networks == ():
            line = Entry(told.at, told.who, "token revoked", f"{NAME} ({old.id})", told.source)
            await store.tokens.revoke(old.id, told.at, line)
    await store.tokens.add(token, Entry(told.at, told.who, "token created", about, told.source))
    local_file.write(folder, text)


async def offer_link(store: Store, told: Entry) -> str:
    """The secret of a link by which one browser signs in as an administrator, once, within an
    hour.
    """
    secret, until = new_secret(), told.at + LINK_LASTS_MS
    await store.sessions.offer(digest_of(secret), ADMINISTRATOR, tuple(Scope), until, told)
    return secret


async def take_given(store: Store, text: str, told: Entry) -> None:
    """Store a first administrator's token that was given to this process, unless it is known: one
    that was revoked stays so. ValueError when it is none.
    """
    identifier = identifier_of(text)
    if identifier is None:
        raise ValueError("it is no token; make one with: outscope token new")
    if await store.tokens.find(identifier) is not None:
        return
    asked = wanted(ADMINISTRATOR, list(Scope), NEVER, ())
    _, made = minted(asked, told.who, told.at)
    token = replace(made, id=identifier, digest=token_digest(text))
    about = f"{token.name} ({token.id}): {', '.join(token.scopes)}"
    await store.tokens.add(token, Entry(told.at, told.who, "token created", about, told.source))


async def _of(store: Store, text: str | None) -> AccessToken | None:
    identifier = identifier_of(text or "")
    found = await store.tokens.find(identifier) if identifier else None
    return found if found is not None and proves(text or "", found.digest) else None


def _is_good(found: AccessToken, told: Entry) -> bool:
    try:
        check_still(found, told.at)
    except RefusedError:
        return False
    return set(found.scopes) == set(Scope)
