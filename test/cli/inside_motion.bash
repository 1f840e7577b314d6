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

# Of each state, as many as before, or as after, or in between: FOUND is of the look between two.
lies_between() { # BEFORE FOUND AFTER
	awk '
		{ for (i = 1; i <= NF; i++) { split($i, pair, "="); count[NR, pair[1]] = pair[2]; seen[pair[1]] } }
		END {
			for (state in seen) {
				found = count[2, state] + 0
				if ((found < count[1, state] + 0 && found < count[3, state] + 0) ||
					(found > count[1, state] + 0 && found > count[3, state] + 0))
					exit 1
			}
		}' < <(printf '%s\n' "$@")
}

# They look in turns until what one finds lies between two looks of the other: hardly anything has
# happened in between then. Of two that count differently none ever does.
meet() { # SOURCE OTHER
	local tries of=("$@") found=() left_out=
	[ "$1 $2" = 'netlink bpf' ] || left_out='BOUND=* '
	for tries in {0..199}; do
		found+=("$(counted_by "${of[tries % 2]}")")
		found[-1]=${found[-1]#$left_out}
		[ $tries -lt 2 ] || ! lies_between "${found[@]: -3}" || return 0
	done
	wrong "$1 and $2 never find the same" "$(printf '%s\n' "${found[@]: -10}")"
}

in_motion() {
	meet ss netlink
	meet netlink proc
	[[ ${sources[*]} != *bpf* ]] || meet netlink bpf
}
