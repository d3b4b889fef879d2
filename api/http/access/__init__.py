"""Who asks, and whether it may: at the door of each address.

An address says what it asks for by one dependency, and a test fails for one that says nothing:

    @router.put("/v1/x", dependencies=[requires(Scope.WRITE)])          # the caller does not matter
    async def put(who: Annotated[Caller, requires(Scope.WRITE)]): ...   # or it does

`requires(scope)` lets a request in whose token or session has that scope, and gives the `Caller`:
`who` names it for people (at most 128 letters, never a secret; what `managed by` shows), `address`
is where it asks from, `may(scope)` what else it may, and `line(what, about)` is a line of the audit
log. Reading needs nobody's name where `ApiSettings.reading_is_open`; writing and operating always
do. `open_to_all(why)` is for what is nobody's secret, `own_credential(why)` for what a credential
of another kind lets in. `api.http.access.table` tells all of it, and the reference is written from
there.

A write stores its line in the transaction of what it changes, so that neither is without the other:

    from coordinator.store.audit import added, digest_of
    async with database.transaction() as transaction:
        ...                                                             # what changes
        await added(transaction, who.line("maintenance put", name, digest_of(old), digest_of(new)))
"""
