# The two commands of the README: `make run` opens the studio, `make test` checks everything.
# Each does its own set-up in .venv; nothing has to be installed before but Python 3.11 or newer.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
# Python compiles what it imports; to compile all that is installed would take as long as the rest.
PIP := $(BIN)/pip install -q --disable-pip-version-check --no-compile
# uv unpacks several packages at a time, in a third of pip's time; where it cannot (a proxy or a
# certificate that only pip was told of), pip does. Its cache lies beside what it installs, so
# that nothing is copied, and is taken away again.
install = { UV_CACHE_DIR=.venv/uv $(BIN)/uv pip install -q --python $(BIN)/python $(1) || \
	{ echo "uv could not; pip does it, which takes longer."; $(PIP) $(1); }; } && rm -rf .venv/uv
export PYTHONUNBUFFERED := 1
# Where it is set, every process of every test would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: run test check lint unit format e2e e2e-pocket chromium screens bench pocket docs
run: .venv/ready
	$(BIN)/python app.py

test: check e2e

# What reads the code takes one core, what runs it takes all that is left.
check: .venv/ready-dev
	$(MAKE) --jobs=2 lint unit

lint: .venv/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --level error
	$(BIN)/lint-imports

unit: .venv/ready-dev
	@# two runs at once on two cores: with threads of their own as well they only wait for each other
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/invariant tests/unit tests/parity tests/property \
		-q --timeout 300 -n 2 --dist worksteal --durations 15

e2e: .venv/ready-dev .venv/axe.min.js chromium
	$(BIN)/python -m pytest tests/e2e -q --timeout 600 -n 2 --durations 15 \
		--dist loadfile --no-loadscope-reorder

# The same with the real engine wherever `e2e` pretends one; not part of `make test`, for its time.
e2e-pocket: .venv/ready-dev .venv/axe.min.js chromium
	PIROUETTE_ENGINE=pocket $(BIN)/python -m pytest tests/e2e -q --timeout 600 --durations 15

chromium:
	@command -v chromium >/dev/null || { apt-get update -q && apt-get install -yq chromium; }

# What judges whether everyone can use the page; its version and hash are in that file.
.venv/axe.min.js: tests/e2e/axe.py | .venv/ready-dev
	$(BIN)/python tests/e2e/axe.py $@

# The pictures of docs/screens.md, from the real studio.
screens: .venv/ready-dev chromium
	$(BIN)/python -m tests.e2e.screens

# The picture of the losses in docs/results.md.
docs: .venv/ready
	$(BIN)/python docs/draw_curves.py

format: .venv/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/ready-dev
	$(BIN)/python -m pytest tests/bench -q -s -m bench

# Train the built-in model again from nothing, on dancers that the project draws itself.
MINUTES ?= 180
DEVICE ?= auto
SIZE ?= 128
pocket: .venv/ready
	$(BIN)/python -m engine.pocket --minutes $(MINUTES) --device $(DEVICE) --size $(SIZE)

.venv/ready: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pirouette needs Python 3.11 or newer; this is $$($(PYTHON) --version)."; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) uv -c constraints.txt
	$(call install,-r requirements.txt -c constraints.txt)
	@# insightface and controlnet-aux ask for two builds of OpenCV that share one folder; the one
	@# without windows is laid on top, because it needs no system libraries (libGL, libxcb).
	$(PIP) --force-reinstall --no-deps \
		"opencv-python-headless$$(grep -oi '^opencv-python-headless==.*' constraints.txt | sed 's/[^=]*//')"
	@# Gradio completes its own type stubs when it is first imported: once, before many do it at once.
	$(BIN)/python -c "import gradio"
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(call install,-r requirements-dev.txt -c constraints.txt)
	touch $@
