# Everything a newcomer needs; `make serve` and `make test` set up what they use by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MAIL_READERS := tests/doubles/mail_readers/node_modules
MAIL_CLIENTS := tests/doubles/mail_clients/node_modules/ghost

.DEFAULT_GOAL := help
.PHONY: help serve test demo check format bench bench-detection bench-sending faults flood lock clean

help:
	@echo "make serve            set up and serve on 127.0.0.1:8080"
	@echo "make test             set up and run every test"
	@echo "make demo             show bot detection working, end to end"
	@echo "make check            formatting, lint, types, import rules, dependency audit"
	@echo "make faults           kill processes at random over 12,000 messages, and count what is lost"
	@echo "make flood            follow a million hidden links, and see who is taken for what"
	@echo "make bench            measure the pipeline on this machine"
	@echo "make bench-detection  measure who is judged wrongly, on a labelled world"
	@echo "make bench-sending    measure sending beside Postfix and Haraka; as root, on Debian, with npm"

serve: $(VENV)/.run
	$(BIN)/indicia serve

test: $(VENV)/.dev $(MAIL_READERS) $(MAIL_CLIENTS) $(VENV)/peers/.fetched
	$(BIN)/python -m pytest

demo: $(VENV)/.run
	$(BIN)/python demo/run.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: $(VENV)/.dev
	$(BIN)/python -m tests.faults.kills

flood: $(VENV)/.dev
	$(BIN)/python -m tests.faults.flood

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.bot_pipeline

bench-detection: $(VENV)/.dev
	$(BIN)/python -m benchmarks.detection.report

bench-sending: $(VENV)/.dev $(VENV)/peers/.fetched
	$(BIN)/python -m benchmarks.sending

# A marker is newer than the lock file it was installed from, so a second start installs nothing. The lock is complete:
# pip must not resolve it again, because an extra in it (`coverage[toml]`) would admit a release that it does not pin.
$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# Readers of mail that are not Python's, for the tests; Node.js is one of the locked packages.
$(MAIL_READERS): tests/doubles/mail_readers/package-lock.json | $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/doubles/mail_readers --no-audit --no-fund --loglevel=error
	@touch $@

# Clients that tests point at us, as they come: mailgun.js, and Ghost's newsletters.
$(MAIL_CLIENTS): tests/doubles/mail_clients/package-lock.json tests/doubles/mail_clients/fetch_ghost.js | $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/doubles/mail_clients --no-audit --no-fund --loglevel=error
	PATH="$(CURDIR)/$(BIN):$$PATH" node tests/doubles/mail_clients/fetch_ghost.js
	@touch $@

# Servers that tests send to; unpacked, never installed.
$(VENV)/peers/.fetched: tests/peers/fetch.sh | $(VENV)/bin/python
	tests/peers/fetch.sh $(VENV)/peers

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Indicia needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# Needs uv. The lock files name no registry: hashes bind them, wherever the packages come from.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate requirements/run.in -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -c requirements/run.txt requirements/dev.in -o requirements/dev.txt

clean:
	rm -rf $(VENV) $(MAIL_READERS) $(dir $(MAIL_CLIENTS)) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
