# Each target is self-sufficient on a fresh machine: it needs Python 3.11+, Rust, make and a C compiler.
.DEFAULT_GOAL := help
.PHONY: help build dev demo day up test lint client simulate bench bench-gate peers fuzz million lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUST := $(shell find rust_core bindings -name '*.rs' -o -name Cargo.toml 2>/dev/null) Cargo.toml Cargo.lock \
	$(wildcard pyplatform/_core/*.pyi)
EXTENSION := $(VENV)/.extension
PEERS := .venv-peers

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock
	@echo "== virtual environment (about a minute the first time)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(EXTENSION): $(STAMP) $(RUST) pyproject.toml
	@echo "== Rust core, release profile (some minutes the first time)"
	PIP_QUIET=1 $(BIN)/maturin develop --release --locked
	@touch $@

build: $(EXTENSION) ## create .venv, install the locked packages, build the Rust core

dev: $(STAMP) ## build the Rust core quickly, for working on it
	PIP_QUIET=1 $(BIN)/maturin develop --profile fast
	@touch $(EXTENSION)

demo: build ## replay a real race day end to end and prove every cent
	$(BIN)/pyplatform demo

day: build ## live through a simulated match day and explain its profit to the cent
	$(BIN)/pyplatform demo --day

up: build ## run the platform until Ctrl-C
	$(BIN)/pyplatform up

lint: build ## formats, lints, types, architecture rules
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mypy.stubtest pyplatform._core

test: lint ## everything CI asks for: lint, types, Rust and Python tests
	cargo test --workspace --locked
	$(BIN)/pytest

client: build ## write the Python client's calls and types anew, after a change of the API
	$(BIN)/python -m pyplatform.apps.client_source

SEEDS ?= 2000
FROM ?= 1
simulate: ## days of the writer under every fault: SEEDS days from seed FROM on; prints each seed that fails
	cargo run --release --locked -q -p simulation -- $(FROM) $(SEEDS)

bench: build ## print the performance table
	$(BIN)/python -m bench

bench-gate: build ## fail if a benchmark broke its budget
	$(BIN)/python -m bench --gate

$(PEERS)/.installed: bench/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

peers: build $(PEERS)/.installed ## compare with other libraries, in a virtual environment of their own
	$(BIN)/python -m bench.peers

million: ## a million random grids, inversions, shaped books and matches under way (margins and bets are in every run)
	cargo test --locked -p odds -- --ignored

FUZZ_SECONDS ?= 60
fuzz: ## look for bytes that break a parser, FUZZ_SECONDS a parser (needs a C++ compiler)
	fuzz/run $(FUZZ_SECONDS)

lock: ## resolve the Python locks again (needs uv): for working, and for the container
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml -c requirements.lock --overrides deploy/without.txt --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate -q -o deploy/requirements.lock

clean: ## remove what the targets made
	rm -rf $(VENV) $(PEERS) target pyplatform/_core*.so
