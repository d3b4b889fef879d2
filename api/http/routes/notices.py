"""By what receivers of webhooks verify them."""

from fastapi import Request
from starlette.responses import Response

from api.documents.notices import SigningKeys, signing_keys
from api.http.access.door import requires
from api.http.answers.encoding import answer, document
from api.http.shapes import Router
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.store.state.standings import SIGNING

router = Router(tags=["access"], dependencies=[requires(Scope.READ)])


@router.get("/v1/notify/keys", operation_id="listSigningKeys", response_model=SigningKeys)
async def keys(request: Request, sources: From) -> Response:
    """The public keys (Ed25519) by which receivers verify the webhooks of this installation
    (`v1a` of Standard Webhooks), by channel. While a key is changed there are several, and each
    message is signed by all of them. Channels that sign by a shared secret, or not, have none.
    """
    found = signing_keys(await sources.store.standings.all(SIGNING))
    return answer(request, document(found))
