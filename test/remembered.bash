# Results of parts that passed, kept until something that they depend on changes.
#
# The tests take minutes: most of it is waiting for timers of the kernel. Run again on the same
# tree and machine they would find what they found, so what a part said when it last passed is
# told instead, with the time of that run. What failed, and what died, is never kept.
#
# What they depend on: every file of the tree, and where it is; what was built of it, and with
# which options; the kernel; the installed packages (compilers, ss, libraries); who runs them, with
# what privileges, limits, namespaces and surroundings. To be read after everything is built.

remembered=build/passed

# Everything but git's, what was built, and what Python keeps.
tree() { # what find prints...
	find . -type d \( -path ./.git -o -path ./build -o -path './build-*' -o -name __pycache__ \) \
		-prune -o "$@"
}

# What the tests run: by time and size, as there are gigabytes.
built() {
	find build build-asan -path "$remembered" -prune -o \
		-type f \( -perm -u+x -o -name intro-buildoptions.json -o -name '*.so*' \) \
		-printf '%p %s %T@\n' 2>/dev/null | sort
}

depends_on() {
	pwd -P
	tree -printf '%y %m %U:%G %p %l\n' | sort
	tree -xtype f -print0 | sort -z | xargs -0 sha256sum 2>&1
	built
	cat /proc/version /proc/sys/kernel/random/boot_id
	cat /var/lib/dpkg/status 2>/dev/null || ls -l --time-style=full-iso /usr/bin /usr/sbin /usr/lib
	nproc
	id
	umask
	ulimit -a
	readlink /proc/self/ns/*
	grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/self/status
	env | grep -vE '^(_|SHLVL|OLDPWD|AGAIN)=' | sort
}

fingerprint_now() {
	depends_on | sha256sum | cut -d' ' -f1
}

# Names this tree on this machine, once a run.
fingerprint=$(fingerprint_now)

# Writes what a part said when it passed to a file; fails where it has to be run.
recall() { # part file
	[ -z "${AGAIN:-}" ] && [ -f "$remembered/$1" ] || return
	[ "$(head -1 "$remembered/$1")" = "$fingerprint" ] || return
	tail -n +2 "$remembered/$1" >"$2"
}

# When it did, for people.
recalled_at() { # part
	date -r "$remembered/$1" '+%F %R'
}

# Nothing is kept of a part that ran while the tree changed: nobody knows which tree passed. By a
# file of its own and a rename: half a file must not pass for a result.
remember() { # part file
	[ "$(fingerprint_now)" = "$fingerprint" ] || { forget "$1"; return; }
	mkdir -p "$remembered" || return
	{ echo "$fingerprint"; cat "$2"; } >"$remembered/.$1.$$" &&
		mv "$remembered/.$1.$$" "$remembered/$1"
}

forget() { # part
	rm -f "$remembered/$1"
}
