# The course's commands. `make help` lists them; none does work twice.
#
# PYTHON    which Python .venv is made with      make setup PYTHON=python3.12
# PIP_ARGS  more arguments for pip install       see "Installing" in README.md
# ARGS      more arguments for the command       make lab ARGS="--no-browser"    make test ARGS="-k masks"
#           a folder, too                      make test-slow ARGS=tests/workshop/grading
# NOTEBOOK  the notebooks to run again           make refresh NOTEBOOK=notebooks/02_encoder_layer.ipynb

NOTEBOOK ?= $(sort $(wildcard notebooks/*.ipynb))

python := .venv/bin/python
as_root := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help setup lab green test test-slow lint refresh slides site lock clean

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv and install the course into it
	@PYTHON="$(PYTHON)" PIP_ARGS="$(PIP_ARGS)" .ci/setup

lab: setup ## open the course in JupyterLab
	OMP_WAIT_POLICY=PASSIVE $(python) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(as_root) $(ARGS)

green: setup ## after an edit: write anew all that is derived from others, and say which lessons to run again
	.venv/bin/course green
	@$(MAKE) --no-print-directory lint

test: lint ## check the style, run all tests, and run every notebook with nbval
	$(python) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env --durations=10 $(ARGS)

test-slow: setup ## run the tests that take minutes; `make test` leaves these out
	$(python) -m pytest -m slow -n 2 --dist worksteal --durations=10 $(ARGS)

lint: setup ## check the style and the floor plan
	$(python) -m ruff check
	$(python) -m ruff format --check
	.venv/bin/lint-imports --no-logo

refresh: setup ## run notebooks again and store what they print and draw
	$(python) -m ruff format --quiet $(NOTEBOOK)
	OMP_NUM_THREADS=1 $(python) -m jupyter nbconvert --to notebook --execute --inplace \
	    --ExecutePreprocessor.record_timing=False --NotebookExporter.preprocessors=course_lib.workshop.notebooks.tidy $(NOTEBOOK)

slides: setup ## write the lectures through all lessons as decks, to data/cache/decks
	.venv/bin/course present $(notdir $(basename $(wildcard notebooks/*.ipynb)))

site: setup ## write the course as a site, to data/cache/site
	.venv/bin/course site

lock: setup ## write the versions of all packages here to constraints.txt, to install the same again
	$(python) -m pip freeze --exclude-editable | sed 's/+cpu$$//' >constraints.txt

clean: ## remove .venv and every cache, but no notebook and no model
	rm -rf .venv *.egg-info .pytest_cache .ruff_cache .import_linter_cache data/cache
	find course_lib tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
