# SPDX-License-Identifier: MIT
# The part of motion.bats that runs in the laboratory; read by inside.bash.

# "STATE=3 ", of what is not 0. Only bpf and netlink see BOUND.
counted_by() { # SOURCE, or ss
	if [ "$1" = ss ]; then
		ss_counts
	else
		tcpcensus --source "$1" -o csv 2>/dev/null | sed -n '2,$ { /,0$/! s/,/=/p }' | sort
	fi | tr '\n' ' '
}

# They look in turns until two looks that follow one another have found the same: then nothing has
# happened in between. Of two that count differently none ever do.
meet() { # SOURCE OTHER
	local tries of=("$@") before now found=() left_out=
	[ "$1 $2" = 'netlink bpf' ] || left_out='BOUND=* '
	before=$(counted_by "$1")
	for tries in {1..200}; do
		now=$(counted_by "${of[tries % 2]}")
		[ "${now#$left_out}" != "${before#$left_out}" ] || return 0
		found+=("${of[tries % 2]}: $now")
		before=$now
	done
	wrong "$1 and $2 never find the same" "$(printf '%s\n' "${found[@]: -10}")"
}

in_motion() {
	meet ss netlink
	meet netlink proc
	[[ ${sources[*]} != *bpf* ]] || meet netlink bpf
}
