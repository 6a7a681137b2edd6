# Everything needs only Python 3.11+, git and make; each target does its own set-up.
PYTHON ?=
VENV := .venv
BUS ?= embedded
SCALE ?= 1
ON ?= sqlite postgres
ONCE ?=
LOOKS ?=
WORKERS ?= 2
CHAOS ?=
SEED ?=
PROMETHEUS ?=

PYTEST := $(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: run cluster test faults check bench bench-analyzer bench-collector bench-pipeline bench-scale eval format dashboards grafana wheel wheelhouse lock clean

run: $(VENV)/run.stamp $(VENV)/browser.stamp ## the demonstration: BUS=kafka for a real broker, ONCE=1 for one round
	@$(VENV)/bin/xunjian run --demo --bus $(BUS) $(if $(ONCE),--once)

cluster: $(VENV)/dev.stamp $(VENV)/browser.stamp ## the services apart, on three brokers and PostgreSQL: ONCE=1, or CHAOS=600 SEED=1 to break them
	@CHAOS="$(CHAOS)" SEED="$(SEED)" ONCE="$(ONCE)" exec $(VENV)/bin/python -m scripts.cluster

test: $(VENV)/dev.stamp $(VENV)/browser.stamp ## every test, WORKERS=2 files at a time
	$(PYTEST)

faults: $(VENV)/dev.stamp $(VENV)/browser.stamp ## every fault of docs/faults.md at length: SEED=7 repeats a run
	XUNJIAN_TEST_FAULTS=all $(if $(SEED),XUNJIAN_TEST_SEED=$(SEED)) $(PYTEST) -m fault

check: $(VENV)/dev.stamp ## style, types, import contracts, manifests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/python -m scripts.manifests
	$(VENV)/bin/python -m monitoring.dashboards --check

dashboards: $(VENV)/dev.stamp ## monitoring/dashboards/*.json anew from the code beside them
	$(VENV)/bin/python -m monitoring.dashboards

grafana: $(VENV)/dev.stamp ## a Grafana that is installed, with our dashboards: PROMETHEUS=http://... XUNJIAN_DATABASE_URL=postgresql+psycopg://...
	@PROMETHEUS="$(PROMETHEUS)" $(VENV)/bin/python -m monitoring.grafana

bench: $(VENV)/dev.stamp $(VENV)/browser.stamp ## ratios, measured side by side in one run
	$(VENV)/bin/python -m bench

bench-analyzer: $(VENV)/dev.stamp ## the same for what is said of a text
	$(VENV)/bin/python -m bench words near-miss rules conventions originality analyzer rescan

bench-collector: $(VENV)/dev.stamp $(VENV)/browser.stamp $(VENV)/peers.stamp ## the same for looks at accounts: LOOKS=5000 for their memory at length
	$(if $(LOOKS),LOOKS=$(LOOKS)) $(VENV)/bin/python -m bench looks articles collector

eval: $(VENV)/dev.stamp ## how right the text rules are on the labelled sets of ../shared, every figure beside its goal
	$(VENV)/bin/python -m bench.eval

bench-pipeline: $(VENV)/dev.stamp ## the same for events on their way; the store at 10 thousand and a million posts (SCALE=0.1: a tenth)
	$(VENV)/bin/python -m bench codec bus pipeline
	SCALE=$$(awk 'BEGIN { print $(SCALE) / 2 }') $(VENV)/bin/python -m bench.scale postgres accounts history judge_probe

bench-scale: $(VENV)/dev.stamp ## costs in a full store beside a hundredth of it: SCALE=0.1 for a tenth, ON="sqlite tick" for some
	SCALE=$(SCALE) $(VENV)/bin/python -m bench.scale $(ON)

format: $(VENV)/dev.stamp
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

wheel: $(VENV)/run.stamp ## dist/: a wheel and a source archive
	@rm -rf dist && $(VENV)/bin/python -m hatchling build

wheelhouse: wheel ## wheelhouse/: every wheel for a machine without internet, of this kind and this Python
	@$(VENV)/bin/python scripts/wheelhouse.py dist/*.whl wheelhouse

lock: ## pin every dependency again, with hashes and without addresses
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group build --output-file requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group build --extra postgres --constraint requirements/run.txt --output-file requirements/server.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --group build --group dev --extra postgres --constraint requirements/server.txt --output-file requirements/dev.txt

clean:
	rm -rf $(VENV) .cache var dist wheelhouse

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@PYTHON="$(PYTHON)" EDITABLE=1 scripts/install $(VENV) run
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@PYTHON="$(PYTHON)" EDITABLE=1 scripts/install $(VENV) dev
	@touch $@

$(VENV)/peers.stamp: $(VENV)/run.stamp
	@$(VENV)/bin/python -m venv $(VENV)/peers && $(VENV)/peers/bin/python -m pip install --quiet scrapy-playwright
	@touch $@

$(VENV)/browser.stamp: $(VENV)/run.stamp
	@scripts/find-browser $(VENV)
	@touch $@
