# One word for everything a person does here. `make` alone lists them.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help catalog serve test sweep fuzz faults test-newest-sqlite coverage migration lint format docs docs-check \
	pictures bench wheel clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found; install it or say make PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: .venv/bin/python pyproject.toml
	@$(PIP) --editable . && touch $@

.venv/test: .venv/bin/python pyproject.toml
	@$(PIP) --editable '.[test]' && touch $@ .venv/runtime

.venv/dev: .venv/bin/python pyproject.toml
	@$(PIP) --editable '.[test,dev]' && touch $@ .venv/test .venv/runtime

catalog: .venv/runtime ## make catalog.db from the digests in seeds/
	@$(BIN)/catalog load
	@echo
	@echo "Made catalog.db. Look at it:"
	@echo "  make serve                                in a browser, at http://127.0.0.1:8001"
	@echo "  $(BIN)/catalog search graph networks   in the terminal"
	@echo "  sqlite3 catalog.db                        with SQL"

serve: .venv/runtime ## publish catalog.db in a browser
	@$(BIN)/catalog serve

test: .venv/test ## run every test
	@$(BIN)/python -m pytest -n auto --dist loadgroup

# The packages of .venv, and another SQLite: of ours only what a wheel would bring is installed again.
.venv-newest/test: .venv/test
	@$(PYTHON) -m venv .venv-newest
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$(.venv-newest/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/packages.pth"
	@.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . 'pysqlite3>=0.6'
	@touch $@

sweep: .venv/test ## run the long forms of the property tests
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m slow

fuzz: .venv/test ## read 10,000 damaged documents (FUZZ_EXAMPLES=… for another number)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(BIN)/python -m pytest -n auto tests/test_fuzz_documents.py

# Readers, links and pages know no database: one run of their tests is enough.
TESTS_OF_THE_FILE := $(wildcard tests/test_migrat*.py tests/test_database*.py) \
	$(addprefix tests/test_,load.py release.py revisions.py schema.py search.py)

test-newest-sqlite: .venv-newest/test ## run the tests of the file on the SQLite of a wheel
	@PYTHONPATH=tests/newest_sqlite .venv-newest/bin/python -m pytest -n auto $(TESTS_OF_THE_FILE)

coverage: .venv/dev ## measure which lines and branches the tests reach; PYTEST="…" for some of them
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term-missing:skip-covered $(PYTEST)

migration: .venv/dev ## start a revision with its test: make migration MESSAGE="add a column"
	@$(BIN)/python -m migrations.start && $(BIN)/ruff check --quiet --fix migrations tests && $(BIN)/ruff format --quiet migrations tests
faults: .venv/test ## fail every write, sync and name; kill; lose power (takes hours)
	@$(BIN)/python -m tests.faults $(FAULTS)

lint: .venv/dev ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: .venv/dev ## let ruff lay out the code
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: .venv/test ## write the generated documentation anew
	@$(BIN)/python -m docs.generate

docs-check: .venv/test ## fail where the generated documentation is out of date
	@$(BIN)/python -m docs.generate --check

pictures: .venv/test ## take the pictures in the README anew
	@$(BIN)/python -m docs.pictures

bench: .venv/dev ## run the benchmarks and print ratios
	@for benchmark in benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done

wheel: .venv/dev ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --outdir dist

clean: ## remove what was built, not catalog.db
	@rm -rf .venv .venv-newest build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
