# The project's verbs. `make roster` and `make test` are all a newcomer needs; both set everything up first.
SITE ?= hotline
MONTH ?= 2026-12
SCENARIO ?= base
WORDS ?= zh
CONTACTS ?=
PYTHON ?= $(shell command -v python3.11 || command -v python3)

BIN := .venv/bin
SET_UP := .venv/.installed
export JUPYTER_PREFER_ENV_PATH := 1
export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help setup roster runs test test-notebooks test-desktop torture lab format lint lock samples clean

help:  ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(SET_UP)  ## make the virtual environment (the other verbs do it when needed)

$(SET_UP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed, this is " + sys.version.split()[0] + ": make PYTHON=/path/to/python3.11 ... / 需要 Python 3.11")'
	@echo "Setting up .venv from requirements.lock: about 600 MB, two to six minutes ... / 正在安装依赖，约需二至六分钟"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "Compiling (a good minute) ... / 正在编译（约一分多钟）"
	@$(BIN)/python -m cslib.batch.compiled
	@touch $@

roster: $(SET_UP)  ## plan a month: SITE=hotline MONTH=2026-12 SCENARIO=base WORDS=zh CONTACTS=file
	@$(BIN)/cslib run $(SITE) --month $(MONTH) --scenario $(SCENARIO) --language $(WORDS) $(if $(CONTACTS),--contacts '$(CONTACTS)')

runs: $(SET_UP)  ## list the finished runs
	@$(BIN)/cslib runs --language $(WORDS)

test: $(SET_UP) lint  ## all tests of library and notebooks
	$(BIN)/pytest -n 2 --dist loadfile
	$(MAKE) --no-print-directory test-notebooks

test-notebooks: $(SET_UP)  ## run every notebook as a reader would, cell by cell
	$(BIN)/pytest -p no:cacheprovider -W default --nbval-lax --nbval-current-env --nbval-cell-timeout=900 -o testpaths=notebooks notebooks

test-desktop: $(SET_UP)  ## tests that look through Chromium and LibreOffice (asks for them by name if missing)
	@for program in chromium soffice pdftoppm; do command -v $$program >/dev/null || { echo "missing: $$program; on Debian: apt-get install chromium libreoffice-calc poppler-utils"; exit 1; }; done
	$(BIN)/pytest -m desktop tests/desktop

torture: $(SET_UP)  ## kill the run at 20 seeded moments and repeat it, solve many random sites by both engines (about half an hour)
	$(BIN)/pytest -m torture -s tests/batch tests/roster

lab: $(SET_UP)  ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

format: $(SET_UP)  ## format code and strip notebook outputs
	$(BIN)/ruff check --fix --quiet cslib tests benchmarks notebooks
	$(BIN)/ruff format --quiet cslib tests benchmarks
	$(BIN)/nbstripout --keep-id --extra-keys "metadata.papermill cell.metadata.papermill" notebooks/*.ipynb

lint: $(SET_UP)  ## style, types, layers, stripped notebooks
	$(BIN)/ruff check --quiet cslib tests benchmarks notebooks
	$(BIN)/mypy cslib/core cslib/params
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify --keep-id --extra-keys "metadata.papermill cell.metadata.papermill" notebooks/*.ipynb

lock: $(SET_UP)  ## renew requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra test --generate-hashes --universal --python-version 3.11 -o requirements.lock -q --custom-compile-command "make lock"

samples: $(SET_UP)  ## make the synthetic sample sites again
	@for site in hotline front_desk online_shop bank; do $(BIN)/cslib synthesise $$site; done

clean:  ## remove finished runs
	@$(BIN)/python -c 'from cslib.report import clean_outputs; clean_outputs()'
