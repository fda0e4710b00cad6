PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

# pip compiles nothing, for a quicker set-up; so let Python keep what it compiles at first use.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test axe load gauntlet soak torture lint bench constraints audit dist dist-check clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## track a small news site on this machine, and show what it changed
	@$(BIN)/newstrail demo $(ARGS)

# Half as many again as there are processors: many tests wait, for a delay to be kept or a crawl's time to be up.
WORKERS = $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

AXE := $(HOME)/.cache/newstrail

axe: ## fetch axe-core, which the tests of the pages look for faults of accessibility with
	@test -e $(AXE)/node_modules/axe-core/axe.min.js || { mkdir -p $(AXE) && cd $(AXE) \
		&& npm install --silent --no-audit --no-fund --no-save axe-core@4 >/dev/null; } \
		|| echo "axe-core could not be had: its test is skipped"

load: $(READY) ## measure the pages on a record of 100,000 articles, and with 50 readers beside a crawl
	@$(BIN)/python -m tests.web.load $(ARGS)

lint: $(READY) ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

gauntlet: $(READY) ## noise and real edits on many pages: what is recorded as a change, and what is missed
	@$(BIN)/python -m tests.gauntlet $(ARGS)

soak: $(READY) ## run the daemon for a day made short: memory, and the gaps between requests (a quarter of an hour)
	@$(BIN)/python -m tests.soak $(ARGS)

torture: $(READY) ## hostile origins, kills, failing disks, fuzzing, a long day made short (under 40 minutes)
	@$(BIN)/python -m tests.torture $(ARGS)

bench: $(READY) ## measure the speed of a crawl and of each rule
	@$(BIN)/python -m bench $(ARGS)

# Where it has wheels: pip-compile forgets what pyproject.toml says of that.
ATHERIS := python_version < '3.14' and platform_machine == 'x86_64' and sys_platform == 'linux'

constraints: $(READY) ## pin every dependency anew (ARGS=--upgrade for the newest of each)
	@echo "Pinning what pyproject.toml names, with hashes: a minute or two"
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-options \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--extra web --extra parquet --extra dev --output-file constraints.txt $(ARGS) pyproject.toml
	@sed -i.old "s/^atheris==[0-9.]*/& ; $(ATHERIS)/" constraints.txt && rm constraints.txt.old
	@! grep -n '://' constraints.txt

audit: $(READY) ## look for known faults of what constraints.txt pins (ARGS="--vulnerability-service osv" asks elsewhere)
	@$(BIN)/python -m deploy.audit $(ARGS)

# What is built is dated by its commit, in an unpacked source archive as the archive is: never by the clock.
dist dist-check: export SOURCE_DATE_EPOCH ?= $(shell test -e .git && git log -1 --format=%ct || stat -c %Y PKG-INFO)

dist: $(READY) ## build the wheel and the source archive, and list what it runs on (CycloneDX)
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --sdist --wheel $(ARGS)
	@$(BIN)/python -m deploy.sbom

dist-check: dist ## build it all anew elsewhere: the same bytes? Then install it from what it lists, and run it
	@$(BIN)/python -m deploy.check

clean: ## remove what was made here, databases aside
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "newstrail needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	@echo "Installing newstrail's dependencies into $(VENV): about half a minute, once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --no-compile --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@
