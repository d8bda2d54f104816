# Everything below sets up what it needs. Without make (Windows): python scripts/setup.py, see README.
# Written for any make, GNU make 3.81 of macOS included.

RUN = .venv/bin/cohesion ensemble splitting-the-alliance --baseline status-quo --runs 512 --out results/splitting-the-alliance

# Any of these can be given on the command line: make run PYTHON=python3.12 INSTALLER=pip
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done 2>/dev/null)
NEWEST_PYTHON ?= $(shell for v in 3.13 3.12; do \
	  for p in python$$v "$$(pyenv root)"/versions/$$v*/bin/python; do \
	    "$$p" -c '' && echo "$$p" && exit; done; done 2>/dev/null)
INSTALLER ?= auto
LOCK_FLAGS ?=

# Tests of a file stay together: they share what is slow to make. Files go out in the order of tests/conftest.py.
SPREAD = --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

SETUP = scripts/setup.py --installer $(INSTALLER)
SOURCES = pyproject.toml requirements.lock scripts/setup.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dashboard test test-newest soak coverage check bench baseline architecture latency docs docs-tables pictures notebooks \
	screenshots screenshots-lessons lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' Makefile

run: .venv/.core ## set up and run the headline ensemble into results/splitting-the-alliance
	$(RUN)

dashboard: .venv/.viz ## open the dashboard in a browser
	.venv/bin/cohesion dashboard

test: .venv/.dev ## run the tests
	.venv/bin/python -m pytest $(SPREAD)

test-newest: .venv-newest/.dev ## run the tests on the newest Python found and the newest Mesa 3
	.venv-newest/bin/python -m pytest $(SPREAD)

soak: .venv/.dev ## run the tests that take minutes
	.venv/bin/python -m pytest -m "soak or hypothesis"

coverage: .venv/.dev ## measure what the tests reach of the simulation; at least 90 % with branches
	.venv/bin/python -m pytest $(SPREAD) --ignore=tests/viz --cov --cov-report=term

check: .venv/.dev ## lint, formatting, types, layers
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo --no-cache

bench: .venv/.core ## measure speed against other frameworks, cost by size, memory and start-up
	.venv/bin/python -m experiments.benchmark

baseline: .venv/.core ## save the outcomes of a new version of the model, once CHANGELOG.md says why they moved
	.venv/bin/python -m experiments.baseline --save

architecture: .venv/.core ## draw the picture of the architecture in docs/
	.venv/bin/python scripts/architecture.py

latency: .venv/.dev ## measure the dashboard's answers in Chromium
	.venv/bin/python -m experiments.latency

screenshots: .venv/.dev ## take the pictures of the dashboard in docs/
	.venv/bin/python scripts/screenshots.py

pictures: .venv/.dev ## draw the pictures of the explanations in docs/
	.venv/bin/python scripts/pictures.py

screenshots-lessons: .venv/.dev ## take the pictures of the lessons in docs/
	.venv/bin/python scripts/screenshots.py lessons

docs: .venv/.docs ## build the documentation site into site/
	.venv/bin/python -m mkdocs build --strict

notebooks: .venv/.dev ## run the notebooks again and keep what they show
	.venv/bin/python scripts/notebooks.py

docs-tables: .venv/.core ## regenerate the tables in docs/
	.venv/bin/python -m cohesion.tables
	.venv/bin/python -m cohesion_viz.limits

lock: ## bring the lock files in line with pyproject.toml and the benchmark's peers (LOCK_FLAGS=--upgrade: newest versions)
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --no-emit-index-url --quiet \
	  --custom-compile-command "make lock   (everything newer: make lock LOCK_FLAGS=--upgrade)" \
	  $(LOCK_FLAGS) --output-file requirements.lock
	for peer in agentpy mesa-frames; do \
	  uv pip compile experiments/benchmark/peers/$$peer/requirements.in --universal --python-version 3.11 \
	    --no-emit-index-url --quiet --custom-compile-command "make lock" $(LOCK_FLAGS) \
	    --output-file experiments/benchmark/peers/$$peer/requirements.lock || exit 1; done

clean: ## remove environments, caches and builds; results/ stays
	rm -rf .venv .venv-newest .venv-bench-* build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: installed again when one of SOURCES changes. The second waits for the first, so -j is safe.
.venv/.core: $(SOURCES)
	@python="$(PYTHON)"; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.11 or newer found on PATH. Install one, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; fi; \
	"$$python" $(SETUP)
	@touch $@

.venv/.viz: .venv/.core
	@.venv/bin/python $(SETUP) --extra viz
	@touch $@

.venv/.docs: .venv/.core
	@.venv/bin/python $(SETUP) --extra docs
	@touch $@

.venv/.dev: .venv/.core
	@.venv/bin/python $(SETUP) --extra dev,docs,viz,study,cluster
	@touch $@ .venv/.viz .venv/.docs

.venv-newest/.dev: $(SOURCES)
	@python="$(NEWEST_PYTHON)"; \
	if [ -z "$$python" ]; then \
	  echo "No Python 3.13 or 3.12 found on PATH or in pyenv. Install one, or name it: make test-newest NEWEST_PYTHON=/path/to/python3" >&2; exit 1; fi; \
	"$$python" $(SETUP) --venv .venv-newest --extra dev,docs,viz,study,cluster --newest mesa
	@touch $@
