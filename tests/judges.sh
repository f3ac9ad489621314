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
    "haproxy haproxy a load balancer"
    "stunnel4 stunnel4 a TLS tunnel"
    "caddy caddy another web server"
    "curl curl a TLS client"
    "dnsmasq dnsmasq-base a name server for a private zone"
    "slapd slapd an LDAP server, which speaks StartTLS"
    "update-ca-certificates ca-certificates the system's trust store"
    "firefox-esr firefox-esr another web browser"
    "systemd-analyze systemd the units of the renewal"
    "easyrsa easy-rsa a CA to adopt"
    "mkcert mkcert another CA to adopt"
    "ssh-keygen openssh-client keys in its own form, which are refused"
    "promtool prometheus Prometheus on metrics files"
    "chromium chromium a web browser"
    "jq jq the JSON of load balancers, for the scripts under test"
    "shellcheck shellcheck shell scripts that were rendered"
    "strace strace the system calls of the program under test"
    "valgrind valgrind the instructions that the program under test takes"
    "python3 python3 runs the Python judges"
    "ip iproute2 networks of machines, for whole systems"
    "mount mount small and read-only file systems for the tests of full disks"
    "setpriv util-linux a user without rights"
    "socat socat HAProxy's socket, as people ask it"
    "nsenter util-linux a command on one of these machines"
    "setsid util-linux the program under test without a terminal"
    "script bsdutils the program under test at a terminal"
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

# file, the Debian package that has it, and what it is for
FILES=(
    "/usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream nginx as a load balancer of TCP"
    "/usr/lib/postfix/sbin/smtpd postfix an SMTP server, which speaks STARTTLS"
    "/usr/lib/dovecot/imap-login dovecot-imapd an IMAP server, which speaks STARTTLS"
    "/usr/share/postgresql-common/pg_wrapper postgresql PostgreSQL, which has a TLS of its own"
    "/usr/share/tomcat10/bin/catalina.sh tomcat10-common Tomcat on its connector"
)

missing=()
for line in "${FILES[@]}"; do
    read -r file package purpose <<<"$line"
    if [ -e "$file" ]; then
        say "$package: $file ($purpose)"
    else
        say "$package: missing ($purpose)"
        missing+=("$package")
    fi
done
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

# Each has what cannot live in one environment with the others: its name, and its requirements.
ENVIRONMENTS=(
    "venv tests/requirements.txt"
    "aws tests/requirements-aws.txt"
    "oci tests/requirements-oci.txt"
    "terraform tests/requirements-terraform.txt"
    "servers tests/requirements-servers.txt"
)

wanted=()
for line in "${ENVIRONMENTS[@]}"; do
    read -r name requirements <<<"$line"
    folder="target/judges/$name"
    if [ "$name" = venv ] && [ -n "${CERTMINT_PYTHON:-}" ]; then
        say "python modules: those of CERTMINT_PYTHON, $CERTMINT_PYTHON"
    elif [ -x "$folder/bin/python" ] && cmp -s "$requirements" "$folder/installed.txt"; then
        say "python modules: $folder"
    else
        wanted+=("$line")
    fi
done
if [ "${#wanted[@]}" -gt 0 ] &&
    { ! command -v python3 >/dev/null || ! python3 -c 'import venv, ensurepip' 2>/dev/null; }; then
    missing+=(python3-venv)
fi

if [ "${#missing[@]}" -gt 0 ]; then
    install_packages "${missing[@]}"
    hash -r
    for line in "${PROGRAMS[@]}"; do
        read -r program package purpose <<<"$line"
        command -v "$program" >/dev/null || fail "$program is still missing after installing $package"
    done
    for line in "${FILES[@]}"; do
        read -r file package purpose <<<"$line"
        [ -e "$file" ] || fail "$file is still missing after installing $package"
    done
fi

install_modules() {
    local name="$1" requirements="$2" folder="target/judges/$1"
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$folder/installed.txt"
}

# All at once: they mostly wait for the network.
jobs=()
for line in "${wanted[@]}"; do
    read -r name requirements <<<"$line"
    say "python modules: installing $(grep -c '^[a-z]' "$requirements") of $requirements in target/judges/$name"
    install_modules "$name" "$requirements" &
    jobs+=("$! $requirements")
done
for job in "${jobs[@]}"; do
    read -r process requirements <<<"$job"
    wait "$process" || fail "pip could not install $requirements"
done
say "all there"
