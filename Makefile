PREFIX ?= /usr/local
PIPELINE ?= pipelines/dt-chambers.yaml
ARGS ?=
# What `make quick` leaves out: tests with brokers and whole runs of the program, and those that try inputs for long.
SLOW = ^(BrokerTests|KafkaRunTests|KafkaTests|CommandTests|DocumentationTests)\.|FuzzTests|LimitTests|\
  everyLevelMeansTheSame|WebServerTests\.StreamTests|RuntimeTests\.(PartialTests|PointsTests|LastHitTests)

RELEASE = .build/release/hitmon
# Swift's own libraries are in the program: it starts sooner, and runs where there is no Swift. Benchmarks/measure.py
# builds with the same flags, so that neither undoes what the other compiled.
BUILD = swift build -c release --static-swift-stdlib

.DEFAULT_GOAL := help
.PHONY: help setup build run test quick format format-check python-check test-scale fuzz soak model races wheel install bench kernels docs lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Install the Debian packages that are missing, and fetch a newer librdkafka where Debian's is too old
	@scripts/setup

build: setup ## Build the optimised program, .build/release/hitmon
	$(BUILD) --product hitmon

run: build ## Run PIPELINE (pipelines/dt-chambers.yaml) until Ctrl-C; ARGS go to hitmon run
	@scripts/foreground $(RELEASE) run $(PIPELINE) $(ARGS)

test: setup ## Build and run the whole test suite; ONLY=MapTests runs the Swift tests of that name alone
ifdef ONLY
	swift build --build-tests
	@scripts/swift-tests --filter '$(ONLY)'
else
	@$(MAKE) --no-print-directory format-check
	@scripts/targets --check
	@scripts/python-check
	@python3 Tests/Model/delivery.py
	@scripts/brokers
	swift build --build-tests
	@scripts/swift-tests
	.build/debug/hitmon test pipelines plugins
	@scripts/python-packages
	@scripts/browser
	PYTHONPATH=.python python3 -m unittest discover -s Tests/Python
	@scripts/fuzz short
	@scripts/soak short
	python3 Benchmarks/instructions.py
	@if scripts/enough-memory; then $(MAKE) --no-print-directory engines; fi
endif

quick: setup ## Build and run the Swift tests that need no broker, browser or Python, but for the longest
	swift build --build-tests
	@scripts/swift-tests --skip '$(subst | ,|,$(SLOW))'

format: ## Lay out the Swift code by .swift-format
	swift format --in-place --parallel --recursive Package.swift Sources Tests

format-check:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests

python-check: ## Check the Python code with ruff and mypy
	@scripts/python-check

test-scale: setup ## Test the engines: Spark, Dask, kernel and merge, on clusters of this machine
	@scripts/brokers
	swift build --product hitmon
	@$(MAKE) --no-print-directory engines

.PHONY: engines
engines:
	@scripts/java
	@scripts/scale-packages
	PYTHONPATH=.python-scale python3 -m unittest discover -s Tests/Scale

fuzz: setup ## Fuzz what reads bytes of others, with sanitizers: SECONDS_EACH=60 for C and for Swift, SEED=1
	@scripts/fuzz long

soak: setup ## Kill, stop and cut off whole runs, and count their results again: SOAK=2 for two hours, SEED=7 for one scenario again
	swift build --product hitmon
	@scripts/soak

model: ## Explore the protocol of exactly once, and each of its rules left out, as make test does; ARGS=--deep explores more
	@python3 Tests/Model/delivery.py $(ARGS)

races: setup ## Look for races with ThreadSanitizer in what runs on several threads, without brokers
	@scripts/races

wheel: build ## Make python/dist/hitmon-*.whl: the Python package with the program in it
	@scripts/wheel $(RELEASE)

install: build ## Install hitmon, its plugins and pipelines under PREFIX (/usr/local); needs no Swift at run time
	@scripts/install $(RELEASE) "$(PREFIX)"

bench: build ## Measure speed, memory and latency; ARGS=files, s3, kafka, page or scale for a part, QUICK=1 for a quick look
	python3 Benchmarks/bench.py $(ARGS)

kernels: setup ## Count the instructions of each kernel, as make test does; ARGS=--accept takes new counts
	python3 Benchmarks/instructions.py $(ARGS)

docs: build ## Write docs/reference.md, lint-rules.md, shipped-plugins.md and the targets of architecture.md
	scripts/targets --write
	$(RELEASE) list --format markdown > .build/reference.md
	mv .build/reference.md docs/reference.md
	$(RELEASE) lint --list --format markdown > .build/lint-rules.md
	mv .build/lint-rules.md docs/lint-rules.md
	HITMON_PLUGINS= $(RELEASE) list plugins --format markdown > .build/shipped-plugins.md
	mv .build/shipped-plugins.md docs/shipped-plugins.md

lock: ## Choose the versions of the packages of PyPI again, and write their locks with the hashes of all files
	@scripts/lock

clean: ## Remove everything that was built; what was fetched stays
	rm -rf .build
