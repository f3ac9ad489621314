//! openssl's configuration for names and extensions that certmint decided on.

use anyhow::{Context as _, Result, bail};
use der::Decode as _;
use x509_cert::ext::pkix::{self, name::DistributionPointName};

use super::quoting;
use crate::{
    cli,
    formats::openssl_conf::{
        CertificateExtensions, Config, DistinguishedName, ExtensionValue, KeyIdentifierWish,
        RequestConfig,
    },
    key::PublicKey,
    x509::{
        BasicConstraints, ExtendedKeyUsage, Extension, GeneralName, KeyIdentifier, KeyUsage, Name,
        PathLength, SanSet, oid,
    },
};

/// What a request's section of extensions is called.
pub(super) const REQUESTED: &str = "requested";
/// What a certificate's section of extensions is called.
pub(super) const CERTIFICATE: &str = "certificate";
/// The subject alternative names, which a request and its certificate share.
const NAMES: &str = "names";

/// The extension that names the issuer's key, of which only the issuer knows what it says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AuthorityKey {
    /// A root's certificate has none.
    Absent,
    /// The issuer's subject key identifier.
    Named,
    /// The issuer has no subject key identifier to name.
    Unnamed,
}

/// A configuration in the making: sections in order.
#[derive(Default)]
pub(super) struct Configuration {
    request: String,
    sections: String,
    names: String,
}

impl Configuration {
    /// Only sections of extensions.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// `[ req ]` and the subject. It is read back and compared, since it is the one thing here
    /// that people write freely.
    pub(super) fn subject(&mut self, subject: &Name) -> Result<()> {
        let mut section = String::new();
        let mut seen: Vec<(der::asn1::ObjectIdentifier, usize)> = Vec::new();
        for attributes in subject.relative_names() {
            let [attribute] = attributes.as_slice() else {
                bail!("the subject {subject} has relative names of several attributes");
            };
            let text = attribute.text().with_context(|| {
                format!("the subject {subject} has an attribute that is no text")
            })?;
            let repeated = subject.values_of(&attribute.kind).len() > 1;
            let position = match seen.iter_mut().find(|(kind, _)| *kind == attribute.kind) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    seen.push((attribute.kind, 0));
                    0
                }
            };
            let prefix = if repeated {
                format!("{position}.")
            } else {
                String::new()
            };
            section.push_str(&format!(
                "{prefix}{} = {}\n",
                attribute_name(&attribute.kind),
                quoting::value(&text)?
            ));
        }
        self.request = format!(
            "[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\ndistinguished_name = subject\n\
             \n[subject]\n{section}"
        );
        if subject.is_empty() {
            return Ok(());
        }
        let read_back = Config::read_alone("openssl.cnf", self.request.as_bytes())
            .and_then(|config| RequestConfig::read(&config, None))
            .and_then(|request| request.subject.to_der())?;
        if read_back != subject.as_der() {
            bail!("openssl's configuration cannot say the subject {subject}");
        }
        Ok(())
    }

    /// A section of extensions, in the order given.
    pub(super) fn extensions(
        &mut self,
        section: &'static str,
        extensions: &[Extension],
        key: Option<&PublicKey>,
        authority_key: AuthorityKey,
    ) -> Result<()> {
        let issuers = match authority_key {
            AuthorityKey::Absent => None,
            AuthorityKey::Named => Some("authorityKeyIdentifier = keyid:always\n"),
            AuthorityKey::Unnamed => Some("authorityKeyIdentifier = none\n"),
        };
        // What the operator wrote stays where the issuer has nothing to say.
        let issuers = issuers.filter(|_| {
            authority_key == AuthorityKey::Named
                || !extensions
                    .iter()
                    .any(|extension| extension.oid == oid::AUTHORITY_KEY_IDENTIFIER)
        });
        self.sections.push_str(&format!("\n[{section}]\n"));
        let mut written_issuers = false;
        for extension in extensions {
            if extension.oid == oid::AUTHORITY_KEY_IDENTIFIER
                && authority_key == AuthorityKey::Named
            {
                continue;
            }
            self.extension(extension, key)?;
            // Behind the subject's own identifier, where certmint writes it.
            if extension.oid == oid::SUBJECT_KEY_IDENTIFIER
                && let Some(line) = issuers
            {
                self.sections.push_str(line);
                written_issuers = true;
            }
        }
        if let Some(line) = issuers.filter(|_| !written_issuers) {
            self.sections.push_str(line);
        }
        Ok(())
    }

    /// One extension: in openssl's own words where those come to the same bytes, else as bytes.
    fn extension(&mut self, extension: &Extension, key: Option<&PublicKey>) -> Result<()> {
        let critical = if extension.critical { "critical, " } else { "" };
        let in_words = in_words(extension, key)
            .filter(|words| {
                // There is one section of names; a request and its certificate share it.
                self.names.is_empty() || words.names.is_empty() || self.names == words.names
            })
            .filter(|words| words.comes_to(extension, critical).unwrap_or(false));
        match in_words {
            Some(Words {
                option,
                value,
                names,
            }) => {
                self.sections
                    .push_str(&format!("{option} = {critical}{value}\n"));
                if !names.is_empty() {
                    self.names = names;
                }
            }
            None => {
                if let Some(name) = oid::name(&extension.oid) {
                    self.sections.push_str(&format!("# {name}\n"));
                }
                let octets = cli::render::hexadecimal(&extension.value);
                self.sections
                    .push_str(&format!("{} = {critical}DER:{octets}\n", extension.oid));
            }
        }
        Ok(())
    }

    pub(super) fn text(&self) -> String {
        let Self {
            request,
            sections,
            names,
        } = self;
        let request = if request.is_empty() || !sections.contains(&format!("[{REQUESTED}]")) {
            request.clone()
        } else {
            request.replacen(
                "distinguished_name = subject\n",
                "distinguished_name = subject\nreq_extensions = requested\n",
                1,
            )
        };
        let names = if names.is_empty() {
            String::new()
        } else {
            format!("\n[{NAMES}]\n{names}")
        };
        format!("{request}{sections}{names}")
            .trim_start()
            .to_owned()
    }
}

/// An extension in the words of `x509v3_config(5)`.
struct Words {
    option: &'static str,
    value: String,
    /// The content of the section of names, where the value refers to it.
    names: String,
}

impl Words {
    /// Whether reading them gives the extension back, byte for byte.
    fn comes_to(&self, extension: &Extension, critical: &str) -> Result<bool> {
        let Self {
            option,
            value,
            names,
        } = self;
        let text = format!("[e]\n{option} = {critical}{value}\n[{NAMES}]\n{names}");
        let config = Config::read_alone("openssl.cnf", text.as_bytes())?;
        let section =
            CertificateExtensions::read(&config, Some("e"), &mut DistinguishedName::default())?;
        let [requested] = section.extensions.as_slice() else {
            return Ok(false);
        };
        let same_value = match &requested.value {
            ExtensionValue::Der(value) => *value == extension.value,
            // Written for the key's own identifier alone.
            ExtensionValue::KeyIdentifier(wish) => *wish == KeyIdentifierWish::SubjectKeyHash,
        };
        Ok(same_value
            && requested.oid == extension.oid.to_string()
            && requested.critical == extension.critical)
    }
}

fn in_words(extension: &Extension, key: Option<&PublicKey>) -> Option<Words> {
    let plain = |option, value| {
        Some(Words {
            option,
            value,
            names: String::new(),
        })
    };
    match extension.oid {
        oid::BASIC_CONSTRAINTS => plain(
            "basicConstraints",
            match extension.read_basic_constraints().ok()? {
                BasicConstraints::EndEntity => "CA:FALSE".to_owned(),
                BasicConstraints::Ca(PathLength::Unlimited) => "CA:TRUE".to_owned(),
                BasicConstraints::Ca(PathLength::AtMost(length)) => {
                    format!("CA:TRUE, pathlen:{length}")
                }
            },
        ),
        oid::KEY_USAGE => plain(
            "keyUsage",
            KeyUsage::from_extension(extension).ok()?.to_string(),
        ),
        oid::EXTENDED_KEY_USAGE => plain(
            "extendedKeyUsage",
            ExtendedKeyUsage::from_extension(extension)
                .ok()?
                .purposes()
                .iter()
                .map(purpose)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        oid::SUBJECT_KEY_IDENTIFIER => {
            let hashed = Extension::subject_key_identifier(&KeyIdentifier::of(key?)).ok()?;
            (hashed.value == extension.value)
                .then(|| plain("subjectKeyIdentifier", "hash".to_owned()))
                .flatten()
        }
        oid::SUBJECT_ALT_NAME => Some(Words {
            option: "subjectAltName",
            value: format!("@{NAMES}"),
            names: names(extension)?,
        }),
        oid::NAME_CONSTRAINTS => plain("nameConstraints", name_constraints(extension)?),
        oid::CRL_DISTRIBUTION_POINTS => plain("crlDistributionPoints", list_points(extension)?),
        oid::AUTHORITY_INFO_ACCESS => plain("authorityInfoAccess", services(extension)?),
        oid::TLS_FEATURE => plain("tlsfeature", "status_request".to_owned()),
        _ => None,
    }
}

/// The section of subject alternative names.
fn names(extension: &Extension) -> Option<String> {
    let names: Option<Vec<_>> = GeneralName::read_all(&extension.value)
        .ok()?
        .iter()
        .map(|name| name.to_san().ok())
        .collect();
    let set = SanSet::new(names?).ok()??;
    let lines: Option<Vec<String>> = set
        .iter()
        .enumerate()
        .map(|(position, name)| {
            let kind = match name.kind() {
                "dns" => "DNS",
                "ip" => "IP",
                "uri" => "URI",
                other => other,
            };
            let value = quoting::value(&name.value()).ok()?;
            Some(format!("{kind}.{} = {value}\n", position + 1))
        })
        .collect();
    Some(lines?.concat())
}

/// Subtrees of host names and addresses, the kinds that `--permit-dns` and `--permit-ip` make.
fn name_constraints(extension: &Extension) -> Option<String> {
    let constraints = pkix::NameConstraints::from_der(&extension.value).ok()?;
    let mut items = Vec::new();
    for (word, subtrees) in [
        ("permitted", constraints.permitted_subtrees),
        ("excluded", constraints.excluded_subtrees),
    ] {
        for subtree in subtrees.unwrap_or_default() {
            items.push(match subtree.base {
                pkix::name::GeneralName::DnsName(domain) => {
                    let plain =
                        |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
                    let domain = domain.to_string();
                    domain
                        .chars()
                        .all(plain)
                        .then(|| format!("{word};DNS:{domain}"))?
                }
                pkix::name::GeneralName::IpAddress(octets) => {
                    format!("{word};IP:{}", subnet(octets.as_bytes())?)
                }
                _ => return None,
            });
        }
    }
    Some(items.join(", "))
}

/// Where revocation lists are, each point a URL.
fn list_points(extension: &Extension) -> Option<String> {
    let points = pkix::CrlDistributionPoints::from_der(&extension.value).ok()?;
    let points: Option<Vec<String>> = points
        .0
        .into_iter()
        .map(|point| match point.distribution_point? {
            DistributionPointName::FullName(names) => match names.as_slice() {
                [name] => url(name),
                _ => None,
            },
            DistributionPointName::NameRelativeToCRLIssuer(_) => None,
        })
        .collect();
    Some(points?.join(", "))
}

/// Where the issuer's services are.
fn services(extension: &Extension) -> Option<String> {
    let services = pkix::AuthorityInfoAccessSyntax::from_der(&extension.value).ok()?;
    let services: Option<Vec<String>> = services
        .0
        .iter()
        .map(|service| {
            let method = match service.access_method {
                oid::OCSP => "OCSP",
                oid::CA_ISSUERS => "caIssuers",
                _ => return None,
            };
            Some(format!("{method};{}", url(&service.access_location)?))
        })
        .collect();
    Some(services?.join(", "))
}

/// A URL with nothing in it that means something in a configuration.
fn url(name: &pkix::name::GeneralName) -> Option<String> {
    let pkix::name::GeneralName::UniformResourceIdentifier(url) = name else {
        return None;
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ":/.-_~%?=&+".contains(letter);
    let url = url.to_string();
    url.chars().all(plain).then(|| format!("URI:{url}"))
}

/// An address and its mask.
fn subnet(octets: &[u8]) -> Option<String> {
    let (address, mask) = octets.split_at_checked(octets.len() / 2)?;
    let text = |octets: &[u8]| -> Option<String> {
        <[u8; 4]>::try_from(octets)
            .map(|octets| std::net::IpAddr::from(octets).to_string())
            .or_else(|_| {
                <[u8; 16]>::try_from(octets)
                    .map(|octets| std::net::IpAddr::from(octets).to_string())
            })
            .ok()
    };
    Some(format!("{}/{}", text(address)?, text(mask)?))
}

/// A purpose by a name that every openssl 3 knows, else by its number.
fn purpose(purpose: &der::asn1::ObjectIdentifier) -> String {
    let known = [
        "serverAuth",
        "clientAuth",
        "codeSigning",
        "emailProtection",
        "timeStamping",
        "OCSPSigning",
    ];
    oid::name(purpose)
        .filter(|name| known.contains(name))
        .map_or_else(|| purpose.to_string(), str::to_owned)
}

/// An attribute by openssl's long name, else by its number.
fn attribute_name(kind: &der::asn1::ObjectIdentifier) -> String {
    match *kind {
        oid::COUNTRY => "countryName".to_owned(),
        oid::STATE_OR_PROVINCE => "stateOrProvinceName".to_owned(),
        oid::LOCALITY => "localityName".to_owned(),
        oid::ORGANIZATION => "organizationName".to_owned(),
        oid::ORGANIZATIONAL_UNIT => "organizationalUnitName".to_owned(),
        oid::COMMON_NAME => "commonName".to_owned(),
        other => other.to_string(),
    }
}
