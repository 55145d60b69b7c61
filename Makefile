# Few words: demo and test are all a newcomer needs.
#   make demo [PORT=8123] [DATA=/some/folder]   the portal on this machine; Ctrl-C stops it
#   make test                                   everything that CI runs
#   make check                                  the fast half, under a minute
#   make drill                                  long runs: kills, races, fuzz at full size
#   make fix                                    format, and repair what can be repaired by itself
#   make reset [DATA=/some/folder]              remove the demo's data
#   make lock                                   write requirements*.txt anew from pyproject.toml

.PHONY: demo test check drill fix reset lock run-environment dev-environment
.DEFAULT_GOAL := demo
.NOTPARALLEL:

PORT ?= 8000
DATA ?= var/demo
VENV := .venv/bin/python

# A start is eight processes that read the same thousand modules: they are compiled once, and what
# comes of it lies with the packages, not among the sources.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode

# The first Python on this machine that is new enough.
define WITH_PYTHON
for python in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11; do \
	[ -n "$$python" ] && command -v "$$python" >/dev/null 2>&1 && \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
	python=; \
done; \
if [ -z "$$python" ]; then \
	echo 'Samspil kræver Python 3.11 eller nyere. Installér den, eller sæt PYTHON til dens sti.' >&2; \
	exit 2; \
fi; \
exec "$$python"
endef

demo: run-environment
	@exec $(VENV) manage.py demo --port "$(PORT)" --data "$(DATA)"

reset: run-environment
	@exec $(VENV) manage.py demo --reset --data "$(DATA)"

test: dev-environment
	@exec $(VENV) tools/checks.py all

check: dev-environment
	@exec $(VENV) tools/checks.py fast

drill: dev-environment
	@exec $(VENV) tools/checks.py drill

fix: dev-environment
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .

lock: dev-environment
	@.venv/bin/uv pip compile pyproject.toml --quiet --universal --generate-hashes \
		--no-emit-index-url --no-header --python-version 3.11 -o requirements.txt
	@.venv/bin/uv pip compile pyproject.toml --group dev --quiet --universal --generate-hashes \
		--no-emit-index-url --no-header --python-version 3.11 -c requirements.txt -o requirements-dev.txt
	@$(VENV) tools/check_requirements.py

run-environment:
	@$(WITH_PYTHON) tools/environment.py run

dev-environment:
	@$(WITH_PYTHON) tools/environment.py dev
