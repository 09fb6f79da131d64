# Ripen: `make` lists the targets. Each target installs what it needs, into this folder, when it is first needed.
.DEFAULT_GOAL := list
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

UV := .tools/uv/bin/uv
ARCHITECTURE ?= arm64
PYTHON := .venv/bin/python
SAM := .tools/sam/bin/sam
TEMPLATE := .tools/template/.installed
SLACK := sandbox/node_modules/.installed
PEERS := tests/peers/node_modules/.installed
LONG := tests/long/node_modules/.installed
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/uv/bin:$(PATH)
export UV := $(CURDIR)/$(UV)
INSTALL := $(UV) pip install --require-hashes
NPM := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
export UV_NO_CONFIG := 1
export SAM_CLI_TELEMETRY := 0
# The tests start hundreds of processes. Without bytecode files, each would compile every module that it imports.
unexport PYTHONDONTWRITEBYTECODE
# The words of `make up` in Japanese or English, by the variables and in the order that `ripen` goes by.
JAPANESE := $(filter ja%,$(firstword $(LANGUAGE) $(LC_ALL) $(LC_MESSAGES) $(LANG)))
say = $(if $(JAPANESE),$(2),$(1))
quietly = log=.tools/last.log; $(1) >$$log 2>&1 || { tail -n 20 $$log; echo "$(2)"; exit 1; }

.PHONY: list setup up test test-long check bench bench-cold bench-activity bench-journeys bench-release bench-refold bench-crm bench-bill bench-clock deploy pictures clean-up pin browser

list: ## list the targets
	@echo "$(call say,Ripen. Start with: make up,Ripen。はじめに: make up)"
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

up: setup ## start everything on this machine (DETACH=1: in the background)
	@$(PYTHON) -m sandbox $(if $(DETACH),--detach)

test: setup $(PEERS) browser ## run every test: unit, adapters, local cloud, browser (installs what it needs)
	@$(PYTHON) -m pytest --numprocesses=3 --dist=loadscope --no-loadscope-reorder

test-long: setup $(PEERS) $(LONG) browser ## run what is long by nature: other browsers, soak … (ONLY=name; QUICK=1: a short run of each)
	@$(PYTHON) -m tests.support.run_long_parts $(ONLY)

check: .venv/.installed $(TEMPLATE) ## lint, check types and the shape of the house, validate template and example playbook
	@ruff check .
	@ruff format --check --quiet . || { ruff format --check .; exit 1; }
	@mypy
	@$(PYTHON) -m pytest tests/test_architecture.py tests/test_sizes.py tests/core/operations/test_decision_words.py
	@$(TEMPLATE:.installed=bin/cfn-lint) --config-file infra/accepted/cfn-lint.yaml
	@$(TEMPLATE:.installed=bin/checkov) --config-file infra/accepted/checkov.yaml --file infra/template.yaml infra/firewall.yaml
	@ripen check

bench: ## measure speed against floors (one at a time: bench-cold, bench-activity, …)
	@failed=; for name in cold activity journeys release refold crm bill clock; do $(MAKE) bench-$$name || failed=1; done; [ -z "$$failed" ]

bench-cold: .venv/.installed .tools/runtime/.installed $(SAM) ## what the first call of each function takes, as Lambda runs it
	@$(PYTHON) -m bench.cold

bench-activity: .venv/.installed ## what a form, a click … cost in CPU and write units
	@$(PYTHON) -m bench.activity

bench-release: .venv/.installed ## how many mails a second go when a million are due (two minutes)
	@$(PYTHON) -m bench.release

bench-refold: .venv/.installed ## what it takes to recalculate a million leads after new scoring rules
	@$(PYTHON) -m bench.refold

bench-crm: .venv/.installed ## what a changed lead costs on its way to Salesforce: API calls and CPU
	@$(PYTHON) -m bench.crm

bench-bill: .venv/.installed ## what AWS charges in a month, at three sizes
	@$(PYTHON) -m bench.bill

bench-journeys: .venv/.installed ## what a step of a journey costs for 100,000 people (half an hour; QUICK=1: a few people)
	@$(PYTHON) -m bench.journeys $(if $(QUICK),--quick)

bench-clock: setup ## how long `ripen clock +1d` takes with 500 leads, also in an outage (QUICK=1: a few leads)
	@$(PYTHON) -m bench.clock $(if $(QUICK),--quick)

deploy: .venv/.installed $(SAM) ## deploy to AWS (ARCHITECTURE=arm64 or x86_64; guided the first time)
	@[ -n "$(LOW_CONCURRENCY)" ] || $(PYTHON) -m cli.doctor.concurrency || \
	  { echo "To deploy with this limit: make deploy LOW_CONCURRENCY=1"; exit 1; }
	@$(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)
	@$(SAM) deploy $$(grep -q '^region' samconfig.toml || echo --guided) \
	  --parameter-overrides Architecture=$(ARCHITECTURE) $(PARAMETERS)
	@ripen --stack "$$(awk -F'"' '/^stack_name/ { name = $$2 } END { print name }' samconfig.toml)" doctor || true
	@echo "Now fill in the stack's secret Connections (docs/deploy.md) and run: ripen publish"

pictures: setup browser ## retake the README's pictures from the running local cloud
	@$(PYTHON) docs/story.py

clean-up: ## delete the local cloud and its data (the tools stay)
	@if [ -x .venv/bin/ripen ] && [ -f .local/status.json ]; then ripen down || true; fi
	@rm -rf .local .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis .long
	@echo "The local cloud is deleted."

pin: $(UV) ## pin the newest versions that fit, with their hashes (requirements*.txt, package-lock.json)
	@for file in layers/dependencies/requirements requirements-uv requirements-dev requirements-sam requirements-template sandbox/requirements-emulator bench/requirements; do \
	  $(UV) pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --python-version 3.13 \
	    $$([ $$file = requirements-dev ] && echo "-c layers/dependencies/requirements.txt") $$file.in -o $$file.txt || exit 1; done
	@for folder in sandbox tests/peers tests/browser tests/long; do \
	  npm install --prefix $$folder --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error || exit 1; done
	@echo "The new versions are pinned. Next: make test"

# --- what the targets above need -----------------------------------------------------------------------------------

setup: .venv/.installed .tools/emulator/.installed $(SAM) $(SLACK)

browser: .venv/.installed
	@$(PYTHON) -m tests.support.install_chromium

$(UV): requirements-uv.txt
	@echo "$(call say,· uv into .tools,· uv（.tools に）)"
	@command -v python3 >/dev/null || { echo "$(call say,python3 is missing: sudo apt-get install python3 python3-venv,python3 がありません: sudo apt-get install python3 python3-venv)"; exit 1; }
	@rm -rf .tools/uv && mkdir -p .tools
	@python3 -m venv .tools/uv >.tools/last.log 2>&1 || { rm -rf .tools/uv; \
	  echo "$(call say,python3 cannot make environments: sudo apt-get install python3-venv,python3 で仮想環境を作れません: sudo apt-get install python3-venv)"; exit 1; }
	@$(call quietly,.tools/uv/bin/python -m pip install --disable-pip-version-check --require-hashes -r $<,$(call say,uv could not be installed.,uv をインストールできませんでした。))
	@touch $@

.venv/.installed: $(UV) requirements-dev.txt pyproject.toml
	@echo "$(call say,· Python 3.13 and the project's libraries into .venv,· Python 3.13 とライブラリー（.venv に）)"
	@[ -x $(PYTHON) ] || { $(call quietly,$(UV) venv --python 3.13 .venv,$(call say,Python 3.13 could not be installed.,Python 3.13 をインストールできませんでした。)) }
	@$(call quietly,$(INSTALL) --python $(PYTHON) -r requirements-dev.txt,$(call say,The libraries could not be installed.,ライブラリーをインストールできませんでした。))
	@$(call quietly,$(UV) pip install --python $(PYTHON) --no-deps -e .,$(call say,The project could not be installed.,Ripen 本体をインストールできませんでした。))
	@touch $@

.tools/emulator/.installed: sandbox/requirements-emulator.txt | .venv/.installed
	@echo "$(call say,· the AWS emulator into .tools,· AWS エミュレーター（.tools に）)"
	@[ -x .tools/emulator/bin/python ] || { $(call quietly,$(UV) venv --python $(PYTHON) .tools/emulator,$(call say,No environment could be made.,仮想環境を作れませんでした。)) }
	@$(call quietly,$(INSTALL) --python .tools/emulator/bin/python -r $<,$(call say,The AWS emulator could not be installed.,AWS エミュレーターをインストールできませんでした。))
	@touch $@

.tools/runtime/.installed: bench/requirements.txt | .venv/.installed
	@echo "· the libraries of Lambda's Python runtime, into .tools"
	@[ -x .tools/runtime/bin/python ] || { $(call quietly,$(UV) venv --python $(PYTHON) .tools/runtime,$(call say,No environment could be made.,仮想環境を作れませんでした。)) }
	@$(call quietly,$(INSTALL) --python .tools/runtime/bin/python --compile-bytecode -r $<,Lambda's runtime could not be installed.)
	@touch $@

$(SAM): requirements-sam.txt | .venv/.installed
	@echo "$(call say,· the SAM command line into .tools,· SAM のコマンド（.tools に）)"
	@[ -x .tools/sam/bin/python ] || { $(call quietly,$(UV) venv --python $(PYTHON) .tools/sam,$(call say,No environment could be made.,仮想環境を作れませんでした。)) }
	@$(call quietly,$(INSTALL) --python .tools/sam/bin/python -r $<,$(call say,The SAM command line could not be installed.,SAM のコマンドをインストールできませんでした。))
	@touch $@

$(TEMPLATE): requirements-template.txt | .venv/.installed
	@echo "· the checkers of the template, cfn-lint and checkov, into .tools"
	@[ -x .tools/template/bin/python ] || { $(call quietly,$(UV) venv --python $(PYTHON) .tools/template,$(call say,No environment could be made.,仮想環境を作れませんでした。)) }
	@$(call quietly,$(INSTALL) --python .tools/template/bin/python --compile-bytecode -r $<,The checkers of the template could not be installed.)
	@touch $@

$(SLACK): sandbox/package-lock.json
	@echo "$(call say,· the local Slack workspace into sandbox/node_modules,· ローカルの Slack ワークスペース（sandbox/node_modules に）)"
	@mkdir -p .tools; command -v npm >/dev/null || { echo "$(call say,npm is missing: sudo apt-get install npm,npm がありません: sudo apt-get install npm)"; exit 1; }
	@$(call quietly,$(NPM) --prefix sandbox,$(call say,The local Slack could not be installed.,ローカルの Slack をインストールできませんでした。))
	@touch $@

$(PEERS): tests/peers/package-lock.json | $(SLACK)
	@echo "· the libraries that the tests compare our requests, mails and pages with, into tests/peers/node_modules"
	@$(call quietly,$(NPM) --prefix tests/peers,$(call say,The libraries could not be installed.,ライブラリーをインストールできませんでした。))
	@touch $@

$(LONG): tests/long/package-lock.json | $(PEERS)
	@echo "· Lighthouse and the providers' own SDKs, into tests/long/node_modules"
	@$(call quietly,$(NPM) --prefix tests/long,$(call say,The libraries could not be installed.,ライブラリーをインストールできませんでした。))
	@touch $@
