#!/usr/bin/env bash
# Makes the seeds of every fuzz target with openssl: fuzz/seeds.sh [FOLDER], by default fuzz/corpus.
set -euo pipefail
out="${1:-$(dirname "${BASH_SOURCE[0]}")/corpus}"
mkdir -p "$out"/{certificate,general_names,inspect,key_file,manifest,name,name_constraints,openssl_conf,openssl_index,path_validation,pkcs12,pkcs7,request,san}
out="$(cd "$out" && pwd)"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
exec 3>&2 2>log
trap 'status=$?; [ $status = 0 ] || { echo "fuzz/seeds.sh: openssl failed:" >&3; tail -n 5 log >&3; }; rm -rf "$work"' EXIT

# --- keys ---------------------------------------------------------------------------------------
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem
for curve in P-256 P-384 P-521; do
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -out "$curve.pem"
done
openssl genpkey -algorithm ED25519 -out ed25519.pem
openssl ecparam -name prime256v1 -genkey -out "$out/key_file/parameters.pem"
for key in rsa P-256 P-384 P-521 ed25519; do
    cp "$key.pem" "$out/key_file/"
    openssl pkey -in "$key.pem" -outform DER -out "$out/key_file/$key.der"
    openssl pkey -in "$key.pem" -pubout -outform DER -out "$out/name/$key.spki"
done
openssl pkey -in rsa.pem -traditional -out "$out/key_file/pkcs1.pem"
openssl pkey -in P-256.pem -traditional -out "$out/key_file/sec1.pem"
openssl pkey -in P-256.pem -traditional -aes128 -passout pass:secret -out "$out/key_file/legacy.pem"
openssl pkcs8 -topk8 -in P-256.pem -passout pass:secret -out "$out/key_file/pbkdf2.pem"
openssl pkcs8 -topk8 -in P-256.pem -passout pass:secret -scrypt -outform DER -out "$out/key_file/scrypt.der"

# --- configurations -----------------------------------------------------------------------------
cp "$here"/../tests/fixtures/openssl/*.cnf "$out/openssl_conf/"
cat >"$out/openssl_conf/everything.cnf" <<'CNF'
base = example.com
.include other.cnf
oid_section = oids
[oids]
myType = 1.2.3.4
[req]
default_bits = 2048
default_md = sha256
prompt = no
string_mask = utf8only
distinguished_name = dn
req_extensions = req_ext
x509_extensions = req_ext
[dn]
C = DE
0.OU = "one # not a comment"
1.OU = two\
 lines
+1.OU = same
CN = www.$base   # a comment
emailAddress = a@${base}
[req_ext]
subjectAltName = @names, email:copy
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = serverAuth, 1.3.6.1.5.5.7.3.17
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always, issuer
nameConstraints = permitted;DNS:.example.com, excluded;IP:10.0.0.0/255.0.0.0
crlDistributionPoints = URI:http://example.com/a.crl, points
authorityInfoAccess = OCSP;URI:http://example.com/, caIssuers;URI:http://example.com/ca
certificatePolicies = 1.2.3, @policy
tlsfeature = status_request
1.2.3.4.5 = ASN1:SEQUENCE:parts
1.2.3.4.6 = DER:05:00
[names]
DNS.1 = www.${dn::CN}
DNS.2 = *.$base
IP.1 = 10.0.0.7
IP.2 = fd00::7
URI = https://example.com/
dirName = dn
otherName = 1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com
RID = 1.2.3.4
[points]
fullname = URI:http://example.com/b.crl
reasons = keyCompromise, CACompromise
[policy]
policyIdentifier = 1.2.3.4
CPS.1 = http://example.com/
userNotice.1 = @notice
[notice]
explicitText = UTF8:words
organization = org
noticeNumbers = 1, 2
[parts]
a = INTEGER:0x10
b = IMPLICIT:1,UTF8String:text
c = SET:few
d = BITLIST:1,5
e = GENTIME:20260101000000Z
[few]
x = OID:1.2.3
y = BOOLEAN:true
CNF
printf 'a = again\n.include again\n.include folder\n' >"$out/openssl_conf/includes.cnf"

# --- certificates and requests ------------------------------------------------------------------
cat >small.cnf <<'CNF'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[constrained]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 1.2.3
nameConstraints = permitted;DNS:example, permitted;IP:10.0.0.0/255.0.0.0, permitted;email:example, permitted;URI:.example, excluded;DNS:bad.example, excluded;dirName:dn
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:host.example,IP:10.0.0.7,email:a@host.example,URI:https://host.example/
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 1.2.3
crlDistributionPoints = URI:http://host.example/crl
[strange]
subjectAltName = dirName:dn,RID:1.2.3.4,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com,DNS:*.example,IP:fd00::7
[ca_section]
database = index.txt
crlnumber = number
default_md = sha256
CNF
export OPENSSL_CONF="$work/small.cnf"
dates=(-days 36500)
request() { openssl req -new -config small.cnf -key "$1.pem" -subj "$2" -out "$3.csr" "${@:4}"; }
request P-256 /DC=com/DC=example/CN=root root
openssl x509 -req -in root.csr -signkey P-256.pem "${dates[@]}" -extfile small.cnf -extensions ca -out root.crt
sign() { openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$3.pem" -set_serial "$5" "${dates[@]}" -extfile small.cnf -extensions "$4" -out "$1.crt"; }
request P-384 "/O=Example/OU=one/OU=two/CN=int" int
sign int root P-256 constrained 2
request rsa "/O=Example+OU=both/CN=host.example/emailAddress=a@host.example" leaf
sign leaf int P-384 server 3
request ed25519 "/CN=Zürich" odd -utf8 -addext "subjectAltName=DNS:odd.example,IP:10.0.0.7"
sign odd int P-384 strange 4
request P-521 "/CN=self" self -addext "subjectAltName=DNS:host.example" -addext "tlsfeature=status_request"
openssl x509 -req -in self.csr -signkey P-521.pem "${dates[@]}" -out self.crt
for name in root int leaf odd self; do
    openssl x509 -in "$name.crt" -outform DER -out "$name.der"
    cp "$name.der" "$out/certificate/"
    openssl req -in "$name.csr" -outform DER -out "$out/request/$name.der"
done

# The n-th extension's value or the subject of a certificate, as DER.
value_of() { # certificate, text of the line in asn1parse, output
    local at
    at="$(openssl asn1parse -inform DER -in "$1.der" | grep -A2 ":$2" | grep 'OCTET STRING' | head -n 1 | sed -E 's/^ *([0-9]+):.*/\1/')"
    openssl asn1parse -inform DER -in "$1.der" -strparse "$at" -noout -out "$3"
}
for name in leaf odd; do
    value_of "$name" "X509v3 Subject Alternative Name" "$out/general_names/$name.der"
done
value_of int "X509v3 Name Constraints" constraints.der
cp constraints.der "$out/name_constraints/usual.der"
{ cat constraints.der; printf '\n#=>S'; cat "$out/general_names/odd.der"; } >"$out/name_constraints/with-names.der"
for name in root int leaf odd; do
    at="$(openssl asn1parse -inform DER -in "$out/request/$name.der" | awk -F: '/SEQUENCE/ && ++n == 3 { print $1 + 0; exit }')"
    openssl asn1parse -inform DER -in "$out/request/$name.der" -strparse "$at" -noout -out "$out/name/$name.der"
done

n=0
: >index.txt
echo 01 >number
openssl ca -config small.cnf -name ca_section -gencrl -crldays 36500 -keyfile P-384.pem -cert int.crt -out int.crl.pem
openssl crl -in int.crl.pem -outform DER -out int.crl

keep() { openssl ca -config small.cnf -name ca_section -keyfile P-384.pem -cert int.crt "$@"; }
keep -valid leaf.crt
for reason in '-crl_reason keyCompromise' '-crl_hold holdInstructionReject' '-crl_CA_compromise 20260101000000Z' ''; do
    cp index.txt "$out/openssl_index/$((n += 1)).txt"
    # shellcheck disable=SC2086 # a flag and its value
    keep -revoke odd.crt $reason
    tail -n 1 index.txt >>"$out/openssl_index/revoked.txt"
    cp "$out/openssl_index/$n.txt" index.txt
done
cp number "$out/openssl_index/"
cp "$here"/../templates/manifests/*.toml "$here"/../tests/manifest/wrong/*.toml "$out/manifest/"
path() { # target, then pairs of letter and file
    printf '\n#=>T'; cat "$1"; shift
    while [ $# -gt 0 ]; do printf '\n#=>%s' "$1"; cat "$2"; shift 2; done
}
path leaf.der P int.der A root.der C int.crl >"$out/path_validation/whole"
path odd.der P int.der A root.der >"$out/path_validation/odd"
path leaf.der A int.der >"$out/path_validation/short"

# --- containers ---------------------------------------------------------------------------------
cat int.crt root.crt >chain.pem
p12=(openssl pkcs12 -export -in leaf.crt -inkey rsa.pem -certfile chain.pem -name friendly -passout pass:secret -iter 100)
"${p12[@]}" -out "$out/pkcs12/modern.p12"
"${p12[@]}" -nomac -out "$out/pkcs12/nomac.p12"
"${p12[@]}" -nomac -keypbe NONE -certpbe NONE -out "$out/pkcs12/plain.p12"
"${p12[@]}" -keypbe NONE -certpbe NONE -out "$out/pkcs12/mac-only.p12"
"${p12[@]}" -nomac -keypbe PBE-SHA1-3DES -certpbe NONE -out "$out/pkcs12/legacy-key.p12"
"${p12[@]}" -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out "$out/pkcs12/legacy.p12"
openssl crl2pkcs7 -nocrl -certfile chain.pem -outform DER -out "$out/pkcs7/chain.p7b"
openssl crl2pkcs7 -in int.crl.pem -certfile leaf.crt -outform DER -out "$out/pkcs7/with-crl.p7b"
echo text | openssl cms -sign -signer leaf.crt -inkey rsa.pem -outform DER -stream -out "$out/pkcs7/signed.p7m"

# --- anything -----------------------------------------------------------------------------------
cat rsa.pem leaf.crt chain.pem leaf.csr int.crl.pem >"$out/inspect/bundle.pem"
cp leaf.csr "$out/inspect/"
cp int.crl "$out/inspect/int.crl.der"
cp "$out/certificate/odd.der" "$out/key_file/"{parameters,legacy,pbkdf2}.pem "$out/name/P-256.spki" \
    "$out/pkcs12/plain.p12" "$out/pkcs7/with-crl.p7b" "$out/inspect/"
openssl x509 -in leaf.crt -text -out "$out/inspect/text.pem"
openssl x509 -in leaf.crt -trustout -addtrust serverAuth -setalias alias -out "$out/inspect/trusted.pem"
openssl base64 -in leaf.der -out "$out/inspect/naked.b64"

# --- text ---------------------------------------------------------------------------------------
n=0
for text in dns:www.example.com '*.example.com' ip:10.0.0.7 fd00::7 '[::1]' ip:::ffff:10.0.0.1 \
    email:a@example.com 'uri:https://user@example.com:8443/p?q#f' 'dns:zürich.example' \
    dns:xn--zrich-kva.example spiffe://example.org/ns/x 'dns:a..b' 'email:"a b"@example.com' \
    'faß.example' 'uri:urn:uuid:1-2' '١٢٣.example'; do
    printf '%s' "$text" >"$out/san/$((n += 1)).txt"
done
