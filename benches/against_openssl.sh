#!/usr/bin/env bash
# How long certmint takes beside the openssl commands that it replaces.
#
#   cargo build --release && benches/against_openssl.sh [PROGRAM]
#
# PROGRAM is target/release/certmint if left out. RUNS (50) is how often the short commands are run.
# Takes hyperfine where it is installed, else a loop. Every time is the median of the wall clock in
# milliseconds; a ratio below 1 means that certmint is faster. Not part of CI: a busy machine says
# nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
certmint=$(realpath "${1:-$here/target/release/certmint}")
runs=${RUNS:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset CERTMINT_PKI OPENSSL_CONF

[ -x "$certmint" ] || { echo "$certmint is missing: cargo build --release" >&2; exit 1; }

# median RUNS PREPARE COMMAND…: the median time of a command in milliseconds.
median() {
    local count=$1 prepare=$2
    shift 2
    if command -v hyperfine >/dev/null; then
        # No pipe for the output: its reader would be measured too.
        hyperfine --shell none --warmup 3 --runs "$count" --style none --output null \
            --prepare "sh -c '$prepare'" --export-csv times.csv "$*" >/dev/null 2>hyperfine.err ||
            { cat hyperfine.err >&2; return 1; }
        # Counted from the end: a command may have commas in it.
        awk -F, 'NR == 2 { printf "%.2f", $(NF - 4) * 1000 }' times.csv
    else
        for _ in $(seq "$count"); do
            sh -c "$prepare"
            local start
            start=$(date +%s%N)
            "$@" >/dev/null
            echo $((($(date +%s%N) - start) / 1000))
        done | sort -n | awk '{ all[NR] = $1 } END { printf "%.2f", all[int((NR + 1) / 2)] / 1000 }'
    fi
}

# compare WHAT RUNS PREPARE OURS THEIRS: both commands as lines of words.
compare() {
    local what=$1 count=$2 prepare=$3 ours theirs
    # shellcheck disable=SC2086 # words on purpose
    ours=$(median "$count" "$prepare" $4)
    # shellcheck disable=SC2086
    theirs=$(median "$count" "$prepare" $5)
    awk -v what="$what" -v ours="$ours" -v theirs="$theirs" \
        'BEGIN { printf "%-44s %10.2f %10.2f %8.2f\n", what, ours, theirs, ours / theirs }'
}

# alone WHAT RUNS OURS: openssl has nothing like it.
alone() {
    # shellcheck disable=SC2086
    printf '%-44s %10.2f %10s %8s\n' "$1" "$(median "$2" true $3)" - -
}

"$certmint" --pki fresh ca init --cn testca.com --key p256 --no-passphrase --quiet >/dev/null
"$certmint" --pki fresh issue server flb --san www.2026testsite.com --key p256 --quiet >/dev/null
cp fresh/certs/flb/flb.crt leaf.crt

cat > flb.cnf <<'EOF'
[ req ]
prompt = no
default_md = sha256
distinguished_name = dn
req_extensions = req_ext
[ dn ]
CN = www.2026testsite.com
[ req_ext ]
subjectAltName = DNS:www.2026testsite.com
[ cert ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:www.2026testsite.com
EOF

# What `issue server` replaces: key, request, certificate and chain.
for kind in p256 rsa2048; do
    case $kind in
        p256) generate="openssl ecparam -name prime256v1 -genkey -noout -out new.key" ;;
        *) generate="openssl genrsa -out new.key 2048" ;;
    esac
    cat > "openssl-$kind.sh" <<EOF
set -e
$generate 2>/dev/null
openssl req -new -key new.key -config flb.cnf -out new.csr
openssl x509 -req -in new.csr -CA fresh/ca/ca.crt -CAkey fresh/ca/ca.key -days 825 \\
    -set_serial 0x\$(openssl rand -hex 19) -extfile flb.cnf -extensions cert -out new.crt 2>/dev/null
cat new.crt fresh/ca/ca.crt > new.fullchain.crt
EOF
    cat > "certmint-$kind.sh" <<EOF
exec $certmint --pki pki issue server new --san www.2026testsite.com --key $kind
EOF
done

again='rm -rf pki new.*; cp -a fresh pki'
printf '%-44s %10s %10s %8s\n' "median of the wall clock in ms" certmint openssl ratio
compare "start-up: --version" "$runs" true "$certmint --version" "openssl version"
compare "inspect one certificate" "$runs" true "$certmint inspect leaf.crt" \
    "openssl x509 -noout -text -in leaf.crt"
compare "inspect --only subject,san" "$runs" true "$certmint inspect --only subject,san leaf.crt" \
    "openssl x509 -noout -subject -ext subjectAltName -in leaf.crt"
compare "verify a leaf" "$runs" true "$certmint verify leaf.crt --ca fresh/ca/ca.crt" \
    "openssl verify -x509_strict -CAfile fresh/ca/ca.crt leaf.crt"
compare "issue server, P-256 (four commands)" "$runs" "$again" "sh certmint-p256.sh" "sh openssl-p256.sh"
compare "issue server, RSA 2048 (four commands)" "$runs" "$again" \
    "sh certmint-rsa2048.sh" "sh openssl-rsa2048.sh"

# openssl's index.txt has no command that lists it.
python3 - <<'EOF'
import os, sqlite3
database = sqlite3.connect("fresh/inventory.sqlite")
columns = [row[1] for row in database.execute("PRAGMA table_info(certificate)")]
values = dict(zip(columns, database.execute("SELECT * FROM certificate WHERE kind = 'server'").fetchone()))
der = database.execute("SELECT der FROM encoding WHERE certificate_id = ?", (values["id"],)).fetchone()[0]
first = database.execute("SELECT max(id) FROM certificate").fetchone()[0] + 1
with database:
    for number in range(first, first + 100_000):
        name = f"host{number}.example.com"
        values.update(id=number, serial=b"\x5a" + os.urandom(19), name=name, subject=f"CN = {name}",
                      fingerprint=os.urandom(32), not_after=values["not_after"] + 7)
        database.execute(f"INSERT INTO certificate VALUES ({', '.join('?' * len(columns))})",
                         [values[column] for column in columns])
        database.execute("INSERT INTO encoding VALUES (?, NULL, ?)", (number, der))
        database.execute("INSERT INTO san VALUES (?, 0, 'dns', ?)", (number, name))
EOF
few=$(((runs + 9) / 10))
alone "list --limit 50 of 100,000" "$runs" "$certmint --pki fresh list --limit 50"
alone "list --sort not-after --limit 50 of 100,000" "$runs" \
    "$certmint --pki fresh list --sort not-after --limit 50"
alone "list --sort name --limit 50 of 100,000" "$runs" "$certmint --pki fresh list --sort name --limit 50"
alone "list of all 100,000" "$few" "$certmint --pki fresh list"
alone "list --json of all 100,000" "$few" "$certmint --pki fresh list --json"
sed 's/--pki pki/--pki fresh/; s/server new/server "new$$"/' certmint-p256.sh > certmint-beside.sh
alone "issue server, P-256, beside 100,000" "$runs" "sh certmint-beside.sh"
