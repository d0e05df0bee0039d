# Rust and Python 3.10 are all that `make test` needs; the network once, for crates and
# for the two versions of Anki that judge the packages.

PYTHON ?= python3
CARGO ?= cargo
BROWSER ?= chromium
# Where tests/it/judge.rs looks for them; may be a link to a folder elsewhere.
JUDGES := target/judges
VENV := $(PYTHON) -B tests/anki/environment.py

.DEFAULT_GOAL := help
.PHONY: help test test-all tex browser ankiconnect cross lint notices doc judges peers bench snapshots fmt

help: ## Lists the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  \1@/' | tr '@' '\t'

test: judges lint ## Formatting, lints, all tests, the library alone, documentation
	$(CARGO) test --locked
	$(CARGO) test --locked --lib --no-default-features
	$(MAKE) doc

test-all: test tex browser ## Everything: what `make test` does, and what needs TeX or a browser

tex: judges ## What needs latex, dvisvgm and dvipng, with tikz and chemfig
	@for program in latex dvisvgm dvipng; do command -v $$program > /dev/null || { \
		echo "$$program is missing; on Debian: apt install texlive-latex-recommended texlive-pictures texlive-plain-generic texlive-science dvisvgm dvipng"; exit 1; }; done
	DECKLE_TEST_TEX=1 $(CARGO) test --locked --test it tex::

browser: judges ## What needs a browser: what masks on pictures cover, what pages of a preview show
	@$(PYTHON) -B tests/anki/web.py $(JUDGES)/aqt-26.9.3 aqt==26.9.3
	@$(PYTHON) -B tests/anki/web.py $(JUDGES)/aqt-25.9.2 aqt==25.9.2
	@command -v $(BROWSER) > /dev/null || { \
		echo "$(BROWSER) is missing; on Debian: apt install chromium; another Chromium: make browser BROWSER=..."; exit 1; }
	DECKLE_TEST_BROWSER=$(BROWSER) $(CARGO) test --locked --test it browser::

# The add-on is another's program, which nobody gets by our tests: they take the folder of one that is installed, and
# where there is a copy of the last one on GitHub, of November 2023, that as well (ADDON_2023=folder).
ankiconnect: judges ## The real AnkiConnect in the real Anki: what the client is told, and what it brings
	@test -f "$(ADDON)/__init__.py" || { \
		echo "the add-on is missing; install AnkiConnect (2055492159) in Anki, then: make ankiconnect ADDON=.../Anki2/addons21/2055492159"; exit 1; }
	@$(VENV) $(JUDGES)/desktop-26.9.3 'aqt[qt]==26.9.3'
	@$(VENV) $(JUDGES)/desktop-25.9.2 'aqt[qt]==25.9.2'
	@for desktop in desktop-26.9.3 desktop-25.9.2; do \
		$(PYTHON) -B tests/anki/habits.py $(JUDGES) $$desktop "$(ADDON)" || exit 1; \
		test -z "$(ADDON_2023)" || $(PYTHON) -B tests/anki/habits.py $(JUDGES) $$desktop "$(ADDON_2023)" --old || exit 1; done
	DECKLE_TEST_ANKICONNECT="$(ADDON)" DECKLE_TEST_ANKICONNECT_2023="$(or $(ADDON_2023),$(ADDON))" \
		$(CARGO) test --locked --test it -- connect:: shipped::

cross: ## Whether everything compiles for Windows and macOS; nothing is run
	@$(VENV) $(JUDGES)/zig-0.17.1 ziglang==0.17.1
	@$(PYTHON) -B tests/cross.py $(JUDGES)/zig-0.17.1 "$(CARGO)"

# Clippy's check of the dependencies serves the documentation too; a run of `cargo check`
# beside it would only repeat it.
lint: ## Formatting and clippy, warnings denied
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --lib --no-default-features -- -D warnings

notices: ## THIRD-PARTY.md, written anew: when Cargo.lock changes, before a release
	$(PYTHON) tests/notices.py

doc: ## The library's documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --lib

judges: peers ## The Anki backends that judge packages: current desktop, current AnkiDroid
	@$(VENV) $(JUDGES)/anki-26.9.3 anki==26.9.3
	@$(VENV) $(JUDGES)/anki-25.9.2 anki==25.9.2
	@$(PYTHON) -B tests/anki/examples.py $(JUDGES)/marko-2.2.4 $(JUDGES)/genanki marko==2.2.4

peers: ## The tools whose packages are read, and that the benchmark compares with
	@$(VENV) $(JUDGES)/genanki genanki==0.13.1

bench: judges ## Compares speed and memory with genanki, genanki-rs and ankiforge; measures rebuilds
	$(CARGO) build --locked --release
	$(PYTHON) -B benches/compare.py $(BENCH_ARGS)
	$(PYTHON) -B benches/rebuild.py

snapshots: judges ## Runs the tests and takes what they print as what is expected
	SNAPSHOTS=overwrite $(CARGO) test --locked
	@git status --short tests

fmt: ## Formats the sources
	$(CARGO) fmt
