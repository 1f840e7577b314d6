#!/usr/bin/env bash
# The manual pages name everything that the program has, and are well formed.
#
# What the program has is taken from its own output, so a new option, field, filter word or
# JSON key fails here until it is described.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
program=$PWD/${TCPCENSUS_BUILD:-build}/tcpcensus
scripts=$PWD/${TCPCENSUS_BUILD:-build}/completion
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
shopt -s lastpipe # checks at the end of a pipe count as well
export LC_ALL=C LANGUAGE='' COLUMNS=200 MANWIDTH=200
unset MAN_KEEP_FORMATTING

result() { # status name detail
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
	[ "$1" = 0 ] || [ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
}

skip() { # name why
	number=$((number + 1))
	echo "ok $number - $1 # skip $2"
}

# Words of stdin, one a line, that do not stand in a page as words of their own.
missing_in() { # page
	local words
	words=$(tr -s ' \t,;()"' '\n' <"$work/$1" | sed 's/[.:]*$//')
	while read -r word; do
		[ -z "$word" ] || grep -qxF -e "$word" <<<"$words" || echo "$word"
	done
}

check_words() { # page name; words on stdin
	local wanted missing
	wanted=$(cat)
	missing=$(missing_in "$1" <<<"$wanted")
	[ -n "$wanted" ] && [ -z "$missing" ]
	result $? "$1 names every $2" "missing: $(tr '\n' ' ' <<<"$missing")"
}

commands() { "$program" -h | sed -n '/^Commands/,/^FILTER/p' | awk 'NR > 1 && /^  / { print $1 }'; }

options() {
	for command in $(commands); do
		"$program" "$command" -h
	done | sed -n '/^Options/,$p' | grep -oE '(^ +-[A-Za-z0-9]|--[a-z0-9-]+)' | tr -d ' ' | sort -u
}

fields() { "$program" list -h | sed -n '/^Fields/,/^$/p' | sed 1d | xargs -n 1; }

# The lists of words in the completion script of bash are made from the program's tables.
table_words() { # list
	bash -c '. "$1/tcpcensus"; list=_tcpcensus_$2; printf "%s\n" ${!list}' - "$scripts" "$1"
}

# Exit statuses by what gives them.
exit_statuses() {
	"$program" -V >/dev/null; echo $?
	echo 1 # of a command that judges
	"$program" --no-such-option 2>/dev/null; echo $?
	"$program" -f /nonexistent 2>/dev/null; echo $?
}

check_statuses() {
	local section wrong=
	section=$(sed -n '/^EXIT STATUS/,/^EXAMPLES/p' "$work/tcpcensus.1")
	for status in $(exit_statuses); do
		grep -qE "^ +$status  " <<<"$section" || wrong+="$status "
	done
	[ -z "$wrong" ]
	result $? 'tcpcensus.1 names every exit status' "missing: $wrong"
}

# Every key that any command prints, from the kernel and from a listing with all faults.
json_keys() {
	local fields
	fields=$(fields | paste -sd,)
	{
		"$program" -j
		"$program" -j --source proc
		"$program" list -j -c "$fields"
		"$program" by state,direction -j -n 1
		printf '5 LISTEN\n3 TIME_WAIT\n' | "$program" list -j -f -
		printf 'tcp 0 0 192.0.2.1:1 192.0.2.2\ntcp 0 0 192.0.2.1:1 192.0.2.2:2 LISTEN\n' |
			"$program" -j -f - 2>/dev/null
		"$program" listeners -j -i 1ms
		printf 'LISTEN 2 1 0.0.0.0:80 0.0.0.0:*\n' | "$program" listeners -j -f -
		"$program" ports -j -i 10ms --to 127.0.0.1:9
		printf 'ESTAB 0 0 192.0.2.1:%u 192.0.2.2:443\n' 40001 40003 |
			"$program" ports -j -f -
		# Of readings one of each kind: the others are names of settings and counters.
		"$program" diagnose -i 10ms -j |
			jq 'del(.readings.settings | .[keys[] | select(. != "tcp_fin_timeout")]) |
				del(.readings.counters | .[keys[] | select(. != "ListenOverflows")])'
		"$program" diagnose --list -j
		printf '5 LISTEN\n300 TIME_WAIT\n' | "$program" diagnose -j -f -
		"$program" lab -j
		"$program" explain -j
		for topic in $(table_words topics); do
			"$program" explain -j "$topic"
		done
	} 2>/dev/null | jq -r '.. | objects | keys[]' | sort -u
}

# A page is written by hand, or made when the program is built.
path_of() { # page
	if [ -e "man/$1" ]; then echo "man/$1"; else echo "${program%/*}/man/$1"; fi
}

check_form() { # page
	local said path
	path=$(path_of "$1")
	if man --help 2>/dev/null | grep -q -e --warnings; then
		said=$(LC_ALL=C.UTF-8 man --warnings=w -E UTF-8 -l "$path" 2>&1 >/dev/null)
	else
		said=$(mandoc -T lint -W warning "$path" 2>&1)
	fi
	[ -z "$said" ]
	result $? "$1 is well formed" "$said"
}

# Each rule tells what to do, or at least why nothing is to be done.
check_rule_sections() {
	local wrong
	wrong=$(awk '/^   [a-z]/ { if (id && !(why && sure && todo)) print id; id = $1; why = sure = todo = 0 }
		/^ +Why$/ { why = 1 } /^ +To make sure$/ { sure = 1 } /^ +What to do$/ { todo = 1 }
		/^SEE ALSO/ { if (id && !(why && sure && todo)) print id; exit }' "$work/tcpcensus-findings.7")
	[ -z "$wrong" ]
	result $? 'each finding has causes, a way to make sure, and what to do' "$wrong"
}

# Pages and diagnosis are told in the texts by commands, which have to exist.
check_rules_of_texts() {
	local wrong=
	while read -r id; do
		"$program" explain "$id" >/dev/null 2>&1 || wrong+="$id "
	done < <(grep -rhoE --include='*.md' --include='*.1' 'tcpcensus diagnose [a-z][a-z0-9-]+' . |
		awk '{ print $3 }' | sort -u)
	[ -z "$wrong" ]
	result $? 'rules that are named in documents exist' "$wrong"
}

# The same of other programs, where they are here; filters are compiled only.
check_others() { # command lines on stdin
	local wrong='' count=0 line
	while IFS= read -r line; do
		line=${line/ADDRESS/127.0.0.1}
		case $line in
		"tcpdump -n '"*) line="tcpdump -y EN10MB -d '${line#*\'}" ;;
		'ss '* | 'nstat '* | 'ip '*) ;;
		*) continue ;;
		esac
		command -v "${line%% *}" >/dev/null || continue
		count=$((count + 1))
		NSTAT_HISTORY=$work/nstat bash -c "$line" >/dev/null 2>&1 || wrong+="$line"$'\n'
	done
	[ -z "$wrong" ]
	result $? "commands of other programs that confirm a finding, $count" "$wrong"
}

# Whoever types what stands in an example gets no usage error.
check_examples() { # name; command lines on stdin
	local name=$1 wrong='' count=0 line
	while IFS= read -r line; do
		eval "set -- ${line#*tcpcensus}"
		case " $* " in *" -N "* | *" -f "*) continue ;; esac
		count=$((count + 1))
		"$program" "$@" >/dev/null 2>&1
		[ $? != 2 ] || wrong+="$line"$'\n'
	done
	[ $count -gt 2 ] && [ -z "$wrong" ]
	result $? "the examples of $name are accepted" "$count tried; refused: $wrong"
}

# Above it counts are no longer exact, which has to stand where it is said that they are.
groups_kept() { echo $(($(sed -n 's/.*GROUPS_KEPT = \([0-9 *]*\),.*/\1/p' src/cli/cmd_by.c))); }

echo 1..23
if ! command -v man >/dev/null || ! command -v jq >/dev/null; then
	for ((i = 0; i < 23; i++)); do skip 'manual pages' 'no man or no jq'; done
	exit 0
fi
for page in tcpcensus.1 tcpcensus-json.5 tcpcensus-findings.7; do
	check_form $page
	man -l "$(path_of $page)" >"$work/$page" 2>/dev/null
done
commands | check_words tcpcensus.1 command
options | check_words tcpcensus.1 option
fields | check_words tcpcensus.1 field
{ table_words terms; table_words operators; table_words groups; } |
	check_words tcpcensus.1 'word of the filter'
printf '%s\n' '&&' '&' '||' '|' '!' '>=' '<=' '>' '<' '!=' | check_words tcpcensus.1 'sign of the filter'
"$program" -f - -o csv <<<'1 LISTEN' | sed '1d; s/,.*//' | check_words tcpcensus.1 state
check_statuses
grep -ohE 'getenv\("[A-Z_]+"\)' src/cli/*.c | grep -oE '[A-Z_]{2,}' | sort -u |
	check_words tcpcensus.1 'variable of the environment'
for page in tcpcensus.1 tcpcensus-json.5; do
	groups_kept | check_words $page 'bound of what is exact'
done
json_keys | check_words tcpcensus-json.5 'key of JSON'
fields | check_words tcpcensus-json.5 field
table_words rules | check_words tcpcensus-findings.7 rule
check_rule_sections
check_rules_of_texts
{ "$program" -j; "$program" by state -j; "$program" list -j; "$program" diagnose --list -j
	"$program" diagnose --instant -j
	"$program" listeners -j -i 0; "$program" ports -j; "$program" explain -j
	"$program" lab -j; } |
	jq -r .schema | check_words tcpcensus-json.5 schema
sed -n '/^EXAMPLES/,/^SEE ALSO/s/^ *[$#] tcpcensus/tcpcensus/p' "$work/tcpcensus.1" | sed 's/ |.*//' |
	check_examples tcpcensus.1
{
	sed -n 's/^    \$ tcpcensus/tcpcensus/p' README.md | sed 's/ |.*//'
	grep -ohE '`tcpcensus [^`]*`' README.md | tr -d '`'
} | check_examples README.md
confirming=$(for rule in $(table_words rules); do
	"$program" explain -j "$rule"
done | jq -r '.. | .confirm? // empty | .[]' | sed 's/: .*//; s/;.*//' | sort -u)
grep '^tcpcensus' <<<"$confirming" |
	sed 's/NAME/tcp_fin_timeout/; s/ADDRESS/192.0.2.1/; s/PORT/80/' | check_examples 'what confirms a finding'
check_others <<<"$confirming"
