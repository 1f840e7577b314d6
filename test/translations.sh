#!/bin/sh
# SPDX-License-Identifier: MIT
#
# translations.sh - every text for people that the sources mark stands, translated, in
# po/fr.po, and every file that marks texts is in po/POTFILES. Exit 77: no gettext tools.
set -eu
cd "$(dirname "$0")/.."

for tool in xgettext msgcmp msgfmt; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# util/intl.h and util/macro.h define the markers and mark nothing.
grep -rlE '(^|[^A-Za-z0-9_])(_|N_|tc_ngettext|tc_evidence_n)\("' src lab 2>/dev/null | LC_ALL=C sort |
	grep -v -e '^src/util/intl\.h$' -e '^src/util/macro\.h$' >"$work/marked" || true
grep -v '^#' po/POTFILES | LC_ALL=C sort >"$work/listed"
status=0
if ! missing=$(LC_ALL=C comm -23 "$work/marked" "$work/listed") || [ -n "$missing" ]; then
	echo "not in po/POTFILES: $missing"
	status=1
fi
xgettext --language=C --keyword=_ --keyword=N_ --keyword=tc_ngettext:1,2 \
	--keyword=tc_evidence_n:2,3 --from-code=UTF-8 \
	--files-from=po/POTFILES --output="$work/all.pot"
msgcmp po/fr.po "$work/all.pot" || status=1
msgfmt --check --output-file=/dev/null po/fr.po || status=1
exit $status
