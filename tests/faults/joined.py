"""A worker that joined, as its state folder, the table of keys and the broker know it, without the
processes that would have let it in.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from coordinator.messaging.acl import worker_rules, worker_user
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from tests.faults.broker import Broker
from worker.contract.clock import now

SECRET = "the secret that only the worker has"


def rules(region: str, worker: str, *secrets: str) -> list[str]:
    """The rules of a worker's user at the broker, by its secrets."""
    digests = [sha256(secret.encode()).hexdigest() for secret in secrets]
    return worker_rules(region, worker, digests)


def acl(region: str, worker: str, *secrets: str) -> Sequence[str]:
    """The lines of an access list for a broker that also lets tests in without a name."""
    user = f"user {worker_user(region, worker)} {' '.join(rules(region, worker, *secrets))}"
    return ("user default on nopass ~* &* +@all", user)


def let_in(broker: Broker, region: str, worker: str, *secrets: str) -> None:
    """Have the broker know a worker's user, as the coordinator does."""
    told = ("reset", *rules(region, worker, *secrets))
    broker.client().execute_command("ACL", "SETUSER", worker_user(region, worker), *told)


def throw_out(broker: Broker, region: str, worker: str) -> None:
    """End a worker's user and its connections, as the coordinator does."""
    client, user = broker.client(), worker_user(region, worker)
    client.execute_command("ACL", "SETUSER", user, "off", "resetpass")
    client.execute_command("CLIENT", "KILL", "USER", user)
    client.execute_command("ACL", "DELUSER", user)


async def keyed(store: Store, region: str, worker: str, secret: str = SECRET) -> None:
    """Have the table of keys know a worker's key."""
    at, digest = now(), sha256(secret.encode()).hexdigest()
    entry = Entry(at, "tester", "worker joined", f"{region}/{worker}", "here")
    token = sha256(f"{worker}{secret}".encode()).hexdigest()
    made = Invitation(0, token, region=region, worker=None, network=None, made_at=at, expires_at=at)
    await store.invitations.add(made, entry)

    def admit(found: Invitation | None, _keys: object) -> Admitted:
        assert found is not None
        return Admitted(found, worker, digest, at, at, entry)

    key = await store.invitations.redeem(token, admit)
    await store.worker_keys.applied([key], at)


def write_key(folder: Path, region: str, worker: str, **fields: str) -> None:
    """Write the key into a worker's state folder, as joining does."""
    told = {
        "region": region,
        "worker": worker,
        "user": worker_user(region, worker),
        "secret": SECRET,
        "broker": "",
        "broker_ca": "",
        "coordinator_key": "",
        "api": "",
        "token": "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.json").write_text(json.dumps(told | fields))
