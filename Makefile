# On a fresh machine with Python 3.11, Java 21 or newer and Maven: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup demo test unit check format lock clean

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-build-isolation --no-deps -e .
	touch $(READY)

demo: setup
	$(BIN)/tocsin demo

# two runs side by side: one computes, the other mostly waits for the servers
test: setup
	@mkdir -p .tocsin
	@$(BIN)/python -m pytest $(ORDER) -m "not stack" > .tocsin/unit.log 2>&1 & unit=$$!; \
	$(BIN)/python -m pytest $(ORDER) -m stack; stack=$$?; \
	wait $$unit; unit=$$?; cat .tocsin/unit.log; \
	exit $$((unit | stack))

unit: setup
	$(BIN)/python -m pytest -m "not stack and not slow"

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

lock:
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header -o requirements.lock

clean:
	rm -rf $(VENV) .tocsin build dist .mypy_cache .ruff_cache .pytest_cache
