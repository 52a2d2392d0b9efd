# The two commands a reader needs are `make claims` and `make test`; both make the environment if it is missing.

PYTHON ?= python3
BIN = .venv/bin

.PHONY: claims multiverse example nightly test mutants environments lint docs bench reconstruction-check calibration determinism fuzz clean

claims: .venv/ready
	$(BIN)/pytest claims -n auto

multiverse: .venv/ready
	$(BIN)/pytest claims -n auto -m "not timed" --claims-universes all

# Other reports under test; their trainings, pages and history stay in examples/.
example: .venv/ready
	$(BIN)/pytest examples -n auto

# Make turns every failure into exit status 2; docs/nightly.md has the command for a script that tells them apart.
nightly: .venv/ready
	$(BIN)/python -m harness nightly claims

test: .venv/ready
	$(BIN)/pytest tests -n auto

# Breaks what changed since BASE in the code that judges, a piece at a time: some test has to notice each.
BASE ?= main
mutants: .venv/ready
	$(BIN)/python -m pip install --quiet --quiet -e '.[mutants]' -c constraints.txt
	$(BIN)/python -m tests.mutants --base $(BASE)

# In two new environments of their own: the core alone, and with PyTorch.
environments: .venv/ready
	$(BIN)/python -m tests.environments

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The pages of docs/ and the reference as a site, in site/; a link that leads nowhere is an error.
docs: .venv/ready
	$(BIN)/python -m pip install --quiet --quiet -e '.[docs]' -c constraints.txt
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: .venv/ready
	$(BIN)/python -m benchmarks.bench
	$(BIN)/python -m benchmarks.always

# Whether the posterior of reconstructions holds what it should: reports made up from known protocols.
reconstruction-check: .venv/ready
	$(BIN)/python -m benchmarks.reconstruction_check

calibration: .venv/ready
	$(BIN)/python -m benchmarks.calibration

determinism: .venv/ready
	$(BIN)/python -m benchmarks.determinism

# Atheris has wheels for CPython 3.11 to 3.13 on Linux; MINUTES=60 for a longer search.
MINUTES ?= 3
fuzz: .venv/ready
	$(BIN)/python -m pip install --quiet -e '.[fuzz]' -c constraints.txt
	$(BIN)/python -m tests.fuzz -max_total_time=$$((60 * $(MINUTES)))

# Debian's python3 has no ensurepip unless python3-venv is installed; pip can then install itself from outside.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --quiet pip -c constraints.txt
	$(BIN)/python -m pip install --quiet --quiet -e '.[dev]' -c constraints.txt
	touch $@

clean:
	rm -rf .venv .claims-store site reports/*.html reports/claims.* reports/runs.csv reports/summary.md reports/figures reports/benchmarks
