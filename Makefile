# Each target sets up what it needs, once: nothing but Python 3.11 or later and make has to be there.
#
#   make run            open the terminal app (make run ARGS="doctor --profile acme" runs a command)
#   make test           run all checks and all tests
#   make lint           run the checks alone
#   make bench          print what the program takes, as ratios: start-up, first paint, doctor
#   make shots          draw the pictures of the README
#   make requirements   pin everything in requirements/ again, at its newest
#   make clean          remove what the other targets set up

BOOTSTRAP := tests/bootstrap
PYTHON := .venv/bin/python
WORKERS ?= 2
ARGS ?=

.PHONY: run test lint bench shots requirements clean test-machine

run: .venv/.ready-to-run
	@.venv/bin/agentcore-auth $(ARGS)

test: test-machine .venv/.ready-to-test .venv-proxy/.ready tests/servers/node_modules/.ready
	@$(MAKE) --no-print-directory lint
	@$(PYTHON) -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

lint: .venv/.ready-to-test
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --check --quiet .
	$(PYTHON) -m mypy
	.venv/bin/pyright
	.venv/bin/lint-imports --no-cache

bench: .venv/.ready-to-test .venv-bench/.ready
	@$(PYTHON) -m tests.bench $(ARGS)

shots: test-machine .venv/.ready-to-test
	@$(PYTHON) -m tests.shots $(ARGS)

requirements: .venv-locking/.ready
	@$(BOOTSTRAP)/lock .venv-locking/bin/uv

clean:
	rm -rf .venv .venv-bench .venv-proxy .venv-locking tests/servers/node_modules
	rm -rf .mypy_cache .ruff_cache .hypothesis .import_linter_cache

test-machine:
	@$(BOOTSTRAP)/debian-packages nginx tmux gnome-keyring dbus chromium fonts-firacode fonts-symbola

.venv/.ready-to-run: requirements/run.txt pyproject.toml
	@$(BOOTSTRAP)/environment .venv requirements/run.txt
	@$(BOOTSTRAP)/project .venv
	@touch $@

.venv/.ready-to-test: requirements/test.txt pyproject.toml
	@$(BOOTSTRAP)/environment .venv requirements/test.txt
	@$(BOOTSTRAP)/project .venv
	@touch .venv/.ready-to-run $@

# What users have, without the test tools.
.venv-bench/.ready: requirements/run.txt pyproject.toml
	@$(BOOTSTRAP)/environment .venv-bench requirements/run.txt
	@$(BOOTSTRAP)/project .venv-bench
	@touch $@

.venv-proxy/.ready: requirements/proxy.txt
	@$(BOOTSTRAP)/environment .venv-proxy requirements/proxy.txt
	@touch $@

.venv-locking/.ready: requirements/locking.txt
	@$(BOOTSTRAP)/environment .venv-locking requirements/locking.txt
	@touch $@

tests/servers/node_modules/.ready: tests/servers/package-lock.json | .venv/.ready-to-test
	@$(BOOTSTRAP)/node-packages .venv
	@touch $@
