# The environment is .venv in the root; nothing but git, Python 3.11+ and make is needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
# One more than the cores: scenarios wait for letters, pieces and pauses as often as they compute.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

.PHONY: check test soak figures servers demo format lock clean

.venv/.ready: requirements.lock
	@echo "Ставим нужные библиотеки в .venv, это один раз и несколько минут…"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

check: .venv/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m bench.figures --check

# What the structure of the code measures, and where each figure is to go.
figures: .venv/.ready
	@$(BIN)/python -m bench.figures

test: .venv/.ready servers
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Long runs: thousands of letters, and long and nested inputs at every parser.
soak: .venv/.ready servers
	SOAK=1 $(BIN)/python -m pytest tests/soak $(ARGS)

# What the tests start or call beside Python: PostgreSQL, Dovecot, Chromium, a reader of QR codes and of PDF.
servers:
	@$(call need,PostgreSQL,ls /usr/lib/postgresql/*/bin/initdb || command -v initdb,postgresql)
	@$(call need,Dovecot,test -x /usr/lib/dovecot/imap && test -x /usr/lib/dovecot/lmtp,dovecot-imapd dovecot-lmtpd)
	@$(call need,zbarimg,command -v zbarimg,zbar-tools)
	@$(call need,Chromium,command -v chromium || command -v chromium-browser || command -v google-chrome,chromium)
	@$(call need,pdftotext,command -v pdftotext,poppler-utils)

# need: NAME, how to see that it is there, the Debian packages.
need = { $(2); } >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q $(3); } \
	|| echo "$(1) is missing: its tests are skipped here, and fail where CI is set"

demo: .venv/.ready
	@echo "Готовим демонстрацию, это секунд десять…"
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
