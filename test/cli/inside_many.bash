# SPDX-License-Identifier: MIT
# Parts of many.bats that run in the laboratory; read by inside.bash.

many_censuses() {
	"$build/test/tools/many_censuses" "${MANY_CENSUSES:-200}" "${sources[@]}" || failed=1
}
