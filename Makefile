# Everything needs only make and python3 (3.11 or newer).  `make run` sets up, runs the baseline
# and a what-if, and ends with a report that compares them.

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.installed
WORKERS ?= auto
BASELINE := scenarios/kent-medway/baseline.yaml
WHAT_IF  ?= scenarios/kent-medway/what-if-more-ucr-and-pathway-1.yaml
REPLICATIONS ?= 10
PYTEST  := $(BIN)/python -m pytest -q -n $(WORKERS)

.PHONY: help run setup test test-full bench mutants check lint format clean

help: ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: $(STAMP) ## set up if needed, run the Kent and Medway baseline and a what-if, compare them, write a report
	$(BIN)/flowsim run $(BASELINE) -n $(REPLICATIONS) -j 2
	$(BIN)/flowsim compare $(BASELINE) $(WHAT_IF) -n $(REPLICATIONS) -j 2
	$(BIN)/flowsim report $(BASELINE) $(WHAT_IF) -n $(REPLICATIONS) -o results/baseline-and-what-if.html

setup: $(STAMP) ## make the virtual environment with everything needed for development

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "flowsim needs Python 3.11 or newer and found " + sys.version.split()[0] + ". Try: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(STAMP)

test: $(STAMP) ## the quick tests
	$(PYTEST) -m "not slow and not full and not benchmark"

test-full: $(STAMP) ## every test, with the whole system
	$(PYTEST) -m "not benchmark"

lint: $(STAMP) ## style, types, layers and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell src tests docs scenarios benchmarks *.md

bench: $(STAMP) ## measure what flowsim costs, beside other engines and as it grows (a quarter of an hour)
	$(BIN)/python -m benchmarks

mutants: $(STAMP) ## break the engine on purpose and show which case of the theory suite notices
	$(BIN)/python tests/mutation.py

check: lint test ## what a reviewer runs: lint and the quick tests

format: $(STAMP) ## put the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove everything that can be made again (finished runs in results/ stay)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
