#!/usr/bin/env bash
# Pins every dependency with hashes, for all supported Python versions at once. Run by `make lock`.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=${UV:-.venv/bin/uv}
compile() { "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@"; }
compile --extra all --extra otel pyproject.toml -o requirements/run.txt
compile --extra worker pyproject.toml -c requirements/run.txt -o requirements/worker.txt
compile --extra all --extra otel --group dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt
compile requirements/contract.in -o requirements/contract.txt
