# Everything runs in .venv, which is made when first needed. Only Python 3.11+, make and the package
# registry are asked for; a browser and a compiled engine are used by the tests where there are any. Progress goes to standard error: `make ask` prints the answer and nothing else.
.SILENT:
.PHONY: ask web articles setup engine test unit lint types evals train bench docs check audit sbom clean clean-venv

VENV := .venv
BIN := $(VENV)/bin
UNIT := $(BIN)/pytest -rs -n 3 --dist loadfile tests/unit
# In the order of tests/conftest.py, which begins with the files that take longest.
WHOLE := $(BIN)/pytest -rs -n 4 --dist loadfile --no-loadscope-reorder -m "not real" tests/integration tests/end_to_end
# By themselves: a model beside a browser slows both tenfold. Two at a time, each on its own half of the cores.
REAL := $(BIN)/pytest -rs -n 2 --dist loadfile -m real tests/integration tests/end_to_end
# dev.txt holds what base.txt and local.txt hold.
ENGINE_PINS := $(wildcard assistant/llm/llamacpp/cmake/*.txt)
PINS := $(addprefix requirements/,dev.txt server.txt build.txt audit.txt train.txt) $(ENGINE_PINS)
INSTALLED := requirements/local.txt requirements/server.txt $(ENGINE_PINS)
export Q
# Every process of the tests imports the same modules: without their bytecode kept, each compiles them anew.
unexport PYTHONDONTWRITEBYTECODE

ifeq ($(filter ask,$(MAKECMDGOALS))$(Q),ask)
# Before anything is installed.
$(error ask what? make ask Q="When did Xi visit Moscow?")
endif
ask: $(VENV)/local.stamp ## answer a question: make ask Q="…"
	$(BIN)/assistant ask "$$Q"

web: $(VENV)/local.stamp ## the chat page, at http://127.0.0.1:7860
	$(BIN)/assistant web

articles: $(VENV)/local.stamp ## list the articles in seeds/
	$(BIN)/assistant articles --articles seeds

setup: $(VENV)/local.stamp ## install what a user needs

engine: $(VENV)/local.stamp ## compile the embedded model's engine for a processor with AVX-512 or AMX: about four minutes, once
	$(BIN)/assistant engine --build

test: $(VENV)/dev.stamp ## run every test, the real model's included; says what is skipped, and why
	failed=0; $(UNIT) || failed=1; $(WHOLE) || failed=1; $(REAL) || failed=1; exit $$failed

unit: $(VENV)/dev.stamp ## run the unit tests alone: no model, no browser
	$(UNIT)

lint: $(VENV)/dev.stamp ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## strict type check
	$(BIN)/mypy

evals: $(VENV)/dev.stamp ## how accurate is it; EVERY=2 asks every second question
	$(BIN)/pytest evals/ --every $(or $(EVERY),1)

train: $(VENV)/dev.stamp ## teach the embedded model its judging: hours on 2 cores, resumes; docs/training.md
	scripts/train

bench: $(VENV)/dev.stamp ## how fast is it: make bench EVALDATA=DIR for a large library too
	$(BIN)/python -m bench.speed $(if $(EVALDATA),--evaldata "$(EVALDATA)")

docs: $(VENV)/dev.stamp ## write docs/settings.md from the code
	$(BIN)/python scripts/document_settings.py > docs/settings.md

check: lint types test ## what .ci/run does before it asks and evaluates

audit: ## ask the package registry about known weaknesses of what is pinned (SERVICE=osv: ask osv.dev): docs/supply-chain.md
	scripts/tools audit
	.venv-audit/bin/pip-audit --strict --progress-spinner off --disable-pip $(if $(SERVICE),-s $(SERVICE)) $(PINS:%=-r %) || \
	    { echo "audit: a weakness is known, or not every pin could be looked up (no network?); see above and docs/supply-chain.md" >&2; exit 1; }

sbom: $(VENV)/local.stamp ## write build/sbom.cdx.json, a bill of materials (CycloneDX) of what is installed
	scripts/tools audit
	mkdir -p build
	cat $(INSTALLED) | .venv-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible - \
	    | $(BIN)/python scripts/add_models.py > build/sbom.cdx.json.part
	mv build/sbom.cdx.json.part build/sbom.cdx.json
	echo "sbom: build/sbom.cdx.json" >&2

$(VENV)/local.stamp: requirements/local.txt requirements/build.txt pyproject.toml
	scripts/setup local >&2

$(VENV)/dev.stamp: requirements/dev.txt requirements/build.txt pyproject.toml
	scripts/setup dev >&2

clean: ## remove what tests and evals wrote
	rm -rf build *.egg-info .mypy_cache .ruff_cache evals/results

clean-venv: clean ## remove the virtual environment too
	rm -rf $(VENV)
