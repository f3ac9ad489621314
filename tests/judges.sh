#!/usr/bin/env bash
# Installs the foreign judges that the tests ask for their verdict, where they are missing.
#
# Programs come from the system's packages (apt-get, as root or with sudo); Python modules from
# PyPI into an environment of their own, target/judges/venv, so that no system Python is touched.
# Set CERTMINT_PYTHON to a Python that has the modules of tests/requirements.txt to use that one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/share/easy-rsa"

say() { printf 'judges: %s\n' "$*"; }
fail() { printf 'judges: %s\n' "$*" >&2; exit 1; }

mkdir -p target/judges
if command -v flock >/dev/null; then
    exec 9>target/judges/lock
    flock 9
fi

# --- programs -----------------------------------------------------------------------------------

# program, the Debian package that has it, and what it judges
PROGRAMS=(
    "openssl openssl keys, requests, certificates, PKCS#12"
    "certtool gnutls-bin GnuTLS on keys and certificates"
    "gnutls-cli gnutls-bin GnuTLS as a TLS client"
    "certutil libnss3-tools NSS on certificates"
    "pk12util libnss3-tools NSS on PKCS#12"
    "keytool default-jre-headless Java on certificates and PKCS#12"
    "javac default-jdk-headless Java as a TLS client, from its source"
    "nginx nginx a TLS server"
    "apache2 apache2-bin another TLS server"
    "systemd-analyze systemd the units of the renewal"
    "easyrsa easy-rsa a CA to adopt"
    "mkcert mkcert another CA to adopt"
    "ssh-keygen openssh-client keys in its own form, which are refused"
    "promtool prometheus Prometheus on metrics files"
    "chromium chromium a web browser"
    "strace strace the system calls of the program under test"
    "python3 python3 runs the Python judges"
    "mount mount small and read-only file systems for the tests of full disks"
    "setpriv util-linux a user without rights"
    "setsid util-linux the program under test without a terminal"
)

# Debian would start the servers that it installs; only their programs are wanted.
forbid_services() {
    local policy=/usr/sbin/policy-rc.d
    "${as_root[@]}" test -e "$policy" && return
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
}

install_packages() {
    command -v apt-get >/dev/null || fail "missing: $*; install them (these are Debian's names) and run this again"
    as_root=(env)
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "missing: $*; run as root: apt-get install $*"
        as_root=(sudo)
    fi
    say "installing $* with apt-get"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    forbid_services
    "${apt[@]}" update >target/judges/apt.log 2>&1 &&
        "${apt[@]}" install -y --no-install-recommends "$@" >>target/judges/apt.log 2>&1 || {
        tail -n 20 target/judges/apt.log >&2
        fail "apt-get install $* failed (all of it: target/judges/apt.log)"
    }
}

missing=()
for line in "${PROGRAMS[@]}"; do
    read -r program package purpose <<<"$line"
    if path="$(command -v "$program")"; then
        say "$program: $path ($purpose)"
    else
        say "$program: missing, from the package $package ($purpose)"
        case " ${missing[*]-} " in *" $package "*) ;; *) missing+=("$package") ;; esac
    fi
done

# --- Python -------------------------------------------------------------------------------------

venv=target/judges/venv
needs_venv=no
if [ -n "${CERTMINT_PYTHON:-}" ]; then
    say "python modules: those of CERTMINT_PYTHON, $CERTMINT_PYTHON"
elif [ -x "$venv/bin/python" ] && cmp -s tests/requirements.txt "$venv/installed.txt"; then
    say "python modules: $venv"
else
    needs_venv=yes
    if ! command -v python3 >/dev/null || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
        missing+=(python3-venv)
    fi
fi

if [ "${#missing[@]}" -gt 0 ]; then
    install_packages "${missing[@]}"
    hash -r
    for line in "${PROGRAMS[@]}"; do
        read -r program package purpose <<<"$line"
        command -v "$program" >/dev/null || fail "$program is still missing after installing $package"
    done
fi

if [ "$needs_venv" = yes ]; then
    say "python modules: installing $(grep -c '^[a-z]' tests/requirements.txt) of tests/requirements.txt in $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt ||
        fail "pip could not install tests/requirements.txt"
    cp tests/requirements.txt "$venv/installed.txt"
fi
say "all there"
