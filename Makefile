# make run    start the event server on http://127.0.0.1:8000 (PORT, HOST, DATA_DIR, ADMIN_PASSWORD, SERVICE_KEY)
# make demo   fill the running server with a believable studio's week
# make test   run all tests, on SQLite and, where they are reachable, on PostgreSQL and Redis
# make check  run all static checks
# make screenshots  take the pictures of the documents (needs Chromium)

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run demo test check format screenshots clean

run: $(VENV)/.runtime
	@exec $(BIN)/python manage.py serve

demo: $(VENV)/.runtime
	@exec $(BIN)/python manage.py demo $(ARGS)

test: $(VENV)/.dev
	@$(BIN)/python -m tests.profiles $(ARGS)

check: $(VENV)/.dev
	@$(BIN)/python -m tests.static

format: $(VENV)/.dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/djade templates/**/*.html

screenshots: $(VENV)/.dev
	@$(BIN)/python -m tests.screenshots $(ARGS)

$(VENV)/bin/python:
	@$(if $(PYTHON),,echo "ayonevents needs Python 3.11 or newer, and there is none on the path." >&2; exit 1)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ayonevents needs Python 3.11 or newer, and $(PYTHON) is %d.%d." % sys.version_info[:2])'
	@echo "Setting up in $(VENV), which takes about half a minute …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime

clean:
	rm -rf $(VENV) .clients .mypy_cache .ruff_cache .pytest_cache .hypothesis
