# Needs python3 (3.11 or later) and, once, apt for what the tests start (Chromium, Firefox ESR, poppler-utils, qpdf).
# Everything else lands in .venv, web/node_modules and .make; `make clean` removes what was built.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One step after the other, but where `setup` asks for two.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests start Python hundreds of times: each start reads what the first one compiled.
unexport PYTHONDONTWRITEBYTECODE
PY := .venv/bin/python
WEB_SOURCES := $(shell find web src/voute/messages \( -name node_modules -o -name dist -o -name tests -o -name __pycache__ \) -prune -o -type f -print 2>/dev/null)
# Where the reference implementation lands, for the tests that open our files with it.
AGE := .make/age/usr/bin/age
FUZZ_SECONDS ?= 20
MODULES ?=
CODE := src tests tools $(wildcard bench)

.PHONY: help setup demo test test-long check check-python check-web format coverage bench bench-full fuzz mutate release docs web clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## install all that the other targets need: Debian's packages while Python's and npm's come
	@$(MAKE) --silent -j2 SIDE_BY_SIDE=yes .make/python .make/system .make/web-packages $(AGE)

.make/python: requirements.lock pyproject.toml tools/bootstrap
	@tools/bootstrap python && touch $@

.make/web-packages: web/package.json web/package-lock.json .make/python
	@tools/bootstrap web && touch $@

.make/system: tools/bootstrap
	@mkdir -p .make && tools/bootstrap system && touch $@

.make/ceph: tools/bootstrap
	@mkdir -p .make && tools/bootstrap ceph && touch $@

$(AGE): tools/get-age.sh | .make/system
	@tools/bootstrap age && touch $@

.make/web: .make/web-packages $(WEB_SOURCES)
	@tools/bootstrap pages
	@cd web && npm run --silent build >../.make/web.log 2>&1 || { cat ../.make/web.log >&2; exit 1; }
	@touch $@

web: .make/web ## build the pages into web/dist

demo: .make/python .make/web ## a city on this machine: sample bills, a letter, an open browser page
	@.venv/bin/voute demo

test: setup .make/web ## every suite, then a time table
	@$(PY) tools/run_tests.py

test-long: setup .make/ceph .make/web ## what takes too long for `make test`
	@$(PY) tools/run_tests.py --long

check: check-python check-web ## lint, format, types, who imports whom; no warning passes

check-python: .make/python
	@ruff check --quiet $(CODE)
	@ruff format --check --quiet $(CODE)
	@mypy --no-error-summary $(CODE)
	@lint-imports --no-logo >.make/imports.log || { cat .make/imports.log; exit 1; }
	@echo "check: Python is clean"

check-web: .make/web-packages
	@cd web && npm run --silent check
	@echo "check: web is clean"

format: .make/python .make/web-packages ## put all code into its one format
	@ruff check --quiet --fix-only $(CODE); ruff format --quiet $(CODE)
	@cd web && npm run --silent format

coverage: .make/python ## branch coverage of the rooms that hold rules and formats
	@VOUTE_CASES=2000 $(PY) -m pytest -q -n 2 --cov --cov-report=term tests/unit tests/property tests/vectors

fuzz: .make/python .make/web-packages ## fuzz every parser, FUZZ_SECONDS each (20); keeps what it finds in tests/fuzz
	@$(PY) tools/fuzz.py --seconds $(FUZZ_SECONDS)
	@cd web && VOUTE_RUNS=$$(( $(FUZZ_SECONDS) * 500 )) npx vitest run tests/core/fuzz.test.ts

# A mutant may have the size and the second of the file before it, by which Python knows what it compiled.
mutate: export PYTHONDONTWRITEBYTECODE := 1
mutate: .make/python ## mutation testing of formats, seal, log and verifier (hours; MODULES="tlog/merkle …" for some)
	@$(PY) -m pip install --quiet mutmut==3.8.1
	@$(PY) tools/mutate.py $(MODULES)

bench: setup .make/web ## measure (minutes), print tables, write bench/results and docs/performance.md
	@$(PY) -m bench

bench-full: setup .make/web ## measure all of it, and a delivery of 200,000 documents beside its peers (an hour, 45 GB)
	@$(PY) -m bench --full
	@$(PY) -m bench.scale
	@$(PY) -m bench.country

release: .make/python .make/web-packages ## build/release: the wheel, built twice and compared, pins, sums and what is inside
	@$(PY) -m tools.build_release

docs: .make/python ## write anew the pages that are made from code
	@$(PY) -m voute.server.http.openapi docs/api/openapi.json
	@$(PY) -m voute.server.settings_page docs/operate/settings.md
	@$(PY) tools/attacks_page.py
	@$(PY) tools/browsers_page.py
	@$(PY) tools/support_codes.py

clean: ## remove what was built, keep downloads
	@rm -rf .make/web .make/reports web/dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
