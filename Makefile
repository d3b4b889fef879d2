# Everything a person or CI runs. `make` alone lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Records of real incidents for `make verdicts`, which says so when there are none.
RECORDS ?= ../shared/data
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run demo test test-fast check format hooks reference lock docs audit sbom release-check geodata web screenshots bench bench-peers verdicts verdicts-proof chaos simulate-faults system clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run  ## Set up and run the product: http://127.0.0.1:8000, Ctrl-C stops it
	@exec $(BIN)/outscope up

demo: $(VENV)/.run  ## Play outages against a small internet of its own, and check every verdict
	@exec $(BIN)/outscope demo --once

test: $(VENV)/.dev system  ## Run all tests, with real servers and a real browser
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not benchmark and not image" --reruns 1 --durations 15

test-fast: $(VENV)/.dev  ## Run the tests that need no server
	$(BIN)/pytest -q -m "not slow and not browser and not benchmark and not image"

check: $(VENV)/.dev  ## Format, lints, types, import rules, generated reference: nothing is changed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python infra/dev/reference.py --check
	$(BIN)/python -m infra.observability.write --check

format: $(VENV)/.dev  ## Format the code and mend what the linter can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

hooks: $(VENV)/.dev  ## Have git run `make check` and read the message before each commit
	$(BIN)/pre-commit install

reference: $(VENV)/.dev  ## Write docs/reference anew from the code
	$(BIN)/python infra/dev/reference.py
	$(BIN)/python -m infra.observability.write

lock: $(VENV)/.dev  ## Pin the newest dependencies that the ranges allow, with hashes
	infra/dev/lock.sh

docs: $(VENV)/.dev  ## Build the documentation as a site that can be searched: build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet -f infra/site/mkdocs.yml
	@echo build/site/index.html

audit: $(VENV)/.dev  ## Ask for known holes in what the locks name; says so when nobody can be asked
	@$(BIN)/python infra/dev/audit.py

sbom: $(VENV)/.dev  ## Write what is in a release: dist/outscope.cdx.json (CycloneDX)
	@mkdir -p dist
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements/run.txt --pyproject pyproject.toml \
	  --of JSON --output-reproducible -o dist/outscope.cdx.json
	@echo dist/outscope.cdx.json

release-check: $(VENV)/.dev  ## Say whether this tree can be released: versions, changelog, builds, installs, image
	@$(BIN)/python infra/dev/release.py check
	@$(MAKE) audit sbom
	@$(BIN)/pytest -q -m image

geodata: $(VENV)/.dev  ## Fetch the newest databases of countries and networks: three minutes, needs npm
	$(BIN)/python infra/geodata/build_country.py
	$(BIN)/python infra/geodata/build_networks.py

web: $(VENV)/.dev  ## Fetch anew what the page has from elsewhere, and the map: needs npm
	$(BIN)/python infra/web/renew.py

screenshots: $(VENV)/.dev system  ## Take pictures of each view of the page, light, dark and narrow: docs/images
	@$(BIN)/python -m tests.api.web.pictures

bench: $(VENV)/.dev  ## Measure, and print the figures; see docs/explanation/performance.md
	@for file in $$(grep -l __main__ tests/benchmarks/*.py | grep -v -e peers -e soak); do echo "== $$file"; $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

bench-peers: $(VENV)/.dev  ## Measure looks side by side with Prometheus' blackbox_exporter, a Debian package
	@infra/dev/system-packages.sh bench
	$(BIN)/python -m tests.benchmarks.peers

verdicts: $(VENV)/.dev  ## Count how often verdicts are right: docs/explanation/verdicts.md, within half an hour
	$(BIN)/python -m tests.verdicts --records $(RECORDS) --out docs/explanation/verdicts.md

verdicts-proof: $(VENV)/.dev  ## Run what is missing of 10,000 faults and 7,200 quiet days: hours; AT_MOST=20m for a part
	$(BIN)/python -m tests.verdicts.proof --into docs/explanation/verdicts.md $(if $(AT_MOST),--at-most $(AT_MOST)) $(if $(JOBS),--jobs $(JOBS))

chaos: $(VENV)/.dev system  ## Have faults befall an installation, and print its books; SEED=7 MINUTES=20
	$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),20)
	$(BIN)/pytest -q -s tests/chaos/test_rolling.py tests/coordinator/process/test_takeover.py -k "parts or 20"

simulate-faults: $(VENV)/.dev  ## Have thousands of faults befall a simulated fleet; HOURS=168 REGIONS=50 WORKERS=1000 SEED=1 AT_MOST=20m for a part
	$(BIN)/python -m tests.simulation --beat 15 --seed $(or $(SEED),1) --hours $(or $(HOURS),168) --regions $(or $(REGIONS),50) --workers $(or $(WORKERS),1000) $(if $(AT_MOST),--state build/simulation --at-most $(AT_MOST)) $(OPTIONS)

clean:  ## Remove the virtual environment and everything that was generated
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@infra/dev/system-packages.sh

# The stamps say that the environment holds what the pinned lists say. Hashes are checked by pip.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else 1)' 2>/dev/null || { \
	  echo "Outscope needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	       "name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; install it with your package manager" >&2; exit 1; }
	@touch $@

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/.created
	@echo "Installing the pinned dependencies"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/.created
	@echo "Installing the pinned dependencies of development"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --no-deps -e .
	@touch $@ $(VENV)/.run
