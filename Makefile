# What one does with this project. `make` alone lists it.

PYTHON ?= python3
LOCAL_PYTHON := .tools/sam/bin/python
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help

##@ Local stack

.PHONY: up
up: local-tools ## Build, start and deploy everything on this machine, and connect a bank
	@$(LOCAL_PYTHON) scripts/up.py

.PHONY: down
down: ## Stop exactly what `make up` started
	@$(PYTHON) scripts/down.py

.PHONY: walk
walk: local-tools ## Connect one more bank on the running stack
	@$(LOCAL_PYTHON) scripts/walk.py

.PHONY: logs
logs: ## Follow the logs of the local stack
	@tail -n 50 -F .local/logs/ministack.log .local/logs/sandbox.log

.PHONY: user-token
user-token: ## Print a token of a user of the local stack (USER_ID=usr_01J9X)
	@$(PYTHON) scripts/user_token.py $(USER_ID)

##@ Help

.PHONY: help
help: ## List the targets
	@awk -f scripts/help.awk $(MAKEFILE_LIST)

.PHONY: check-machine
check-machine:
	@$(PYTHON) scripts/check_machine.py rust

.PHONY: local-tools
local-tools: check-machine
	@$(PYTHON) scripts/install_tools.py sam ministack
