//! Configurations that openssl and this reader refuse.

use super::corpus::Case;

/// Extension lines that both refuse.
pub(crate) const REFUSED_EXTENSIONS: &[Case] = &[
    ("unknown extension", "keyUsge=cRLSign"),
    ("dotted without raw syntax", "2.5.29.19=CA:TRUE"),
    ("known object that is no extension", "commonName=x"),
    ("extension without own syntax", "privateKeyUsagePeriod=x"),
    ("ku unknown", "keyUsage=digitalSignatures"),
    ("ku case", "keyUsage=digitalsignature"),
    ("ku empty", "keyUsage="),
    ("ku only critical", "keyUsage=critical"),
    ("critical after space", "keyUsage=critical , cRLSign"),
    ("bc unknown", "basicConstraints=CA:MAYBE"),
    ("bc case", "basicConstraints=ca:TRUE"),
    ("bc no value", "basicConstraints=CA"),
    ("bc pathlen", "basicConstraints=CA:TRUE,pathlen:one"),
    ("bc empty item", "basicConstraints=CA:TRUE,"),
    ("eku unknown", "extendedKeyUsage=serverAuht"),
    ("eku bad oid", "extendedKeyUsage=1.99.3"),
    ("eku one arc", "extendedKeyUsage=1"),
    ("san unknown kind", "subjectAltName=dns:a"),
    ("san no kind", "subjectAltName=a.example"),
    ("san bad ip", "subjectAltName=IP:1.2.3"),
    ("san ip range", "subjectAltName=IP:1.2.3.256"),
    ("san bad ip6", "subjectAltName=IP:1::2::3"),
    ("san ip with mask", "subjectAltName=IP:10.0.0.0/8"),
    ("san no section", "subjectAltName=@nowhere"),
    ("san empty section", "subjectAltName=@s\n[s]"),
    ("san dirname no section", "subjectAltName=dirName:nowhere"),
    (
        "san dirname bad field",
        "subjectAltName=dirName:d\n[d]\nNOFIELD=x",
    ),
    (
        "san dirname bad country",
        "subjectAltName=dirName:d\n[d]\nC=DEU",
    ),
    ("san rid", "subjectAltName=RID:x.y"),
    ("san othername", "subjectAltName=otherName:1.2.3"),
    (
        "san othername type",
        "subjectAltName=otherName:1.2.3;NOTYPE:x",
    ),
    (
        "san uri with comma",
        "subjectAltName=URI:ldap://somehost.com/CN=foo,OU=bar",
    ),
    ("nc form", "nameConstraints=DNS:a"),
    (
        "nc prefix length",
        "nameConstraints=permitted;IP:10.0.0.0/8",
    ),
    ("nc no mask", "nameConstraints=permitted;IP:10.0.0.0"),
    ("nc mixed", "nameConstraints=permitted;IP:10.0.0.0/ffff::"),
    ("ski", "subjectKeyIdentifier=hashed"),
    ("ski odd", "subjectKeyIdentifier=012"),
    ("aki in a request", "authorityKeyIdentifier=keyid"),
    ("aki word", "authorityKeyIdentifier=keyids"),
    ("aki option", "authorityKeyIdentifier=keyid:never"),
    ("aki twice", "authorityKeyIdentifier=keyid,keyid"),
    ("aki none and more", "authorityKeyIdentifier=none,keyid"),
    ("cp bad", "certificatePolicies=nopolicy"),
    ("cp no section", "certificatePolicies=@nowhere"),
    (
        "cp no identifier",
        "certificatePolicies=@p\n[p]\nCPS=http://a/",
    ),
    (
        "cp unknown part",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nCPX=a",
    ),
    (
        "cp notice no section",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=n\n[n]\nexplicitText=x",
    ),
    (
        "cp notice part",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.2.3\nuserNotice=@n\n[n]\nexplicit=x",
    ),
    ("cp value", "certificatePolicies=1.2.3:x"),
    ("pc unknown", "policyConstraints=requireExplicit:1"),
    ("pm form", "policyMappings=1.2.3"),
    ("iap", "inhibitAnyPolicy=few"),
    ("aia form", "authorityInfoAccess=URI:http://a/"),
    ("aia method", "authorityInfoAccess=OCPS;URI:http://a/"),
    ("crldp kind", "crlDistributionPoints=URL:http://a/"),
    ("crldp no section", "crlDistributionPoints=nowhere"),
    (
        "crldp reason",
        "crlDistributionPoints=p\n[p]\nfullname=URI:a\nreasons=boredom",
    ),
    (
        "crldp two names",
        "crlDistributionPoints=p\n[p]\nfullname=URI:a\nrelativename=r\n[r]\nCN=x",
    ),
    (
        "crldp relative of two",
        "crlDistributionPoints=p\n[p]\nrelativename=r\n[r]\nCN=x\nO=y",
    ),
    ("tls feature", "tlsfeature=status"),
    ("tls feature range", "tlsfeature=65536"),
    ("ns cert type", "nsCertType=clients"),
    ("der odd", "1.2.3=DER:123"),
    ("der letters", "1.2.3=DER:zz"),
    ("der for unknown name", "noname=DER:0500"),
    ("asn1 type", "1.2.3=ASN1:UTF9:x"),
    ("asn1 no type", "1.2.3=ASN1:EXP:1"),
    ("asn1 bool", "1.2.3=ASN1:BOOL:maybe"),
    ("asn1 int", "1.2.3=ASN1:INT:1x"),
    ("asn1 null", "1.2.3=ASN1:NULL:x"),
    ("asn1 oid", "1.2.3=ASN1:OID:nothing"),
    ("asn1 printable", "1.2.3=ASN1:PRINTABLE:a@b"),
    ("asn1 time", "1.2.3=ASN1:UTC:never"),
    ("asn1 bad month", "1.2.3=ASN1:UTC:251301000000Z"),
    ("asn1 format", "1.2.3=ASN1:FORMAT:OCTAL,OCT:1"),
    ("asn1 format of int", "1.2.3=ASN1:FORMAT:HEX,INT:1"),
    ("asn1 format of string", "1.2.3=ASN1:FORMAT:HEX,UTF8:01"),
    ("asn1 hex", "1.2.3=ASN1:FORMAT:HEX,OCT:0"),
    ("asn1 bit list", "1.2.3=ASN1:FORMAT:BITLIST,BITSTR:1,a"),
    ("der empty", "1.2.3=DER:"),
    ("asn1 hex empty", "1.2.3=ASN1:FORMAT:HEX,OCT:"),
    (
        "san othername with comma",
        "subjectAltName=otherName:1.2.3;IA5STRING:some text, with comma",
    ),
    ("asn1 implicit twice", "1.2.3=ASN1:IMP:1,IMP:2,INT:1"),
    ("asn1 implicit explicit", "1.2.3=ASN1:IMP:1,EXP:2,INT:1"),
    ("asn1 tag class", "1.2.3=ASN1:EXP:1X,INT:1"),
    (
        "asn1 sequence without section",
        "1.2.3=ASN1:SEQUENCE:nowhere",
    ),
    (
        "asn1 sequence of itself",
        "1.2.3=ASN1:SEQUENCE:s\n[s]\na=SEQUENCE:s",
    ),
];

/// Name lines that both refuse.
pub(crate) const REFUSED_NAMES: &[Case] = &[
    ("unknown field", "CN=x\nComonName=y"),
    ("field case", "cn=x"),
    ("dotted without prefix", "2.5.4.3=x"),
    ("country too long", "C=DEU\nCN=x"),
    ("country too short", "C=D\nCN=x"),
    ("country characters", "C=D_\nCN=x"),
    ("empty value", "CN=x\nO="),
    (
        "too long",
        "CN=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg",
    ),
    ("email characters", "CN=x\nemailAddress=ä@b"),
    ("serial number characters", "CN=x\nserialNumber=a_b"),
    ("no field", "# nothing"),
    ("no variable", "CN=$nothing"),
    ("no brace", "CN=${x"),
    ("wrong brace", "a=1\nCN=${a)"),
    ("variable defined later", "CN=$b\nb=1"),
    ("variable with a dot", "a.b=1\nCN=${a.b}"),
    ("no equal sign", "CN=x\njust words"),
    ("name with spaces", "CN=x\nmy name=y"),
    ("prompt fields without prompt", "CN=x\nCN_default=y"),
];

/// Whole configurations that both refuse.
pub(crate) const REFUSED_WHOLE: &[Case] = &[
    (
        "no close bracket",
        "[req\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "section name",
        "[req]\nprompt=no\ndistinguished_name=dn\n[d:n]\nCN=x",
    ),
    (
        "no name section",
        "[req]\nprompt=no\ndistinguished_name=nowhere",
    ),
    ("no distinguished name", "[req]\nprompt=no"),
    ("nothing", ""),
    (
        "section named by a variable",
        "s=dn\n[req]\nprompt=no\ndistinguished_name=$s\n[$s]\nCN=x",
    ),
    (
        "x509 section missing",
        "[req]\nprompt=no\nx509_extensions=nowhere\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "x509 section wrong",
        "[req]\nprompt=no\nx509_extensions=v3\ndistinguished_name=dn\n[dn]\nCN=x\n[v3]\nbasicConstraints=CA:MAYBE",
    ),
    (
        "no extension section",
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=nowhere\n[dn]\nCN=x",
    ),
    (
        "no attribute section",
        "[req]\nprompt=no\ndistinguished_name=dn\nattributes=nowhere\n[dn]\nCN=x",
    ),
    (
        "string mask",
        "[req]\nprompt=no\nstring_mask=utf8\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "string mask without a type for it",
        "[req]\nprompt=no\nstring_mask=MASK:2\ndistinguished_name=dn\n[dn]\nCN=a_b",
    ),
    (
        "not utf8",
        "[req]\nprompt=no\nutf8=yes\ndistinguished_name=dn\n[dn]\nCN=@LATIN1@",
    ),
    (
        "oid section",
        "oid_section=o\n[o]\nx=1.2.x\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "oid section known name",
        "oid_section=o\n[o]\nCN=1.2.3.4.5\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "oid section known identifier",
        "oid_section=o\n[o]\nmine=2.5.4.3\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "no oid section",
        "oid_section=nowhere\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "pragma form",
        ".pragma dollarid\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "pragma value",
        ".pragma dollarid:maybe\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "pragma abspath",
        ".pragma abspath:on\n.include other.cnf\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "prompt default too short",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=x\nCN_min=2",
    ),
    (
        "prompt default too long",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=xyz\nCN_max=2",
    ),
    ("prompt no field", "[req]\ndistinguished_name=dn\n[dn]\n"),
    (
        "prompt all fields empty",
        "[req]\ndistinguished_name=dn\n[dn]\nCN=n\nCN_default=",
    ),
];
