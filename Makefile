# What README and CI call. Each target works on a fresh Debian 12 with python3, python3-venv, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TEXTS := translations/de/LC_MESSAGES/messages.mo
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= $(or $(PORTAL_PORT),8000)

.PHONY: install run demo test check bench format lock messages clean

install: $(VENV)/run $(TEXTS)

run: $(VENV)/run $(TEXTS)
	@$(BIN)/python app.py

demo: $(VENV)/run $(TEXTS)
	@FRESH=$(FRESH) $(BIN)/foyer demo --serve

test: $(VENV)/dev
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(VENV)/dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/python tests/translations.py

bench: $(VENV)/dev
	@$(BIN)/python -m bench.run

format: $(VENV)/dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# The locks hold hashes and no address of any index.
COMPILE := $(BIN)/uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes --no-header --quiet
lock: $(VENV)/bare
	$(PIP) install uv
	echo 'setuptools==84.2.1' | $(COMPILE) --extra demo -o requirements.lock
	echo 'setuptools==84.2.1' | $(COMPILE) --extra demo --extra dev -c requirements.lock -o requirements-dev.lock

# Texts of the code and templates into translations/*/LC_MESSAGES/messages.po, sorted by text.
messages: $(VENV)/dev
	$(BIN)/python tests/translations.py --update

$(VENV)/bare:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/bare requirements.lock pyproject.toml
	@echo "Installing (once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# The program would do it at each start where its folder cannot be written.
$(TEXTS): translations/de/LC_MESSAGES/messages.po $(VENV)/run
	@$(BIN)/python -c "from portal.base.language import translations; translations('de')"
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) *.egg-info
