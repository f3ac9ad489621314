//! Object identifiers of PKCS#12 and its neighbours, and what people call them.

use der::asn1::ObjectIdentifier as Oid;

macro_rules! oids {
    ($($name:ident = $oid:literal, $text:literal;)*) => {
        $(pub(super) const $name: Oid = Oid::new_unwrap($oid);)*
        /// The usual name of an algorithm or type, if it is one that may appear in PKCS#12.
        pub(super) fn name(oid: &Oid) -> Option<&'static str> {
            $(if *oid == $name { return Some($text); })*
            None
        }
    };
}

oids! {
    // Content types, RFC 5652 and RFC 2315
    DATA = "1.2.840.113549.1.7.1", "data";
    SIGNED_DATA = "1.2.840.113549.1.7.2", "signed-data (public-key integrity)";
    ENVELOPED_DATA = "1.2.840.113549.1.7.3", "enveloped-data (public-key privacy)";
    ENCRYPTED_DATA = "1.2.840.113549.1.7.6", "encrypted-data";
    // Bags, RFC 7292 §4.2
    KEY_BAG = "1.2.840.113549.1.12.10.1.1", "key";
    SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2", "encrypted key";
    CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3", "certificate";
    CRL_BAG = "1.2.840.113549.1.12.10.1.4", "CRL";
    SECRET_BAG = "1.2.840.113549.1.12.10.1.5", "secret";
    SAFE_CONTENTS_BAG = "1.2.840.113549.1.12.10.1.6", "nested contents";
    X509_CERTIFICATE = "1.2.840.113549.1.9.22.1", "X.509 certificate";
    SDSI_CERTIFICATE = "1.2.840.113549.1.9.22.2", "SDSI certificate";
    // Attributes, RFC 2985 §5.5; the trust attribute is the JDK's
    FRIENDLY_NAME = "1.2.840.113549.1.9.20", "friendlyName";
    LOCAL_KEY_ID = "1.2.840.113549.1.9.21", "localKeyID";
    JAVA_TRUSTED_KEY_USAGE = "2.16.840.1.113894.746875.1.1", "trustedKeyUsage";
    // RFC 5280 §4.2.1.12
    ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0", "anyExtendedKeyUsage";
    // Password-based encryption, RFC 7292 appendix C
    PBE_RC4_128 = "1.2.840.113549.1.12.1.1", "PBE-SHA1-RC4-128";
    PBE_RC4_40 = "1.2.840.113549.1.12.1.2", "PBE-SHA1-RC4-40";
    PBE_3DES = "1.2.840.113549.1.12.1.3", "PBE-SHA1-3DES";
    PBE_2DES = "1.2.840.113549.1.12.1.4", "PBE-SHA1-2DES";
    PBE_RC2_128 = "1.2.840.113549.1.12.1.5", "PBE-SHA1-RC2-128";
    PBE_RC2_40 = "1.2.840.113549.1.12.1.6", "PBE-SHA1-RC2-40";
    // PKCS#5, RFC 8018 appendix A
    PBE_MD2_DES = "1.2.840.113549.1.5.1", "PBE-MD2-DES";
    PBE_MD5_DES = "1.2.840.113549.1.5.3", "PBE-MD5-DES";
    PBE_MD2_RC2 = "1.2.840.113549.1.5.4", "PBE-MD2-RC2-64";
    PBE_MD5_RC2 = "1.2.840.113549.1.5.6", "PBE-MD5-RC2-64";
    PBE_SHA1_DES = "1.2.840.113549.1.5.10", "PBE-SHA1-DES";
    PBE_SHA1_RC2 = "1.2.840.113549.1.5.11", "PBE-SHA1-RC2-64";
    PBKDF2 = "1.2.840.113549.1.5.12", "PBKDF2";
    PBES2 = "1.2.840.113549.1.5.13", "PBES2";
    PBMAC1 = "1.2.840.113549.1.5.14", "PBMAC1";
    // RFC 7914 §7
    SCRYPT = "1.3.6.1.4.1.11591.4.11", "scrypt";
    // HMACs as pseudo-random functions, RFC 8018 appendix B.1.2
    HMAC_SHA1 = "1.2.840.113549.2.7", "HMAC-SHA1";
    HMAC_SHA224 = "1.2.840.113549.2.8", "HMAC-SHA224";
    HMAC_SHA256 = "1.2.840.113549.2.9", "HMAC-SHA256";
    HMAC_SHA384 = "1.2.840.113549.2.10", "HMAC-SHA384";
    HMAC_SHA512 = "1.2.840.113549.2.11", "HMAC-SHA512";
    HMAC_SHA512_224 = "1.2.840.113549.2.12", "HMAC-SHA512/224";
    HMAC_SHA512_256 = "1.2.840.113549.2.13", "HMAC-SHA512/256";
    // Digests, RFC 8017 appendix B.1 and NIST
    MD5 = "1.2.840.113549.2.5", "MD5";
    SHA1 = "1.3.14.3.2.26", "SHA1";
    SHA224 = "2.16.840.1.101.3.4.2.4", "SHA224";
    SHA256 = "2.16.840.1.101.3.4.2.1", "SHA256";
    SHA384 = "2.16.840.1.101.3.4.2.2", "SHA384";
    SHA512 = "2.16.840.1.101.3.4.2.3", "SHA512";
    SHA512_224 = "2.16.840.1.101.3.4.2.5", "SHA512/224";
    SHA512_256 = "2.16.840.1.101.3.4.2.6", "SHA512/256";
    SHA3_256 = "2.16.840.1.101.3.4.2.8", "SHA3-256";
    SHA3_512 = "2.16.840.1.101.3.4.2.10", "SHA3-512";
    // Ciphers of PBES2
    AES_128_CBC = "2.16.840.1.101.3.4.1.2", "AES-128-CBC";
    AES_192_CBC = "2.16.840.1.101.3.4.1.22", "AES-192-CBC";
    AES_256_CBC = "2.16.840.1.101.3.4.1.42", "AES-256-CBC";
    DES_EDE3_CBC = "1.2.840.113549.3.7", "3DES-CBC";
    DES_CBC = "1.3.14.3.2.7", "DES-CBC";
    RC2_CBC = "1.2.840.113549.3.2", "RC2-CBC";
    RC5_CBC = "1.2.840.113549.3.9", "RC5-CBC";
    CAMELLIA_128_CBC = "1.2.392.200011.61.1.1.1.2", "Camellia-128-CBC";
    CAMELLIA_192_CBC = "1.2.392.200011.61.1.1.1.3", "Camellia-192-CBC";
    CAMELLIA_256_CBC = "1.2.392.200011.61.1.1.1.4", "Camellia-256-CBC";
    ARIA_128_CBC = "1.2.410.200046.1.1.2", "ARIA-128-CBC";
    ARIA_192_CBC = "1.2.410.200046.1.1.7", "ARIA-192-CBC";
    ARIA_256_CBC = "1.2.410.200046.1.1.12", "ARIA-256-CBC";
    SEED_CBC = "1.2.410.200004.1.4", "SEED-CBC";
    SM4_CBC = "1.2.156.10197.1.104.2", "SM4-CBC";
}

/// The name, or "unknown algorithm".
pub(super) fn name_or_unknown(oid: &Oid) -> &'static str {
    name(oid).unwrap_or("unknown algorithm")
}
