# A newcomer's commands. Each sets itself up: a virtual environment in .venv, dependencies from
# requirements.lock. Set PYTHON to choose another interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lab bench lock clean help

help:
	@echo "make demo   show a failover and a failback on the built-in RouterOS world (no root, no router)"
	@echo "make test   ruff, mypy, pytest"
	@echo "make lab    failovers on real packets in network namespaces (skipped with its reason where there are none)"
	@echo "make bench  what the daemon costs while all is well"
	@echo "make clean  remove the virtual environment and caches"

demo: $(READY)
	@$(BIN)/wanwatch demo $(DEMO_OPTIONS)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 3 --dist worksteal

lab: $(READY)
	@$(BIN)/python -m tests.lab test -q $(LAB_OPTIONS)

bench: $(READY)
	$(BIN)/python -m tests.bench

lock: $(READY)
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --allow-unsafe --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file requirements.lock pyproject.toml

$(READY): requirements.lock pyproject.toml
	@sh deploy/need-python.sh "$(PYTHON)"
	@echo "Setting up $(VENV) (once) ..."
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
