# Two commands do everything: `make run` and `make test`.

GO ?= go
BIN := bin/guichet
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help run test setup setup-tests build lint bench eval clean

help: ## tell what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | column -t -s '|'

run: setup build ## install what is missing, start Guichet with the demo town
	$(BIN) serve --demo

test: setup-tests ## install what the tests need, run them all
	$(GO) vet ./...
	$(GO) test -race -timeout 15m $(TESTFLAGS) ./...

setup: ## install Postgres, pgvector and poppler where they are missing
	@scripts/setup.sh

setup-tests: ## the same, and what the tests need: a browser, npm, axe-core, a C compiler, tesseract
	@scripts/setup.sh --tests
	@cd web/browser && { [ -d node_modules/axe-core ] || npm ci --no-audit --no-fund --silent; }

build: ## build the one binary
	@$(GO) build -trimpath -o $(BIN) ./cmd/guichet

lint: ## golangci-lint, built by its Go module
	$(GO) run $(LINT) run ./...

bench: setup ## measure: overhead over the model, searches, ingestion
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./cmd/guichet ./chat ./corpus

eval: setup build ## score answers, what is shown when the model lies, and retrieval
	@scripts/eval.sh

clean: ## remove what was built
	rm -rf bin web/browser/node_modules
