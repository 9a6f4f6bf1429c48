# pcaptools: `make demo` traces real HTTP at once, `make test` passes every check. Neither needs a manual step.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test coverage check fuzz test-lowest bench bench-scale bench-load attacks clean system-packages

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml tests/support/ensure_venv.sh tests/support/install.py
	@sh tests/support/ensure_venv.sh "$(PYTHON)" "$(VENV)"
	@$(BIN)/python tests/support/install.py
	@touch $@

demo: $(STAMP)  ## set up everything and trace real HTTP
	@$(BIN)/pcaptools demo

test: $(STAMP) system-packages  ## set up everything and run every check and test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest -n auto --dist worksteal

coverage: $(STAMP) system-packages  ## run every test and list what none of them reaches
	@$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term:skip-covered

check: $(STAMP)  ## the fast loop: format, lint, types, unit tests
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/mypy
	@$(BIN)/pytest -q -x -m "not live" --ignore tests/test_corpus.py

fuzz: $(STAMP)  ## run every fuzz target, an hour in all (SECONDS=n for each, TARGETS="head files" for some)
	@$(BIN)/python tests/support/install.py fuzz || echo "no atheris here: by chance instead of by coverage"
	@$(BIN)/python tests/fuzz/run.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TARGETS),--only $(TARGETS))

test-lowest: $(STAMP)  ## run the unit tests with the oldest versions of all dependencies that pyproject.toml allows
	@$(BIN)/python tests/support/lowest.py

bench: $(STAMP)  ## run every command beside its peers and write docs/performance.md (ROUNDS=n, 5)
	@$(BIN)/python benchmarks/compare.py --write --rounds $(or $(ROUNDS),5)

bench-scale: $(STAMP)  ## measure growth and memory and write docs/performance.md
	@$(BIN)/python benchmarks/scale.py --write

attacks: $(STAMP)  ## send every attack known to the real commands and write docs/reliability.md (ONLY=regex)
	@$(BIN)/python benchmarks/attacks.py $(if $(ONLY),--only '$(ONLY)',--write)

bench-load: $(STAMP) system-packages  ## capture live at rising rates and write docs/reliability.md (root)
	@$(BIN)/python benchmarks/load.py --write

system-packages:  # what live tests run against; skipped with a clear line without root or apt
	@sh tests/support/system_packages.sh

clean:  ## remove everything that was built
	rm -rf $(VENV) $(VENV)-lowest .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
