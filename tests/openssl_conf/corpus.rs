//! Configurations that openssl and this reader read, to the same bytes.

/// A name for messages, and a text that stands in a whole configuration: see the tests.
pub(crate) type Case = (&'static str, &'static str);

/// Extension lines (and further sections) that both read, to the same bytes.
pub(crate) const EXTENSIONS: &[Case] = &[
    (
        "san section",
        "subjectAltName=@s\n[s]\nDNS.1=a.example\nDNS.2=b.example\nIP.1=192.0.2.1\nIP.2=2001:db8::1\nemail.1=a@b.example\nURI.1=https://a.example/x,y",
    ),
    (
        "san inline",
        "subjectAltName=DNS:a.example, IP:10.0.0.1,email:x@y.example , URI:http://a.example/?q=1:2",
    ),
    ("san critical", "subjectAltName=critical,DNS:a"),
    ("san critical spaced", "subjectAltName=critical,   DNS:a"),
    ("san rid", "subjectAltName=RID:1.2.3.4,RID:commonName"),
    (
        "san ip6 forms",
        "subjectAltName=IP:::1,IP:::,IP:1::,IP:1:2:3:4:5:6:7:8,IP:::ffff:192.0.2.1",
    ),
    (
        "san dirname",
        "subjectAltName=dirName:d\n[d]\nC=UK\nO=My Organization\n0.OU=One\n1.OU=Two\n+CN=Three",
    ),
    (
        "san dirname numbered",
        "subjectAltName=@s\n[s]\ndirName.1=d\n[d]\nCN=x",
    ),
    (
        "san othername utf8",
        "subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@example.com",
    ),
    (
        "san othername ia5",
        "subjectAltName=otherName:1.2.3;IA5STRING:some text",
    ),
    (
        "san othername ia5 section",
        "subjectAltName=@s\n[s]\notherName.1=1.2.3;IA5STRING:some text, with comma",
    ),
    (
        "san othername msUPN",
        "subjectAltName=otherName:msUPN;UTF8:u@e",
    ),
    (
        "san othername formatted",
        "subjectAltName=@s\n[s]\notherName=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8String:é@example.com",
    ),
    (
        "san othername kerberos",
        "subjectAltName=@s\n[s]\notherName=1.3.6.1.5.2.2;SEQUENCE:k\n[k]\nrealm=EXP:0,GeneralString:EXAMPLE.COM\nname=EXP:1,SEQUENCE:p\n[p]\ntype=EXP:0,INTEGER:1\nstring=EXP:1,SEQUENCE:l\n[l]\na=GeneralString:krbtgt\nb=GeneralString:EXAMPLE.COM",
    ),
    (
        "san wildcard",
        "subjectAltName=DNS:*.a.example,DNS:xn--bcher-kva.example,DNS:under_score",
    ),
    (
        "san repeated key keeps the last",
        "subjectAltName=@s\n[s]\nDNS=a\nDNS.1=b\nDNS=c",
    ),
    ("san from default section", "subjectAltName=@default"),
    ("san quoted", "subjectAltName='DNS:a.example'"),
    ("bc false", "basicConstraints=CA:FALSE"),
    ("bc true", "basicConstraints=critical,CA:TRUE"),
    ("bc yes", "basicConstraints=CA:YES,pathlen:3"),
    ("bc pathlen hex", "basicConstraints=CA:y,pathlen:0x80"),
    (
        "bc pathlen large",
        "basicConstraints=CA:true,pathlen:123456789012345678901234567890",
    ),
    ("bc section", "basicConstraints=@b\n[b]\nCA=TRUE\npathlen=0"),
    ("bc pathlen only", "basicConstraints=pathlen:0"),
    (
        "bc not a ca with pathlen",
        "basicConstraints=CA:FALSE,pathlen:0",
    ),
    (
        "ku all",
        "keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,cRLSign,encipherOnly,decipherOnly",
    ),
    ("ku one", "keyUsage=critical, digitalSignature"),
    ("ku ca", "keyUsage = critical,keyCertSign , cRLSign"),
    ("ku long names", "keyUsage=Digital Signature,CRL Sign"),
    ("ku decipher", "keyUsage=decipherOnly"),
    (
        "ku section",
        "keyUsage=@k\n[k]\ndigitalSignature=1\nkeyEncipherment=yes",
    ),
    ("ku twice", "keyUsage=cRLSign,cRLSign"),
    (
        "eku names",
        "extendedKeyUsage=serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,ipsecIKE,msCodeInd,msCodeCom,msCTLSign,msEFS,anyExtendedKeyUsage",
    ),
    (
        "eku oid",
        "extendedKeyUsage=critical,1.2.3.4,2.999.1,1.3.6.1.4.1.311.20.2.2",
    ),
    (
        "eku long name",
        "extendedKeyUsage=TLS Web Server Authentication",
    ),
    (
        "eku section",
        "extendedKeyUsage=@k\n[k]\n1=serverAuth\n2=1.2.3",
    ),
    (
        "eku huge oid",
        "extendedKeyUsage=2.25.329800735698586629295641978511506172918",
    ),
    (
        "nc dns",
        "nameConstraints=critical,permitted;DNS:example.com,permitted;DNS:.example.org,excluded;DNS:bad.example.com",
    ),
    (
        "nc ip",
        "nameConstraints=permitted;IP:192.168.0.0/255.255.0.0,excluded;IP:2001:db8::/ffff:ffff::",
    ),
    (
        "nc other",
        "nameConstraints=permitted;email:.example.com,permitted;URI:example.com,excluded;email:a@b",
    ),
    (
        "nc dirname",
        "nameConstraints=permitted;dirName:d\n[d]\nC=DE\nO=Beispiel",
    ),
    (
        "nc section",
        "nameConstraints=@n\n[n]\npermitted;DNS.0=a\nexcluded;IP.1=10.0.0.0/255.0.0.0\npermitted;DNS.1=b",
    ),
    ("ski hash", "subjectKeyIdentifier=hash"),
    ("ski hex", "subjectKeyIdentifier=01:02:0a:FF"),
    ("ski hex plain", "subjectKeyIdentifier=critical,01020aFF"),
    ("cp oids", "certificatePolicies=1.2.4.5, 1.1.3.4,anyPolicy"),
    (
        "cp qualifiers",
        "certificatePolicies=1.2.3.4,@p,1.5.6.7.8\n[p]\nCPS.1=\"http://my.host.example.com/\"\npolicyIdentifier=1.3.5.8\nCPS.2=http://my.your.example.com/\nuserNotice.1=@n\n[n]\nexplicitText=Explicit Text Here\norganization=Organisation Name\nnoticeNumbers=1,2,3,4",
    ),
    (
        "cp ia5org",
        "certificatePolicies=ia5org,@p\n[p]\npolicyIdentifier=1.3.5.8\nuserNotice=@n\n[n]\norganization=O\nnoticeNumbers=500",
    ),
    (
        "cp utf8 notice",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.3.5.8\nuserNotice=@n\n[n]\nexplicitText=UTF8:Grüße",
    ),
    (
        "cp visible notice",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.3.5.8\nuserNotice=@n\n[n]\nexplicitText=VISIBLE:Text",
    ),
    (
        "cp notice with another colon",
        "certificatePolicies=@p\n[p]\npolicyIdentifier=1.3.5.8\nuserNotice=@n\n[n]\nexplicitText=Note: text",
    ),
    (
        "pc",
        "policyConstraints=requireExplicitPolicy:3,inhibitPolicyMapping:0",
    ),
    (
        "pc one",
        "policyConstraints=critical,inhibitPolicyMapping:1",
    ),
    ("pm", "policyMappings=1.2.3:1.2.4,1.2.5:1.2.6"),
    ("iap", "inhibitAnyPolicy=2"),
    (
        "aia",
        "authorityInfoAccess=OCSP;URI:http://ocsp.example.com/,caIssuers;URI:http://ca.example.com/ca.cer",
    ),
    (
        "aia section",
        "authorityInfoAccess=@a\n[a]\nOCSP;URI.0=http://a,b/\ncaIssuers;DNS.1=x\n1.2.3;email.1=a@b",
    ),
    ("sia", "subjectInfoAccess=caRepository;URI:http://a/"),
    (
        "crldp uri",
        "crlDistributionPoints=URI:http://example.com/a.crl,URI:http://example.org/b.crl",
    ),
    (
        "crldp at section",
        "crlDistributionPoints=@c\n[c]\nURI.1=http://a/\nURI.2=http://b/",
    ),
    (
        "crldp section",
        "crlDistributionPoints=p\n[p]\nfullname=URI:http://example.com/my.crl,URI:ldap://x\nCRLissuer=dirName:i\nreasons=keyCompromise, CACompromise\n[i]\nC=UK\nCN=Some Name",
    ),
    (
        "crldp two sections",
        "crlDistributionPoints=p,q,URI:http://z/\n[p]\nfullname=@n\n[n]\nURI.1=http://a/\nURI.2=http://b/\n[q]\nrelativename=r\n[r]\nCN=x\n+OU=y",
    ),
    ("freshest", "freshestCRL=URI:http://example.com/delta.crl"),
    ("tls feature", "tlsfeature=status_request"),
    (
        "tls features",
        "tlsfeature=status_request,STATUS_REQUEST_V2,1234,200",
    ),
    (
        "ns comment",
        "nsComment=OpenSSL Generated Certificate, with comma",
    ),
    (
        "ns comment quoted",
        "nsComment=\"OpenSSL Generated Certificate\"",
    ),
    ("ns cert type", "nsCertType=client, email, objsign"),
    (
        "ns urls",
        "nsBaseUrl=http://a/\nnsRevocationUrl=b\nnsCaRevocationUrl=http://www.domain.dom/ca-crl.pem\nnsRenewalUrl=c\nnsCaPolicyUrl=d\nnsSslServerName=e",
    ),
    ("no check", "noCheck=ignored"),
    ("raw der", "1.2.3.4=critical,DER:01:02:03"),
    (
        "raw der of a known one",
        "basicConstraints=critical,DER:30:03:01:01:FF",
    ),
    ("raw der dotted", "2.5.29.19 = DER:3000"),
    ("raw der name", "msEFS=DER: 0500"),
    ("asn1 utf8", "1.2.3.4=ASN1:UTF8String:Some random data"),
    ("asn1 utf8 latin", "1.2.3.4=ASN1:UTF8:é"),
    ("asn1 utf8 formatted", "1.2.3.4=ASN1:FORMAT:UTF8,UTF8:é€"),
    (
        "asn1 strings",
        "1.2.1=ASN1:IA5:a\n1.2.2=ASN1:PRINTABLE:b\n1.2.3=ASN1:VISIBLE:c\n1.2.4=ASN1:NUMERIC:12 3\n1.2.5=ASN1:T61:é\n1.2.6=ASN1:BMP:é\n1.2.7=ASN1:GENSTR:g\n1.2.8=ASN1:FORMAT:UTF8,BMP:€\n1.2.9=ASN1:FORMAT:UTF8,T61:é",
    ),
    (
        "asn1 numbers",
        "1.2.1=ASN1:INT:-129\n1.2.2=ASN1:INTEGER:0x0123456789abcdef0123456789\n1.2.3=ASN1:ENUM:5\n1.2.4=ASN1:ENUMERATED:128\n1.2.5=ASN1:INT:-0\n1.2.6=ASN1:INT:-128\n1.2.7=ASN1:INT:-0x8000",
    ),
    (
        "asn1 simple",
        "1.2.1=ASN1:BOOL:TRUE\n1.2.2=ASN1:BOOLEAN:no\n1.2.3=ASN1:NULL\n1.2.4=ASN1:NULL:\n1.2.5=ASN1:OID:1.2.3\n1.2.6=ASN1:OBJECT:sha256",
    ),
    (
        "asn1 times",
        "1.2.1=ASN1:UTC:250101000000Z\n1.2.2=ASN1:GENTIME:20250101000000Z\n1.2.3=ASN1:UTCTIME:991231235959Z",
    ),
    (
        "asn1 octets",
        "1.2.1=ASN1:OCT:abc\n1.2.2=ASN1:FORMAT:HEX,OCT:01:02ff\n1.2.3=ASN1:FORM:HEX,OCTETSTRING:00\n1.2.4=ASN1:OCT:",
    ),
    (
        "asn1 bits",
        "1.2.1=ASN1:BITSTR:abc\n1.2.2=ASN1:FORMAT:HEX,BITSTRING:0102\n1.2.3=ASN1:FORMAT:BITLIST,BITSTR:1,5, 9\n1.2.4=ASN1:FORMAT:BITLIST,BITSTR:0",
    ),
    (
        "asn1 tags",
        "1.2.1=ASN1:EXP:0,UTF8:x\n1.2.2=ASN1:IMP:1,UTF8:x\n1.2.3=ASN1:EXPLICIT:5A,IMPLICIT:3P,INT:1\n1.2.4=ASN1:EXP:31,INT:1\n1.2.5=ASN1:EXP:200C,INT:1",
    ),
    (
        "asn1 wraps",
        "1.2.1=ASN1:OCTWRAP,INT:1\n1.2.2=ASN1:SEQWRAP,UTF8:a,b\n1.2.3=ASN1:SETWRAP,INT:1\n1.2.4=ASN1:BITWRAP,INT:1\n1.2.5=ASN1:IMP:0,SEQWRAP,INT:1\n1.2.6=ASN1:IMP:0,OCTWRAP,BITWRAP,INT:1\n1.2.7=ASN1: SEQWRAP , EXP:1 , INT:1",
    ),
    (
        "asn1 sequence",
        "1.2.3=ASN1:SEQUENCE:s\n[s]\na=INT:1\nb=SET:t\nc=SEQ\n[t]\nx=UTF8:zz\ny=INT:2\nz=BOOL:TRUE",
    ),
    (
        "asn1 implicit sequence",
        "1.2.3=ASN1:IMP:4,SEQUENCE:s\n[s]\na=INT:1",
    ),
    (
        "order is kept",
        "keyUsage=cRLSign\nbasicConstraints=CA:TRUE\nsubjectKeyIdentifier=hash\nextendedKeyUsage=serverAuth",
    ),
    (
        "later value moves to the end",
        "keyUsage=cRLSign\nbasicConstraints=CA:TRUE\nkeyUsage=keyCertSign",
    ),
];

/// Lines of the `[ dn ]` section (and further sections) that both read, without prompting.
pub(crate) const NAMES: &[Case] = &[
    (
        "usual",
        "C=DE\nST=Bayern\nL=München\nO=Beispiel GmbH\nOU=IT\nCN=www.example.com\nemailAddress=a@example.com",
    ),
    (
        "long names",
        "countryName=DE\nstateOrProvinceName=X\nlocalityName=Y\norganizationName=Z\norganizationalUnitName=U\ncommonName=N",
    ),
    (
        "numbered",
        "0.organizationName=A\n1.organizationName=B\n1.OU=C\n2.OU=D\nCN=x",
    ),
    ("text before the dot", "first.CN=A\nsecond.CN=B"),
    ("multi-valued", "CN=x\n+OU=y\n+O=z\nDC=com\n+UID=u"),
    ("multi-valued numbered", "CN=x\n1.+OU=b\n2.+OU=a"),
    ("multi-valued first", "+CN=x\nO=y"),
    ("domain components", "0.DC=com\n1.DC=example\nCN=x"),
    ("dotted", "0.2.5.4.3=x\nOID.1.2.3.4=private\n1.2.5.4.10=org"),
    ("dotted unknown with empty value", "CN=x\nOID.1.2.3.4="),
    (
        "others",
        "CN=x\nserialNumber=12-3\nUID=u\nGN=Given\nSN=Sur\ninitials=I\ntitle=T\ndnQualifier=q\ngenerationQualifier=III\npseudonym=p\npostalCode=1\nstreet=s\nbusinessCategory=b\njurisdictionC=DE\nunstructuredName=un\nunstructuredAddress=ua\nname=n\ndescription=d\nrole=r",
    ),
    ("numeric strings", "CN=x\nINN=123\nOGRN=123\nSNILS=1"),
    ("friendly name", "CN=x\nfriendlyName=f"),
    ("mail", "CN=x\nmail=a@b"),
    ("latin1 bytes of utf8", "CN=Grüße €"),
    (
        "quoted",
        "CN=\" leading and trailing \"\nO='single'\nOU=`back`",
    ),
    ("quotes within", "CN=a\"b c\"d'e'f"),
    ("escapes", "CN=a\\,b\\nc\\td\\\\e\\\"f\\#g\\rh\\bi\\x"),
    ("escapes in quotes", "CN=\"a\\nb\\\"c\"\nO='it\\'s'"),
    ("variable in quotes is text", "a=1\nCN=x"),
    ("comment", "CN=x # comment\nO=y#z\nOU=\"a#b\"\nL=a\\#b # c"),
    ("continued", "CN=one \\\ntwo\\\nthree"),
    ("escaped backslash at the end", "CN=one\\\\\nO=x"),
    ("comment continues", "CN=x\n# comment \\\nO=swallowed\nOU=y"),
    ("spaces around", "  CN   =    x y   \n\tO\t=\tz"),
    ("equal signs in the value", "CN=a=b=c"),
    ("unclosed quote", "CN=\"abc"),
    (
        "sixty-four",
        "CN=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg",
    ),
];

/// Whole configurations that both read, to the same bytes.
pub(crate) const WHOLE: &[Case] = &[
    (
        "variables",
        "base=example.com\n[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=www.$base\nO=${base}x\nOU=$(base)y\nL=$dn::CN\nST=${dn::O}z\n[e]\nsubjectAltName=DNS:$dn::CN,DNS:$base",
    ),
    (
        "own section before default",
        "x=default\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=$x\n[vars]\nx=vars\ny=$x\n[dn]\nO=$vars::y\n",
    ),
    (
        "section with spaces",
        "[ req ]\nprompt=no\ndistinguished_name=d n\n[ d n ]\nCN=x",
    ),
    (
        "section reopened",
        "[dn]\nCN=x\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nO=y",
    ),
    (
        "section of another's entry",
        "[req]\nprompt=no\ndistinguished_name=dn\ndn::CN=x\ndn::O=y",
    ),
    (
        "ENV section",
        "[ENV]\nHOST=h\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=$ENV::HOST",
    ),
    (
        "dollarid",
        ".pragma dollarid:on\na$b=v\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=$x${a$b}",
    ),
    (
        "dollarid with equal sign",
        ".pragma = dollarid:true\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=US$ 5",
    ),
    (
        "dollarid in a section's name",
        ".pragma dollarid:on\n[req]\nprompt=no\ndistinguished_name=d$n\n[d$n]\nCN=x",
    ),
    (
        "x509 section that is not supported",
        "[req]\nprompt=no\nx509_extensions=v3\ndistinguished_name=dn\n[dn]\nCN=x\n[v3]\nissuerAltName=DNS:a",
    ),
    (
        "dollarid off again",
        ".pragma dollarid:on\n.pragma dollarid : off\nv=1\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=a$v",
    ),
    (
        "byte order mark",
        "\u{feff}[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "CRLF",
        "[req]\r\nprompt=no\r\ndistinguished_name=dn\r\nreq_extensions=e\r\n[dn]\r\nCN=x \\\r\ny\r\n[e]\r\nsubjectAltName=@a\r\n[a]\r\nDNS.1=a\r\n",
    ),
    (
        "options in the default section",
        "prompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\n[e]\nkeyUsage=cRLSign",
    ),
    (
        "string mask default",
        "[req]\nprompt=no\nstring_mask=default\ndistinguished_name=dn\n[dn]\nCN=plain\nO=a_b\nOU=Grüße",
    ),
    (
        "string mask default, utf8",
        "[req]\nprompt=no\nutf8=yes\nstring_mask=default\ndistinguished_name=dn\n[dn]\nCN=plain\nO=Grüße\nOU=€",
    ),
    (
        "string mask pkix",
        "[req]\nprompt=no\nutf8=yes\nstring_mask=pkix\ndistinguished_name=dn\n[dn]\nCN=plain\nO=a_b\nOU=€\nL=é",
    ),
    (
        "string mask nombstr",
        "[req]\nprompt=no\nutf8=yes\nstring_mask=nombstr\ndistinguished_name=dn\n[dn]\nCN=plain\nO=a_b\nL=é",
    ),
    (
        "string mask number",
        "[req]\nprompt=no\nstring_mask=MASK:0x2002\ndistinguished_name=dn\n[dn]\nCN=plain\nO=a_b",
    ),
    (
        "string mask decimal",
        "[req]\nprompt=no\nstring_mask=MASK:2\ndistinguished_name=dn\n[dn]\nCN=plain",
    ),
    (
        "string mask reaches dirName",
        "[req]\nprompt=no\nstring_mask=pkix\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=plain\n[e]\nsubjectAltName=dirName:dn",
    ),
    (
        "utf8",
        "[req]\nprompt=no\nutf8=yes\ndistinguished_name=dn\n[dn]\nCN=Grüße €\nunstructuredName=é",
    ),
    (
        "utf8 no",
        "[req]\nprompt=no\nutf8=no\ndistinguished_name=dn\n[dn]\nCN=é",
    ),
    (
        "utf8 does not reach dirName",
        "[req]\nprompt=no\nutf8=yes\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=é\n[e]\nsubjectAltName=dirName:dn",
    ),
    (
        "email copy",
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\nemailAddress=a@b\n1.emailAddress=c@d\n[e]\nsubjectAltName=email:copy,DNS:a,email:z@z",
    ),
    (
        "email move",
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\n+emailAddress=a@b\n1.emailAddress=c@d\nO=y\n[e]\nsubjectAltName=email:move",
    ),
    (
        "email move section",
        "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\nemailAddress=a@b\n[e]\nsubjectAltName=@s\n[s]\nemail.1=move\nDNS.1=a",
    ),
    (
        "oid section",
        "oid_section=o\n[o]\nmyAttribute=1.2.3.4.5\nmyPurpose=1.2.3.4.6\n[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\nmyAttribute=y\n[e]\nextendedKeyUsage=myPurpose,serverAuth\ncertificatePolicies=myPurpose\nmyAttribute=DER:0500",
    ),
    (
        "oid section of the library",
        "openssl_conf=i\n[i]\noid_section=o\n[o]\nmine=my long name, 1.2.3.4.7\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x\nmine=y",
    ),
    (
        "prompt with defaults",
        "[req]\ndistinguished_name=dn\n[dn]\ncountryName=Country\ncountryName_default=AU\ncountryName_min=2\ncountryName_max=2\n0.organizationName=Org\n0.organizationName_default=Widgits Pty Ltd\nlocalityName=City\nlocalityName_default=\ncommonName=Name\ncommonName_value=given\ncommonName_max=64\n+emailAddress=mail\n+emailAddress_default=a@b",
    ),
    (
        "prompt yes",
        "[req]\nprompt=yes\ndistinguished_name=dn\n[dn]\nCN=Name\nCN_default=x\nO=Org\nO_value=.\nOU=Unit\nOU_value=\nOU_default=u",
    ),
    (
        "prompt default of the default section",
        "CN_default=fallback\n[req]\ndistinguished_name=dn\n[dn]\nCN=Name",
    ),
    (
        "keys for elsewhere",
        "[req]\nprompt=no\ndefault_bits=2048\ndefault_keyfile=k.pem\nencrypt_key=no\nencrypt_rsa_key=no\noutput_password=secret\nRANDFILE=r\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "other programs' sections",
        "HOME=.\n[ca]\ndefault_ca=CA_default\n[CA_default]\ncopy_extensions=copy\n[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=v3_ca\nreq_extensions=v3_req\n[dn]\nCN=x\n[v3_req]\nbasicConstraints=CA:FALSE\nkeyUsage=nonRepudiation,digitalSignature,keyEncipherment\n[v3_ca]\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always,issuer\nbasicConstraints=critical,CA:true\n[tsa]\ndefault_tsa=t",
    ),
    (
        "attributes without answers",
        "[req]\ndistinguished_name=dn\nattributes=a\n[dn]\nCN=n\nCN_default=x\n[a]\nchallengePassword=A challenge password\nchallengePassword_min=0\nchallengePassword_max=20",
    ),
    (
        "environment in an unused value",
        "HOME=.\nRANDFILE=$ENV::HOME/.rnd\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    (
        "last line without an end",
        "[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x\\",
    ),
    (
        "empty name",
        "=ignored\n[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nCN=x",
    ),
    ("long line", LONG_LINE),
];

const LONG_LINE: &str = concat!(
    "[req]\nprompt=no\ndistinguished_name=dn\nreq_extensions=e\n[dn]\nCN=x\n[e]\nsubjectAltName=",
    "DNS:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example,",
    "DNS:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example,",
    "DNS:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.example,",
    "DNS:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd.example,",
    "DNS:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.example,",
    "DNS:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff.example,",
    "DNS:gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg.example,",
    "DNS:hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh.example,",
    "DNS:iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii.example\n",
);
