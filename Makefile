# One word for everything a person does here. `make` alone lists them.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help catalog serve test sweep fuzz faults test-newest-sqlite test-lake coverage migration lint format docs docs-check \
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

# What the tests of a file share (a browser, a site) is started once; tests/conftest.py puts the longest files first.
WORKERS := -n auto --dist loadfile --no-loadscope-reorder

test: .venv/test ## run the tests; without Spark those of the lake are skipped
	@$(BIN)/python -m pytest $(WORKERS)

# An environment with the packages of .venv and some of its own: nothing changes under tests that run in .venv.
PURELIB := -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
BORROWING = $(PYTHON) -m venv $(@D) && $(BIN)/python $(PURELIB) > "$$($(@D)/bin/python $(PURELIB))/packages.pth" && \
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check

.venv-newest/test: .venv/test
	@$(BORROWING) --no-deps --editable . 'pysqlite3>=0.6' && touch $@

.venv-spark/test: .venv/test
	@$(BORROWING) --editable '.[spark]' && touch $@

sweep: .venv/test ## run the long forms of the property tests
	@$(BIN)/python -m pytest $(WORKERS) -m slow

fuzz: .venv/test ## read 10,000 damaged documents (FUZZ_EXAMPLES=… for another number)
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-10000} $(BIN)/python -m pytest -n auto tests/test_fuzz_documents.py

# Where another SQLite could do another thing: schema, upgrades, search, the rows of a load, the bytes of a release.
TESTS_OF_THE_FILE := $(wildcard tests/test_migrations_*.py) \
	$(addprefix tests/test_,migrate.py migrate_frozen.py migrate_merges.py database.py load.py schema.py search.py) \
	$(addprefix tests/test_release.py::test_,another_sqlite_makes_the_same_bytes a_release_passes_every_check_and_searches)

test-newest-sqlite: .venv-newest/test ## run the tests of the file on the SQLite of a wheel
	@PYTHONPATH=tests/newest_sqlite .venv-newest/bin/python -m pytest $(WORKERS) $(TESTS_OF_THE_FILE)

test-lake: .venv-spark/test ## run the tests that need Spark and Java
	@.venv-spark/bin/python -m pytest tests/lake

coverage: .venv/dev ## measure which lines and branches the tests reach; PYTEST="…" for some of them
	@$(BIN)/python -m pytest $(WORKERS) --cov --cov-report=term-missing:skip-covered $(PYTEST)

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
	@rm -rf .venv .venv-newest .venv-spark build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
