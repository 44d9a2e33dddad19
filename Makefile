# The environment is .venv in the root; nothing but git, Python 3.11+ and make is needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: check test servers demo format lock clean

.venv/.ready: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

check: .venv/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

test: .venv/.ready servers
	$(BIN)/python -m pytest $(ARGS)

# The servers that the tests start by themselves, on ports of their own.
servers:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q postgresql; } \
		|| echo "PostgreSQL is missing: its tests are skipped here, and fail where CI is set"
	@{ test -x /usr/lib/dovecot/imap && test -x /usr/lib/dovecot/lmtp; } \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q dovecot-imapd dovecot-lmtpd; } \
		|| echo "Dovecot is missing: its tests are skipped here, and fail where CI is set"

demo: .venv/.ready
	@$(BIN)/python -m bot demo $(ARGS)

format: .venv/.ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes the lock again from pyproject.toml: the newest versions that fit, with hashes.
lock: .venv/.ready
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra dev --upgrade pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
