#!/usr/bin/env bash
# `make install` into an empty folder, and a stranger who uses what is there: the program in
# a moved prefix, the library by nothing but pkg-config.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
build=$PWD/${TCPCENSUS_BUILD:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
dest=$work/dest prefix=/opt/tcpcensus
number=0

result() { # status name detail
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
	[ "$1" = 0 ] || [ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
}

skip() { # name why
	number=$((number + 1))
	echo "ok $number - $1 # skip $2"
}

check_install() {
	local said
	said=$(make --no-print-directory install DESTDIR="$dest" PREFIX=$prefix \
		INSTALL_BUILD=build-install-test 2>&1)
	result $? 'make install' "$said"
}

check_files() {
	local missing= pattern
	for pattern in bin/tcpcensus include/tcpcensus.h 'lib*/libtcpcensus.a' \
		'lib*/libtcpcensus.so' 'lib*/libtcpcensus.so.[0-9]' 'lib*/pkgconfig/tcpcensus.pc' \
		share/man/man1/tcpcensus.1 share/man/man5/tcpcensus-json.5 share/man/man7/tcpcensus-findings.7 \
		share/bash-completion/completions/tcpcensus share/zsh/site-functions/_tcpcensus \
		share/fish/vendor_completions.d/tcpcensus.fish \
		share/locale/fr/LC_MESSAGES/tcpcensus.mo; do
		# In -path a star matches slashes, too: lib/x86_64-linux-gnu.
		[ -n "$(find "$dest$prefix" -path "$dest$prefix/$pattern")" ] || missing+="$pattern "
	done
	[ -z "$missing" ]
	result $? 'everything is installed' "missing: $missing"
}

# The folder that the compiler takes this system's libraries from; lib or lib64 where it has none.
check_libdir() {
	local multiarch there
	multiarch=$(cc -print-multiarch 2>/dev/null)
	there=$(find "$dest$prefix" -name tcpcensus.pc -printf '%P\n')
	case $there in
	"lib/${multiarch:+$multiarch/}pkgconfig/tcpcensus.pc") true ;;
	lib64/pkgconfig/tcpcensus.pc) [ -z "$multiarch" ] ;;
	*) false ;;
	esac
	result $? 'the library is where this system has libraries' "multiarch '$multiarch', found: $there"
}

# Nothing that was installed may name the folder that it was made in. A clone in /src is not what
# "../src/" speaks of: no path goes on before it.
check_paths() {
	local found
	found=$(LC_ALL=C grep -rlaP "(?<![[:alnum:]._-])(\Q$PWD\E|\Q$work\E)" "$dest")
	[ -z "$found" ]
	result $? 'no file names the folder of the build' "$found"
}

check_soname() {
	local library soname
	library=$(find "$dest" -name 'libtcpcensus.so.*.*')
	soname=$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
	[[ $soname == libtcpcensus.so.[0-9] && -e $(dirname "$library")/$soname ]]
	result $? 'the shared library has a name with a version' "$library: '$soname'"
}

# What the header declares and what the library exports is the same.
check_symbols() {
	local declared exported
	declared=$(tr '\n' ' ' <include/tcpcensus.h | grep -oE 'TC_EXPORT [^;#]*;' |
		grep -oE '\btc_[a-z0-9_]+ *\(' | grep -oE 'tc_[a-z0-9_]+' | sort -u)
	exported=$(nm -D --defined-only "$(find "$dest" -name libtcpcensus.so)" |
		awk '$2 != "A" { print $3 }' | sort -u)
	[ -n "$declared" ] && [ "$declared" = "$exported" ]
	result $? 'the library exports what the header declares' \
		"$(diff <(echo "$declared") <(echo "$exported"))"
}

check_moved() {
	local said
	mkdir -p "$work/else/where"
	cp -a "$dest$prefix" "$work/else/where/"
	said=$(env -u LANGUAGE LC_ALL=fr_FR.UTF-8 "$work/else/where/tcpcensus/bin/tcpcensus" \
		-f - <<<'1 LISTEN')
	[[ $said == ÉTAT* ]]
	result $? 'a moved program finds its French' "$said"
}

# The flags as a stranger gets them; DESTDIR is a root of its own to pkg-config.
flags() { # pkg-config options...
	PKG_CONFIG_PATH=$(dirname "$(find "$dest" -name tcpcensus.pc)") PKG_CONFIG_SYSROOT_DIR=$dest \
		pkg-config "$@" tcpcensus
}

compile() { # name pkg-config options...
	local name=$1 said
	shift
	# shellcheck disable=SC2046
	said=$(cc -std=c99 -Wall -Wextra -Werror -o "$work/$name" doc/example.c $(flags "$@") 2>&1)
	result $? "the example compiles: pkg-config $*" "$said"
}

# With --static, where there is nothing but the archive, as in a package for static linking.
compile_static() {
	find "$dest" -name 'libtcpcensus.so*' -execdir mv {} "$work" \;
	compile example-static --static --cflags --libs
	[[ $(readelf -d "$work/example-static") != *libtcpcensus* ]]
	result $? 'the static example needs no shared library of ours'
}

# The example's lines "STATE COUNT" beside the program's CSV, which has the states with 0 too.
same_numbers() { # example program [listing]
	local example program
	example=$("$1" ${3:+"$3"} | grep -E '^[A-Z_0-9]+ [0-9]+$' | tr ' ' , | sort)
	program=$("$2" -o csv ${3:+-f "$3"} 2>/dev/null | grep -E '^[A-Z_0-9]+,[1-9]' | sort)
	[ -n "$example" ] && [ "$example" = "$program" ] && return
	echo "example: $example" "program: $program"
	return 1
}

check_listing() { # example
	local said
	printf 'tcp 0 0 192.0.2.1:%s 192.0.2.2:80 %s\n' 1 ESTABLISHED 2 TIME_WAIT 3 TIME_WAIT \
		4 CLOSE_WAIT >"$work/listing"
	said=$(same_numbers "$work/$1" "$dest$prefix/bin/tcpcensus" "$work/listing")
	result $? "$1 counts a listing as the program does" "$said"
}

check_kernel() { # example
	local name="$1 counts the kernel's sockets as the program does" said status
	[ -x "$build/lab/tc-lab" ] || { skip "$name" 'the laboratory was not built'; return; }
	export -f same_numbers
	said=$("$build/lab/tc-lab" all-states -- bash -c 'same_numbers "$@"' - \
		"$work/$1" "$dest$prefix/bin/tcpcensus" 2>&1)
	status=$?
	if [ $status = 77 ]; then skip "$name" "$said"; else result $status "$name" "$said"; fi
}

check_peers() {
	local said
	said=$("$work/example" "$work/listing")
	[[ $said == *$'\npeer 192.0.2.2 4\nother 0 in 0 groups\nunread 0 bytes'* ]]
	result $? 'the example groups by peer and counts for itself' "$said"
}

echo 1..15
check_install
check_files
check_libdir
check_paths
check_soname
check_symbols
check_moved
compile example --cflags --libs
LD_LIBRARY_PATH=$(dirname "$(find "$dest" -name libtcpcensus.so)")
export LD_LIBRARY_PATH
# Not by "ldd | grep -q": a grep that leaves early ends ldd by a signal, which pipefail tells.
[[ $(ldd "$work/example") == *"libtcpcensus.so"*"=> $dest"* ]]
result $? 'the example runs with the installed library'
check_listing example
check_kernel example
check_peers
compile_static
unset LD_LIBRARY_PATH
check_listing example-static
