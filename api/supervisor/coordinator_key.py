"""The key that our own workers pin, which is made before the coordinator and they start."""

from pathlib import Path

from api.supervisor.problem import CannotStartError
from coordinator.messaging.signing import SigningKeyError, find_signer
from coordinator.settings import SettingsError, signing_key


def coordinator_key(data: Path) -> str:
    """The coordinator's public key; CannotStartError says why there is none."""
    try:
        signer = find_signer(signing_key(), data, makes=True)
    except (SigningKeyError, SettingsError) as error:
        raise CannotStartError(str(error)) from error
    return "" if signer is None else signer.public
