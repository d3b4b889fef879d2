"""Who may do what over HTTP: scopes, tokens that carry them, and whether a token is good.

Decided here, stored in `coordinator.store.access`, asked at the door by `api.http.access`.
May import configuration, store and worker.contract.
"""
