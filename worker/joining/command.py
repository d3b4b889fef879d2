"""`outscope-worker join`: from a token to a key in the state folder."""

import argparse
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from worker.contract.clock import now
from worker.contract.http.joining import TOKEN_PREFIX, JoinRequest, api_address, salted
from worker.contract.message import IDENTIFIER
from worker.contract.settings.address import AddressError
from worker.flags import SettingsError, default_state_dir
from worker.joining.asking import (
    JoinError,
    RefusedError,
    ask,
    read_authority,
)
from worker.joining.key import (
    BROKER,
    HTTPS,
    Draft,
    Joining,
    Key,
    forget_draft,
    keep_draft,
    keep_key,
    kept_draft,
    kept_key,
    made_key,
)

TOKEN: Final = "OUTSCOPE_JOIN_TOKEN"  # noqa: S105 - the name of a variable
_NO_RELAY: Final = (
    "{} is of a version without a relay; renew it there, or join with the same line without --via"
)
_SECRET_BYTES: Final = 32


def parser() -> argparse.ArgumentParser:
    """What reads the command line of `join`; flags that it does not know are the worker's."""
    made = argparse.ArgumentParser(
        prog="outscope-worker join",
        description=(
            "Joins as a worker with a token (outscope worker invite), and goes on as that worker."
        ),
        epilog="All other flags of outscope-worker may be given too, and are for the worker.",
        allow_abbrev=False,
    )
    made.add_argument("url", metavar="URL", help="the API, such as https://outscope.example.com")
    made.add_argument("--token", metavar="TOKEN", help=f"what lets it in, once [{TOKEN}]")
    made.add_argument("--name", metavar="ID", help="this worker's name; else one is given")
    made.add_argument(
        "--state-dir",
        metavar="DIR",
        help="where its key and what it saw are kept [OUTSCOPE_STATE_DIR]",
    )
    made.add_argument(
        "--ca-file", metavar="FILE", help="the authority of the API's certificate (PEM)"
    )
    made.add_argument(
        "--via",
        choices=(HTTPS, BROKER),
        help="go by HTTPS alone, or by the broker alone; else by whichever it reaches",
    )
    made.add_argument(
        "--replace", action="store_true", help="the folder's key is replaced by the new one"
    )
    made.add_argument(
        "--only-write", action="store_true", help="write the key, and do not start the worker"
    )
    return made


def join(
    argv: Sequence[str], environ: Mapping[str, str] = os.environ
) -> tuple[Key, Sequence[str] | None]:
    """Join, and keep the key; the key, and the flags to go on with as the worker (None when it is
    not to start). SettingsError says why not; the folder's key is as it was then.
    """
    told, rest = parser().parse_known_args(argv)
    folder = Path(told.state_dir or environ.get("OUTSCOPE_STATE_DIR") or default_state_dir(environ))
    token = (told.token or environ.get(TOKEN, "")).strip()
    try:
        ca_file = Path(told.ca_file) if told.ca_file else None
        authority = "" if ca_file is None else read_authority(ca_file)
        joining = Joining(api_address(told.url), authority, told.via or "")
        key = _joined(joining, token, told, folder)
    except (JoinError, AddressError) as error:
        raise SettingsError(str(error)) from None
    except OSError as error:
        raise SettingsError(
            f"cannot write to {error.filename or folder}: {error.strerror}; give a folder that this"
            " user may write to with --state-dir"
        ) from None
    return key, None if told.only_write else ["--state-dir", str(folder), *rest]


def _joined(joining: Joining, token: str, told: argparse.Namespace, folder: Path) -> Key:
    _check(token, told.name)
    digest = sha256(token.encode()).hexdigest()
    kept = kept_key(folder)
    if kept is not None and kept.token == digest:
        return kept  # the same line again: it is in already
    if kept is not None and not told.replace:
        raise JoinError(
            f"{folder} holds the key of worker {kept.worker} of {kept.region} already; start it"
            f" with outscope-worker --state-dir {folder}, give this one another --state-dir, or"
            " have that key replaced with --replace"
        )
    draft = kept_draft(folder)
    if draft is None or draft.token != digest:
        draft = Draft(digest, secrets.token_urlsafe(_SECRET_BYTES))
        keep_draft(folder, draft)  # before it is sent: an answer may be lost
    asked = JoinRequest(
        token=token,
        secret_sha256=sha256(draft.secret.encode()).hexdigest(),
        secret_salted=salted(draft.secret),
        at=now(),
        name=told.name,
        relays=joining.via != BROKER,
        needs_relay=joining.via == HTTPS,
    )
    try:
        answer = ask(joining.api, asked, joining.authority)
        if joining.via == HTTPS and not answer.relay:
            raise JoinError(_NO_RELAY.format(joining.api))
    except RefusedError:
        forget_draft(folder)
        raise
    key = made_key(answer, draft, joining)
    keep_key(folder, key)
    return key


def _check(token: str, name: str | None) -> None:
    if not token:
        raise JoinError(
            f"there is no token; give --token, or {TOKEN}, as outscope worker invite printed it"
        )
    if not re.fullmatch(rf"{TOKEN_PREFIX}[A-Za-z0-9_-]{{20,150}}", token):
        raise JoinError(
            f"what is given as token is none: one begins with {TOKEN_PREFIX} and is 36 letters"
            " long; copy the whole line of outscope worker invite"
        )
    if name is not None and not re.fullmatch(IDENTIFIER, name):
        raise JoinError(
            f"--name {name[:80]!r} cannot be used; use 1 to 64 of a-z, 0-9, - and _, with no - or _"
            " at the ends"
        )
