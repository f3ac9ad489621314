#!/bin/sh
# recipe.sh CA-KIND LEAF-KIND: as openssl/recipe.sh, with cfssl.
set -e
here=$(dirname "$0")

kind() {
    case $1 in
        rsa*) echo "{\"algo\": \"rsa\", \"size\": ${1#rsa}}" ;;
        p256) echo '{"algo": "ecdsa", "size": 256}' ;;
    esac
}

leaf() { # NAME PROFILE HOST
    printf '{"CN": "%s", "hosts": ["%s"], "key": %s}' "$3" "$3" "$leaf_key" >"$1.json"
    cfssl gencert -loglevel=5 -ca ca.pem -ca-key ca-key.pem -config "$here/config.json" -profile "$2" "$1.json" |
        cfssljson -bare "$1"
    cp "$1.pem" "$1.fullchain.pem"
    cp ca.pem "$1.chain.pem"
}

leaf_key=$(kind "$2")
printf '{"CN": "testca.com", "ca": {"expiry": "87600h", "pathlen": 1}, "key": %s}' "$(kind "$1")" >ca.json
cfssl gencert -loglevel=5 -initca ca.json | cfssljson -bare ca
leaf flb server www.2026testsite.com
leaf backend server backend.internal.local
leaf client01 client client01
