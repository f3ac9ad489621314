#!/usr/bin/env bash
# The openssl recipe for a load balancer that speaks TLS on both sides, made with certmint:
#   CA        testca.com
#   flb       www.2026testsite.com, step by step from its openssl configuration
#   backend   backend.internal.local, in one step
#   client01  a client certificate, and a .p12 of it for a browser
#
#   examples/recipe.sh [DIR]     DIR must be new or empty; left out: a new temporary directory
#
# Set CERTMINT to a certmint binary to use that one; else a release binary is built.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '\n# %s\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }
fail() { printf 'recipe: %s\n' "$*" >&2; exit 1; }

# --- where --------------------------------------------------------------------------------------

if [ "$#" -gt 1 ]; then fail "one directory, please: examples/recipe.sh [DIR]"; fi
if [ "$#" = 1 ]; then
    [ ! -e "$1" ] || [ -z "$(ls -A -- "$1")" ] || fail "$1 is not empty; nothing was done"
    mkdir -p -- "$1"
    work="$(cd -- "$1" && pwd)"
else
    work="$(mktemp -d "${TMPDIR:-/tmp}/certmint-recipe.XXXXXX")"
fi

# --- the binary ---------------------------------------------------------------------------------

install_compiler() {
    local as_root=(env)
    command -v apt-get >/dev/null || fail "a C compiler is missing; install one (Debian: gcc libc6-dev)"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "a C compiler is missing; run as root: apt-get install gcc libc6-dev"
        as_root=(sudo)
    fi
    echo "recipe: installing gcc and libc6-dev with apt-get"
    "${as_root[@]}" apt-get -q update >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends gcc libc6-dev >/dev/null
}

if [ -z "${CERTMINT:-}" ]; then
    if ! command -v cc >/dev/null || ! echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1; then
        install_compiler
    fi
    command -v cargo >/dev/null || fail "cargo is missing; install Rust: https://rustup.rs"
    echo "recipe: building certmint (a few minutes the first time)"
    (cd "$here" && cargo build --release --locked)
    CERTMINT="${CARGO_TARGET_DIR:-$here/target}/release/certmint"
    case "$CERTMINT" in /*) ;; *) CERTMINT="$here/$CERTMINT" ;; esac
fi
[ -x "$CERTMINT" ] || fail "$CERTMINT is no program"
CERTMINT="$(cd "$(dirname "$CERTMINT")" && pwd)/$(basename "$CERTMINT")"
certmint() { "$CERTMINT" "$@"; }

# --- the recipe ---------------------------------------------------------------------------------

cd "$work"
unset CERTMINT_PKI
echo "recipe: working in $work"
cp "$here/tests/fixtures/openssl/flb.cnf" .

secret() { (umask 077; head -c 18 /dev/urandom | base64 >"$1"); }
secret ca.pass
secret client01.pass

say "The CA (its key is encrypted with the passphrase in ca.pass)"
show certmint ca init --cn testca.com --passphrase-file ca.pass

say "flb, the load balancer: step by step, from the configuration that openssl used"
show certmint key new --key rsa2048 --out flb.key
show certmint csr new --key-file flb.key --out flb.csr --config flb.cnf
show certmint sign flb.csr --out flb.crt --config flb.cnf --extensions req_ext --passphrase-file ca.pass

say "backend, the web servers behind it: in one step"
show certmint issue server backend --san backend.internal.local --passphrase-file ca.pass

say "A client, and a file that a browser imports (its password is in client01.pass)"
show certmint issue client client01 --passphrase-file ca.pass
show certmint export p12 client01 --out client01.p12 --password-file client01.pass

# --- what came of it ----------------------------------------------------------------------------

backend=pki/certs/backend/backend
client=pki/certs/client01/client01

say "Who they are"
show certmint inspect --only subject,san flb.crt "$backend.crt"

say "Would clients accept them?"
show certmint verify flb.crt --ca pki/ca/ca.crt --host www.2026testsite.com
show certmint verify "$backend.crt" --ca pki/ca/ca.crt --host backend.internal.local
show certmint verify "$client.crt" --ca pki/ca/ca.crt --purpose client

if command -v openssl >/dev/null; then
    say "And what openssl says"
    strict=(openssl verify -x509_strict -CAfile pki/ca/ca.crt)
    show "${strict[@]}" -purpose sslserver -verify_hostname www.2026testsite.com flb.crt
    show "${strict[@]}" -purpose sslserver -verify_hostname backend.internal.local "$backend.crt"
    show "${strict[@]}" -purpose sslclient "$client.crt"
    show openssl pkcs12 -in client01.p12 -passin file:client01.pass -noout
    for pair in flb "$backend" "$client"; do
        certificate="$(openssl x509 -in "$pair.crt" -noout -pubkey)"
        key="$(openssl pkey -in "$pair.key" -pubout)"
        [ "$certificate" = "$key" ] || fail "$pair.key does not fit $pair.crt"
    done
    echo "every key fits its certificate"
else
    say "openssl is not installed here, so it was not asked"
fi

for file in flb.key "$backend.key" "$client.key" pki/ca/ca.key client01.p12; do
    [ "$(stat -c %a "$file")" = 600 ] || fail "$file can be read by others"
done
echo "every file with a key is readable by its owner only"

say "Everything that this CA signed"
show certmint list

say "Where each file goes"
cat <<END
in $work
  load balancer, listener       flb.crt  flb.key
  load balancer, backend set    pki/ca/ca.crt (the CA that it trusts)
  web servers                   $backend.crt  $backend.key
  clients, trusted roots        pki/ca/ca.crt
  a client with a certificate   client01.p12 (password: client01.pass)
  keep safe, back up            pki/ and ca.pass, apart from each other
END
