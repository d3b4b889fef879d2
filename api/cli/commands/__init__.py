"""One file a command; `api.cli.app` puts them together."""
