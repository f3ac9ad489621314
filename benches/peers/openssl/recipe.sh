#!/bin/sh
# recipe.sh CA-KIND LEAF-KIND [KEYS]: a CA, two servers and a client, each with key, request,
# certificate and chains. KEYS is a folder with keys that are there already.
set -e
here=$(dirname "$0")
keys=$3
export COMMON_NAME=testca.com SAN=DNS:unused

key() { # NAME KIND
    if [ -n "$keys" ]; then
        cp "$keys/$1.key" "$1.key"
    else
        case $2 in
            rsa*) openssl genrsa -out "$1.key" "${2#rsa}" 2>/dev/null ;;
            p256) openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" ;;
        esac
    fi
}

leaf() { # NAME PROFILE COMMON-NAME
    export COMMON_NAME="$3" SAN="DNS:$3"
    key "$1" "$leaf_kind"
    openssl req -new -key "$1.key" -config "$here/extensions.cnf" -reqexts asked -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -days 825 -CAcreateserial \
        -extfile "$here/extensions.cnf" -extensions "$2" -out "$1.crt" 2>/dev/null
    cp "$1.crt" "$1.fullchain.crt"
    cp ca.crt "$1.chain.crt"
}

leaf_kind=$2
key ca "$1"
openssl req -x509 -new -key ca.key -days 3650 -config "$here/extensions.cnf" -extensions ca -out ca.crt
leaf flb server www.2026testsite.com
leaf backend server backend.internal.local
leaf client01 client client01
