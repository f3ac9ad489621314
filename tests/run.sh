#!/usr/bin/env bash
# The test command: installs what the tests need and is missing, then runs every test.
#
# Words after it go to the test runner: tests/run.sh -E 'test(pkcs12)'.
# The last line is 'N passed, N failed', doc tests included.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v cc >/dev/null || ! echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1; then
    echo "build: installing gcc and libc6-dev with apt-get"
    as_root=(env)
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get -q update >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends gcc libc6-dev >/dev/null
fi
command -v cargo >/dev/null || { echo "cargo is missing: install Rust, https://rustup.rs" >&2; exit 1; }

tests/judges.sh
export CERTMINT_PYTHON="${CERTMINT_PYTHON:-$PWD/target/judges/venv/bin/python}"
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
passed=0 failed=0 status=0

# Runs and shows a command, keeping its output for the count.
watched() { "$@" 2>&1 | tee "$log"; }

# Adds up the 'test result:' lines that cargo's own runner wrote.
count_test_results() {
    local line
    while read -r line; do
        passed=$((passed + $(sed -E 's/.* ([0-9]+) passed;.*/\1/' <<<"$line")))
        failed=$((failed + $(sed -E 's/.* ([0-9]+) failed;.*/\1/' <<<"$line")))
    done < <(grep -E '^test result:' "$log" || true)
}

summary=""
if cargo nextest --version >/dev/null 2>&1; then
    watched cargo nextest run --locked "$@" || status=1
    # Summary [  12.3s] 224 tests run: 223 passed (1 slow), 1 failed, 1 timed out, 0 skipped
    summary="$(grep -E '^ *Summary \[' "$log" | tail -n 1 || true)"
    [ -n "$summary" ] || status=1
    number() { sed -nE "s|.*[ :/]([0-9]+) $1.*|\1|p" <<<"$summary"; }
    run="$(number 'tests? run')"
    passed="$(number passed)"
    passed="${passed:-0}"
    failed=$((${run:-0} - passed))
else
    echo "cargo-nextest is not installed: running with cargo test"
    watched cargo test --locked --lib --bins --tests --no-fail-fast -- "$@" || status=1
    count_test_results
fi

if [ "$#" = 0 ]; then
    watched cargo test --locked --doc || status=1
    count_test_results
fi

# A build that failed has counted nothing, and no test run is no success.
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed" -gt 0 ] || status=1
echo
[ -z "$summary" ] || printf '%s\n' "$summary"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] || status=1
exit "$status"
