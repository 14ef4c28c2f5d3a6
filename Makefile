# `make run` serves, `make test` tests: each first makes .venv and installs what it needs (Python 3.11 or newer, python3-venv).
PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip install -qq --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -q

.PHONY: run test test-deep bench bench-plan bench-planner lint clean
.DELETE_ON_ERROR:

run: .venv/.run .venv/.compiled
	@exec $(BIN)/locator serve

test: .venv/.test .venv/.compiled
	$(PYTEST) -n 2 --dist loadfile -m "not deep"

test-deep: .venv/.test
	$(PYTEST) -n 2 --dist worksteal -m deep

bench: .venv/.test
	@$(BIN)/python -m tests.benchmarks

bench-plan: .venv/.test
	@$(BIN)/python -m tests.benchmarks plan

# what planners' questions cost: searches, audits, sites
bench-planner: .venv/.test
	@$(BIN)/python -m tests.benchmarks coverage siting audit

lint: .venv/.test
	$(BIN)/ruff check geodata locator maps tests
	$(BIN)/mypy

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find geodata locator maps tests -name __pycache__ -type d -prune -exec rm -rf {} +

# compiled once, so that nobody waits for it
.venv/.compiled: $(shell grep -rlE '@(compiled|njit)' geodata locator --include=*.py) locator/warming.py | .venv/.run
	@$(BIN)/python -m locator.warming && touch $@

# The stamps say what .venv holds; they are renewed when a pin changes.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3-venv is needed: apt install python3-venv"; exit 1; }

.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	@echo "setting up .venv (about a minute, once) …" >&2
	@sed '/^# --- tests/,$$d' requirements.txt > .venv/run.txt
	@$(PIP) -r .venv/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.run
	@$(PIP) -r requirements.txt
	@touch $@
