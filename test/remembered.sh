#!/usr/bin/env bash
# What is kept of a part that passed is told again only for the very same tree.
set -u -o pipefail
here=$(cd "$(dirname "$0")" && pwd) || exit 1
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
number=0

result() { # status name
	number=$((number + 1))
	if [ "$1" = 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

# Each in a shell of its own, as each `make test` is.
passes() { # part said
	echo "$2" >said
	bash -c '. "$1/remembered.bash"; remember "$2" said' - "$here" "$1"
}

recalls() { # part
	AGAIN=${2:-} bash -c '. "$1/remembered.bash"; recall "$2" /dev/stdout' - "$here" "$1"
}

edited_while_it_ran() {
	bash -c '. "$1/remembered.bash"; echo more >>source; remember unit said' - "$here"
}

is_not_recalled() { # name
	! recalls unit >/dev/null
	result $? "$1"
}

echo 1..14
echo one >source
echo 'ok 1 - all' >said
is_not_recalled 'a part that never passed is run'

passes unit 'ok 1 - all'
[ "$(recalls unit)" = 'ok 1 - all' ]
result $? 'a part that passed is told as it was'
! recalls docs >/dev/null
result $? 'another part is run'
! recalls unit 1 >/dev/null
result $? 'AGAIN=1 runs it'

echo two >source
is_not_recalled 'an edited file: it is run'
passes unit 'ok 1 - all'
chmod +x source
is_not_recalled 'a file that became a program: it is run'
passes unit 'ok 1 - all'
touch another
is_not_recalled 'a new file: it is run'
passes unit 'ok 1 - all'
rm another
is_not_recalled 'a file that was removed: it is run'
passes unit 'ok 1 - all'
edited_while_it_ran
is_not_recalled 'a tree that was edited while the part ran: it is run'

passes unit 'ok 1 - all'
ln -s here link
is_not_recalled 'a new link: it is run'
passes unit 'ok 1 - all'
ln -sf there link
is_not_recalled 'a link that leads elsewhere: it is run'
mkfifo pipe
passes unit 'ok 1 - all'
recalls unit >/dev/null
result $? 'a pipe is not read'
mkdir -p build
passes unit 'ok 1 - all'
cp /bin/true build/program
is_not_recalled 'another program was built: it is run'
passes unit 'ok 1 - all'
export TC_OTHER=1
is_not_recalled 'other surroundings: it is run'
