#!/usr/bin/env bash
# The completion scripts in their shells: what is offered at the end of a command line.
#
# Each case is asked of every shell that is installed, as a user would by the tabulator.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
scripts=$PWD/${TCPCENSUS_BUILD:-build}/completion
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# Words of the line, the last one is completed | what must be offered | and what must not.
cases='
tcpcensus                               |by census explain list state sport|LISTEN remote.addr
tcpcensus li                            |list|census
tcpcensus by                            |by|list
tcpcensus by rem                        |remote.addr remote.port remote|local.addr
tcpcensus by state,rem                  |state,remote.addr state,remote.net|remote.addr state,local
tcpcensus by state sp                   |sport|state,remote.addr
tcpcensus list --so                     |--sort --source|--columns
tcpcensus --to                          ||--top
tcpcensus explain --fr                  ||--from
tcpcensus -o js                         |json|csv table
tcpcensus --color a                     |always auto|never
tcpcensus --source n                    |netlink|proc
tcpcensus list -c local,re              |local,remote local,recv_q|local,state
tcpcensus list -n 3 -o n                |ndjson|json
tcpcensus state time                    |time-wait|listen
tcpcensus exclude c                     |closing connected close-wait|time-wait
tcpcensus list state listen or d        |dport dst dev|sport
tcpcensus list sport g                  |gt ge|lt
tcpcensus list dev = l                  |lo|lt
tcpcensus explain TIME                  |TIME_WAIT|LISTEN
tcpcensus explain TIME_WAIT tcp_fin     |tcp_fin_timeout|TIME_WAIT
tcpcensus explain close-wait            |close-wait-leak|CLOSE_WAIT
tcpcensus explain accept-q              |accept-queue|accept-overflow
tcpcensus diagnose tw-                  |tw-active-close tw-overflow|TIME_WAIT
tcpcensus diagnose --in                 |--interval --instant|--ipv4
tcpcensus lab close-wait-              |close-wait-leak|closing
tcpcensus lab --ch                      |--check|--color
tcpcensus --from lis                    |listing.txt|list
tcpcensus by state --from lis           |listing.txt|list
'

result() { # status name detail
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
	[ "$1" = 0 ] || printf '%s\n' "$3" | sed 's/^/# /'
}

# ---- What a shell offers for a line: one word a line on stdout ---------------------------

offered_by_bash() { # line
	bash --norc -c '
		source "$1/tcpcensus"
		read -ra COMP_WORDS <<<"$2"
		[[ $2 == *" " ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_tcpcensus
		printf "%s\n" "${COMPREPLY[@]}"' - "$scripts" "$1"
}

offered_by_fish() { # line
	HOME=$work fish --no-config -c "source $scripts/tcpcensus.fish; complete -C '$1'" | cut -f1
}

# Zsh completes only what is typed at a terminal: a pseudo terminal, and a compadd that notes
# what it is given.
cat >"$work/ask.zsh" <<'EOF'
zmodload zsh/zpty zsh/zselect
zpty shell "TERM=dumb HOME=$2 zsh -f -i"
zpty -w shell "
PROMPT= RPROMPT=; cd $2; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D
compadd() {
	local -a hits
	if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi
	builtin compadd -O hits \"\$@\"
	print -l -- \$IPREFIX\$^hits >>$2/offered
	builtin compadd \"\$@\"
}
noted() { print >>$2/noted; }
finish() { comppostfuncs=(noted); }
precmd() { comppostfuncs=(noted); print >>$2/ready; }
bindkey '^I' complete-word
"
for ((i = 0; i < 500; i++)); do [[ -s $2/ready ]] && break; zselect -t 2; done
zselect -t 10 # the prompt is there, its editor almost
: >$2/offered
zpty -w -n shell "$3"$'\t'
for ((i = 0; i < 500; i++)); do [[ -e $2/noted ]] && break; zselect -t 2; done
zpty -d shell
cat $2/offered
EOF
offered_by_zsh() { # line
	rm -f "$work/ready" "$work/noted" "$work/offered"
	zsh -f "$work/ask.zsh" "$scripts" "$work" "$1" 2>/dev/null
}

# ---- The cases --------------------------------------------------------------------------

check_case() { # shell line wanted unwanted
	local offered wrong=
	offered=$("offered_by_$1" "$2")
	for word in $3; do
		grep -qxF -e "$word" <<<"$offered" || wrong+="not offered: $word"$'\n'
	done
	for word in $4; do
		! grep -qxF -e "$word" <<<"$offered" || wrong+="offered: $word"$'\n'
	done
	[ -z "$wrong" ]
	result $? "$1: ${2% }" "${wrong}of: $(tr '\n' ' ' <<<"$offered")"
}

is_missing() { # shell
	command -v "$1" >/dev/null && return 1
	number=$((number + 1))
	echo "ok $number - $1 # skip $1 is not installed"
}

check_cases() { # shell
	local line wanted unwanted
	while IFS='|' read -r line wanted unwanted; do
		[ -n "$line" ] || continue
		line=$(sed 's/ *$//' <<<"$line")
		[ "$line" != tcpcensus ] || line+=' ' # the word after it
		check_case "$1" "$line" "$wanted" "$unwanted"
	done <<<"$cases"
}

# Where the shells differ: bash cuts words at "=", and fish takes any word with a minus for an
# option.
check_bash() {
	check_cases bash
	check_case bash 'tcpcensus --output = js' json csv
	check_case bash 'tcpcensus list -s -recv' -recv_q '-send_q recv_q'
}

check_zsh() {
	check_cases zsh
	check_case zsh 'tcpcensus list -s -recv' -recv_q '-send_q recv_q'
}

check_fish() {
	check_cases fish
	check_case fish 'tcpcensus list --sort=-recv' --sort=-recv_q --sort=recv_q
}

: >"$work/listing.txt"
cd "$work" || exit 1
for shell in bash zsh fish; do
	is_missing $shell || check_$shell
done
echo "1..$number"
