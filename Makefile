# One command each: `make run` opens the app, `make test` tests it, `make check` does everything
# that a change must pass. Each installs what it needs into .venv first and is quick when that is
# done. PYTHON=python3.12 chooses another interpreter, TESTS=tests/store a part of the tests.

PYTHON ?= python3
TESTS ?= tests
# Two tests at a time: most of them wait for processes or a disk.
PYTEST_OPTIONS ?= -n 2 --hypothesis-profile=repeatable

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
SOURCES := jobs_tui tests screenshots docs

.DEFAULT_GOAL := help
.PHONY: help run test check format docs screenshots bench constraints clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed ## Open the app
	@$(BIN)/jobs-tui

test: $(VENV)/.installed-dev ## Run the tests (TESTS=tests/store for a part)
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS) $(TESTS)

check: $(VENV)/.installed-dev ## Format, lint, types, import contracts, tests
	@echo "ruff format --check"; $(BIN)/ruff format --check --quiet $(SOURCES)
	@echo "ruff check"; $(BIN)/ruff check --quiet $(SOURCES)
	@echo "mypy"; $(BIN)/mypy --no-error-summary
	@echo "lint-imports"; $(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

format: $(VENV)/.installed-dev ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet $(SOURCES)
	@$(BIN)/ruff format --quiet $(SOURCES)

docs: $(VENV)/.installed-dev ## Write the tables of commands, settings and keys into the docs
	@$(BIN)/python -m docs.tables

screenshots: $(VENV)/.installed-dev ## Draw the screenshots of the README again
	@$(BIN)/python -m screenshots.make

bench: $(VENV)/.installed-dev ## Run the benchmarks; each prints JSON
	@for file in tests/benchmarks/bench_*.py; do \
	  module=$${file%.py}; echo "# $$file" >&2; \
	  $(BIN)/python -m "$$(echo $$module | tr / .)" || exit; \
	done

constraints: ## Renew constraints.txt with the newest versions that pyproject.toml allows
	@$(PYTHON) -m venv --clear build/renew
	@echo "resolving the newest versions"
	@build/renew/bin/python -m pip --quiet --disable-pip-version-check install '.[dev]'
	@{ sed '/^[^#]/,$$d' constraints.txt; \
	  build/renew/bin/python -m pip freeze --exclude jobs-tui; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt && rm -rf build/renew
	@git --no-pager diff --stat constraints.txt

clean: ## Remove the environment, caches and what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .coverage snapshot_report.html *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are written last, so an installation that was interrupted is done again.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(call environment)
	@echo "installing jobs-tui into $(VENV) (once, about a minute)"
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt
	@$(call environment)
	@echo "installing jobs-tui and its test tools into $(VENV) (once, about a minute)"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $(VENV)/.installed $@

# Makes the environment where there is none that works; says in one sentence what is missing.
define environment
if ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
  command -v $(PYTHON) >/dev/null \
    || { echo "$(PYTHON) is missing: install Python 3.11 or newer (apt install python3 python3-venv)." >&2; exit 1; }; \
  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || { echo "$$($(PYTHON) --version) is too old: jobs-tui needs Python 3.11 or newer; name one with make PYTHON=python3.11." >&2; exit 1; }; \
  $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
    || { echo "$(PYTHON) cannot make virtual environments: install python3-venv (apt install python3-venv)." >&2; exit 1; }; \
  echo "making $(VENV)"; \
  $(PYTHON) -m venv --clear $(VENV); \
fi
endef
