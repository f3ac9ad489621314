#!/bin/sh
# recipe.sh LEAF-KIND: a CA, two servers and a client with mkcert. Its CA has always an RSA key of 3072
# bits; it makes no requests and no chain files.
set -e
export CAROOT=. TRUST_STORES=none
case $1 in p256) kind=-ecdsa ;; *) kind= ;; esac
# shellcheck disable=SC2086 # no word where there is no flag
mkcert $kind -cert-file flb.crt -key-file flb.key www.2026testsite.com 2>/dev/null
mkcert $kind -cert-file backend.crt -key-file backend.key backend.internal.local 2>/dev/null
mkcert $kind -client -cert-file client01.crt -key-file client01.key client01 2>/dev/null
