//! Configurations that openssl takes and this reader refuses.

/// A name, a text and why it is refused.
pub(crate) type StricterCase = (&'static str, &'static str, &'static str);

/// Extension lines that openssl takes and this reader refuses, with the reason.
pub(crate) const STRICTER_EXTENSIONS: &[StricterCase] = &[
    (
        "usage switched off",
        "keyUsage=@k\n[k]\ndigitalSignature=no",
        "openssl sets the bit for any value",
    ),
    (
        "usage with a value",
        "keyUsage=cRLSign:no",
        "openssl ignores the value",
    ),
    (
        "negative path length",
        "basicConstraints=CA:TRUE,pathlen:-1",
        "RFC 5280 §4.2.1.9: INTEGER (0..MAX)",
    ),
    (
        "path length twice",
        "basicConstraints=CA:TRUE,pathlen:1,pathlen:2",
        "openssl drops the first",
    ),
    (
        "CA twice",
        "basicConstraints=CA:TRUE,CA:FALSE",
        "openssl drops the first",
    ),
    (
        "same extension twice",
        "subjectAltName=DNS:a\n2.5.29.17=DER:3003820161",
        "RFC 5280 §4.2: not more than one instance",
    ),
    (
        "empty name",
        "subjectAltName=@s\n[s]\nDNS.1=",
        "RFC 5280 §4.2.1.6: the name may not be empty",
    ),
    (
        "name outside of ASCII",
        "subjectAltName=DNS:bücher.example",
        "IA5String; openssl writes raw bytes",
    ),
    (
        "address with zeros before",
        "subjectAltName=IP:01.2.3.4",
        "octal or decimal: programs differ",
    ),
    (
        "address with text after",
        "subjectAltName=IP:1.2.3.4 junk",
        "openssl drops the text",
    ),
    (
        "issuer alternative name",
        "issuerAltName=DNS:a",
        "not supported, by decision",
    ),
    (
        "constraint with any separator",
        "nameConstraints=permittedXDNS:a",
        "openssl drops the character",
    ),
    (
        "half of a notice reference",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=@n\n[n]\norganization=x",
        "openssl writes an invalid extension",
    ),
    (
        "only the notice's numbers",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=@n\n[n]\nnoticeNumbers=1",
        "openssl writes an invalid extension",
    ),
    (
        "visible text outside of ASCII",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=@n\n[n]\nexplicitText=ü",
        "VisibleString; openssl writes raw bytes",
    ),
    (
        "notice as BMPString",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=@n\n[n]\nexplicitText=BMP:abc",
        "openssl writes the bytes unconverted",
    ),
    (
        "unknown part of a point",
        "crlDistributionPoints=p\n[p]\nfullname=URI:a\nfullnames=URI:b",
        "openssl ignores it",
    ),
    (
        "point without a name",
        "crlDistributionPoints=p\n[p]\nreasons=superseded",
        "RFC 5280 §4.2.1.13: a name or an issuer",
    ),
    (
        "text after a line break",
        "subjectAltName=DNS:a\\nDNS:b",
        "openssl drops what follows the line break",
    ),
    (
        "dirName without fields",
        "subjectAltName=dirName:d\n[d]",
        "an empty name identifies nobody",
    ),
    (
        "identifier with a dot at the end",
        "extendedKeyUsage=1.2.",
        "openssl drops the dot",
    ),
    (
        "high bit",
        "1.2.3=ASN1:FORMAT:BITLIST,BITSTR:300",
        "bounded to what extensions use",
    ),
    (
        "tag of the universal class",
        "1.2.3=ASN1:EXP:16U,INT:1",
        "not supported",
    ),
    ("UniversalString", "1.2.3=ASN1:UNIV:a", "not supported"),
    (
        "time without seconds",
        "1.2.3=ASN1:UTC:2501010000Z",
        "X.690 §11.8: DER has seconds",
    ),
    (
        "general string outside of ASCII",
        "1.2.3=ASN1:GENSTR:é",
        "no rule for its characters",
    ),
];

/// Whole configurations that openssl takes and this reader refuses, with the reason.
pub(crate) const STRICTER_WHOLE: &[StricterCase] = &[
    (
        "misspelt option",
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extension=e\n[dn]\nCN=x\n[e]\nsubjectAltName=DNS:a",
        "openssl drops the SAN without a word",
    ),
    (
        "prompt in capitals",
        "[req]\nprompt=No\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=x",
        "openssl takes No for yes",
    ),
    (
        "utf8 in capitals",
        "[req]\nprompt=no\nutf8=YES\ndistinguished_name=dn\n[dn]\nCN=x",
        "openssl takes YES for no",
    ),
    (
        "field to be asked for",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=x\nO=Organization",
        "nobody is asked",
    ),
    (
        "unknown field when asking",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=x\nOrg=o\nOrg_default=y",
        "openssl drops it",
    ),
    (
        "default for no field",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=x\nON_default=y",
        "openssl drops it",
    ),
    (
        "attribute",
        "[req]\nprompt=no\ndistinguished_name=dn\nattributes=a\n[dn]\nCN=x\n[a]\nchallengePassword=secret",
        "attributes are not written",
    ),
    (
        "unknown pragma",
        ".pragma nosuch:thing\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
        "openssl ignores it",
    ),
    (
        "missing include",
        ".include nowhere.cnf\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
        "openssl ignores it",
    ),
    (
        "text after a section",
        "[req] junk\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
        "openssl ignores it",
    ),
    (
        "environment",
        "[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=$ENV::CERTMINT_TEST_HOST",
        "nothing depends on the environment",
    ),
    (
        "bits with text",
        "[req]\nprompt=no\ndefault_bits=2048bits\ndistinguished_name=dn\n[dn]\nCN=x",
        "openssl drops the text",
    ),
    (
        "weak digest",
        "[req]\nprompt=no\ndefault_md=sha1\ndistinguished_name=dn\n[dn]\nCN=x",
        "signed with nothing below SHA-256",
    ),
];
