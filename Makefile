# make        set up .venv; the command is .venv/bin/farthing
# make run    set up, then the main job: a published training run, estimated beside what was reported
# make test   set up, then all tests, with full branch coverage of formulas, units and catalog
# make docs   set up, then write the pages that can go stale
# make check  set up, then style, types and import contracts

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.ready

.DELETE_ON_ERROR:
.PHONY: setup run test docs check format constraints clean

setup: $(STAMP)

# The package is installed editable, so only these two files can make the environment stale.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or run 'make PYTHON=/path/to/python3.11'"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: $(STAMP)
	@$(BIN)/farthing demo

test: $(STAMP)
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=term

docs: $(STAMP)
	$(BIN)/python tools/write_docs.py

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins what .venv holds now: names and versions only.
constraints: $(STAMP)
	@$(BIN)/python -m pip freeze --exclude-editable 2>/dev/null | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' > constraints.txt

clean:
	rm -rf .venv .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
