#!/bin/sh
# recipe.sh CA-KIND LEAF-KIND: as openssl/recipe.sh, with easy-rsa. It has no chain files.
set -e
PATH=$PATH:/usr/share/easy-rsa
export EASYRSA=/usr/share/easy-rsa EASYRSA_PKI=pki EASYRSA_BATCH=1 EASYRSA_DAYS=825

kind() {
    case $1 in
        rsa*) export EASYRSA_ALGO=rsa EASYRSA_KEY_SIZE="${1#rsa}" ;;
        p256) export EASYRSA_ALGO=ec EASYRSA_CURVE=prime256v1 ;;
    esac
}

easyrsa init-pki >/dev/null
kind "$1"
EASYRSA_REQ_CN=testca.com easyrsa build-ca nopass >/dev/null 2>&1
kind "$2"
easyrsa --subject-alt-name=DNS:www.2026testsite.com build-server-full flb nopass >/dev/null 2>&1
easyrsa --subject-alt-name=DNS:backend.internal.local build-server-full backend nopass >/dev/null 2>&1
easyrsa --subject-alt-name=DNS:client01 build-client-full client01 nopass >/dev/null 2>&1
