#!/bin/sh
# recipe.sh CA-KIND LEAF-KIND [KEYS]: as openssl/recipe.sh, with GnuTLS' certtool.
set -e
here=$(dirname "$0")
keys=$3

key() { # NAME KIND
    if [ -n "$keys" ]; then
        cp "$keys/$1.key" "$1.key"
    else
        case $2 in
            rsa*) certtool --generate-privkey --key-type rsa --bits "${2#rsa}" --outfile "$1.key" ;;
            p256) certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile "$1.key" ;;
        esac 2>/dev/null
    fi
}

leaf() { # NAME
    key "$1" "$leaf_kind"
    certtool --generate-request --load-privkey "$1.key" --template "$here/$1.tmpl" --outfile "$1.csr" 2>/dev/null
    certtool --generate-certificate --load-request "$1.csr" --load-ca-certificate ca.crt \
        --load-ca-privkey ca.key --template "$here/$1.tmpl" --outfile "$1.crt" 2>/dev/null
    cp "$1.crt" "$1.fullchain.crt"
    cp ca.crt "$1.chain.crt"
}

leaf_kind=$2
key ca "$1"
certtool --generate-self-signed --load-privkey ca.key --template "$here/ca.tmpl" --outfile ca.crt 2>/dev/null
leaf flb
leaf backend
leaf client01
