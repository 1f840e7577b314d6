# A thin front for meson; every rule is one thing that people want.

BUILD := build
INSTALL_BUILD := build-install
PREFIX := /usr/local
DESTDIR :=
# Below PREFIX. meson asks dpkg-architecture, which a small Debian lacks, and would then choose
# lib64, where neither the loader nor pkg-config looks there; the compiler knows it, too.
LIBDIR = $(shell $(or $(CC),cc) -print-multiarch 2>/dev/null | sed -n 's|^.|lib/&|p')

.PHONY: help build run test deps bench fuzz install clean goldens

help:
	@echo 'make run      install what is missing, build, print the census of this machine'
	@echo 'make test     install what is missing, build every way, run every test'
	@echo '              (what passed on this very tree is not run again; AGAIN=1 does)'
	@echo 'make build    build/tcpcensus'
	@echo 'make install  program, library, man pages, completions, translations into'
	@echo '              PREFIX (/usr/local), below DESTDIR'
	@echo 'make bench    this program beside ss and netstat'
	@echo 'make fuzz     every fuzz target for SECONDS each (600)'
	@echo 'make goldens  write the expected outputs anew; then read the difference'
	@echo 'make deps     install what is missing for the tests'
	@echo 'make clean    remove what was built'

run: build
	@$(BUILD)/tcpcensus

build:
	@support/deps run
	@support/build $(BUILD)

test:
	@support/deps test
	@AGAIN=$(AGAIN) test/run

bench:
	@support/deps test
	@support/build $(BUILD) -Dtests=true
	@bench/compare
	@bench/owners
	@bench/namespaces
	@bench/server-rate

fuzz:
	@support/deps test
	@test/fuzz/run $(or $(SECONDS),600)

goldens:
	@support/deps test
	@support/build $(BUILD) -Dtests=true
	@test/golden/regenerate

install:
	@support/deps run
	@support/build $(INSTALL_BUILD) --prefix=$(PREFIX) \
		$(addprefix --libdir=,$(LIBDIR)) -Dbuildtype=release
	@DESTDIR=$(if $(DESTDIR),$(abspath $(DESTDIR))) \
		meson install --no-rebuild --quiet -C $(INSTALL_BUILD)
# The loader finds a new shared library in a folder of the system by its cache.
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ! command -v ldconfig >/dev/null || ldconfig

deps:
	@support/deps test

clean:
	rm -rf build build-*
