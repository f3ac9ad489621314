//! Name constraints that certmint writes into CA certificates.

use std::{fmt, net::IpAddr, str::FromStr};

use der::asn1::{Ia5String, OctetString};
use x509_cert::ext::pkix;

use super::{Extension, San, X509Error};

/// A subtree of names (RFC 5280 §4.2.1.10).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subtree {
    /// A domain and every name below it.
    Dns(String),
    /// The addresses of a subnet.
    Ip(IpSubnet),
}

impl Subtree {
    /// A domain: `example.com` covers itself and every name below it.
    ///
    /// # Errors
    /// What no host name is; a wildcard; a dot in front, which RFC 5280 §4.2.1.10 defines for URIs
    /// only.
    pub fn dns(value: &str) -> Result<Self, X509Error> {
        let refused = |reason: &str| X509Error::NameConstraint {
            value: value.to_owned(),
            reason: reason.to_owned(),
        };
        if value.starts_with('.') {
            return Err(refused(
                "leave out the dot in front; the domain covers itself and every name below it",
            ));
        }
        match San::dns(value) {
            Ok(San::Dns(name)) if !name.starts_with('*') => Ok(Self::Dns(name)),
            Ok(_) => Err(refused(
                "a domain has no wildcard; it covers every name below it anyway",
            )),
            Err(X509Error::San { reason, .. }) => Err(refused(&reason)),
            Err(other) => Err(other),
        }
    }
}

impl Subtree {
    /// Whether a name lies inside; `None` when it is of another kind than the subtree.
    fn contains(&self, name: &San) -> Option<bool> {
        match (self, name) {
            (Self::Dns(domain), San::Dns(host)) => Some(
                host == domain
                    || host
                        .strip_suffix(domain.as_str())
                        .is_some_and(|below| below.ends_with('.')),
            ),
            (Self::Ip(subnet), San::Ip(address)) => {
                let same_width = subnet.address.is_ipv4() == address.is_ipv4();
                let masked: Vec<u8> = octets(*address)
                    .iter()
                    .zip(subnet.mask())
                    .map(|(octet, mask)| octet & mask)
                    .collect();
                Some(same_width && masked == subnet.octets())
            }
            _ => None,
        }
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// An address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpSubnet {
    address: IpAddr,
    prefix: u8,
}

/// CIDR notation (RFC 4632 §3.1); a bare address is a subnet of one.
impl FromStr for IpSubnet {
    type Err = X509Error;

    fn from_str(text: &str) -> Result<Self, X509Error> {
        let refused = |reason: &str| X509Error::NameConstraint {
            value: text.to_owned(),
            reason: reason.to_owned(),
        };
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address
            .parse()
            .map_err(|_| refused("write it as 10.0.0.0/8 or fd00::/8"))?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = if prefix.is_empty() && !text.contains('/') {
            Ok(width)
        } else {
            prefix.parse::<u8>()
        };
        let prefix = prefix
            .ok()
            .filter(|prefix| *prefix <= width)
            .ok_or_else(|| refused("the prefix length is out of range"))?;
        let subnet = Self { address, prefix };
        if subnet
            .octets()
            .iter()
            .zip(subnet.mask())
            .any(|(octet, mask)| octet & !mask != 0)
        {
            return Err(refused(
                "bits behind the prefix are set; write the address of the subnet itself",
            ));
        }
        Ok(subnet)
    }
}

impl IpSubnet {
    fn octets(self) -> Vec<u8> {
        octets(self.address)
    }

    fn mask(self) -> Vec<u8> {
        let bits = usize::from(self.prefix);
        (0..self.octets().len())
            .map(|octet| match bits.saturating_sub(octet * 8) {
                0 => 0,
                set @ 1..=7 => 0xff << (8 - set),
                _ => 0xff,
            })
            .collect()
    }
}

impl fmt::Display for IpSubnet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

/// What a CA may sign: names inside of a permitted subtree of their kind, and none inside of an
/// excluded one. At least one subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

impl NameConstraints {
    /// Collects subtrees; `None` when there is none, since the extension may not be empty.
    pub fn new(permitted: Vec<Subtree>, excluded: Vec<Subtree>) -> Option<Self> {
        (!permitted.is_empty() || !excluded.is_empty()).then_some(Self {
            permitted,
            excluded,
        })
    }

    /// The permitted subtrees.
    pub fn permitted(&self) -> &[Subtree] {
        &self.permitted
    }

    /// The excluded subtrees.
    pub fn excluded(&self) -> &[Subtree] {
        &self.excluded
    }

    /// Whether a name may stand below: inside of a permitted subtree of its kind, if there is any of
    /// that kind, and inside of no excluded one.
    pub fn permits(&self, name: &San) -> bool {
        let inside = |subtree: &Subtree| subtree.contains(name);
        let mut of_kind = self.permitted.iter().filter_map(inside).peekable();
        let permitted = of_kind.peek().is_none() || of_kind.any(|inside| inside);
        permitted && !self.excluded.iter().filter_map(inside).any(|inside| inside)
    }

    /// Reads the value of the extension; `None` where it limits names of other kinds than certmint
    /// makes, or in a way that RFC 5280 §4.2.1.10 has no use for.
    pub fn from_extension(extension: &Extension) -> Option<Self> {
        let read: pkix::NameConstraints = extension.read("nameConstraints").ok()?;
        let subtrees = |list: Option<Vec<_>>| -> Option<Vec<Subtree>> {
            list.unwrap_or_default().iter().map(subtree).collect()
        };
        Self::new(
            subtrees(read.permitted_subtrees)?,
            subtrees(read.excluded_subtrees)?,
        )
    }

    pub(crate) fn to_pkix(&self) -> Result<pkix::NameConstraints, X509Error> {
        let Self {
            permitted,
            excluded,
        } = self;
        let subtrees = |list: &[Subtree]| -> Result<Option<Vec<_>>, X509Error> {
            let encoded: Result<Vec<_>, der::Error> = list.iter().map(general_subtree).collect();
            let encoded = encoded.map_err(|source| X509Error::Encode {
                what: "nameConstraints",
                source,
            })?;
            Ok((!encoded.is_empty()).then_some(encoded))
        };
        Ok(pkix::NameConstraints {
            permitted_subtrees: subtrees(permitted)?,
            excluded_subtrees: subtrees(excluded)?,
        })
    }
}

fn subtree(encoded: &pkix::constraints::name::GeneralSubtree) -> Option<Subtree> {
    use pkix::name::GeneralName;
    if encoded.minimum != 0 || encoded.maximum.is_some() {
        return None;
    }
    match &encoded.base {
        GeneralName::DnsName(domain) => Subtree::dns(domain.as_str()).ok(),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let (address, mask) = octets.split_at_checked(octets.len() / 2)?;
            let prefix: u32 = mask.iter().map(|octet| octet.leading_ones()).sum();
            let address = match *address {
                [a, b, c, d] => IpAddr::from([a, b, c, d]),
                _ => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
            };
            let subnet: IpSubnet = format!("{address}/{prefix}").parse().ok()?;
            // A mask with holes is no prefix.
            (subnet.mask() == mask).then_some(Subtree::Ip(subnet))
        }
        _ => None,
    }
}

fn general_subtree(
    subtree: &Subtree,
) -> Result<pkix::constraints::name::GeneralSubtree, der::Error> {
    use pkix::name::GeneralName;
    let base = match subtree {
        Subtree::Dns(domain) => GeneralName::DnsName(Ia5String::new(domain)?),
        Subtree::Ip(subnet) => {
            GeneralName::IpAddress(OctetString::new([subnet.octets(), subnet.mask()].concat())?)
        }
    };
    Ok(pkix::constraints::name::GeneralSubtree {
        base,
        minimum: 0,
        maximum: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_have_no_bits_behind_the_prefix() {
        for good in [
            "10.0.0.0/8",
            "10.0.0.7",
            "0.0.0.0/0",
            "fd00::/9",
            "::/0",
            "10.128.0.0/9",
        ] {
            assert!(good.parse::<IpSubnet>().is_ok(), "{good}");
        }
        for bad in [
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "fd00::1/64",
            "::/129",
            "x/8",
            "10.0.0.0/-1",
        ] {
            assert!(bad.parse::<IpSubnet>().is_err(), "{bad}");
        }
        assert_eq!(
            "10.128.0.0/9".parse::<IpSubnet>().unwrap().mask(),
            [255, 128, 0, 0]
        );
    }

    #[test]
    fn domains_have_no_dot_or_wildcard_in_front() {
        assert_eq!(
            Subtree::dns("Example.com").unwrap(),
            Subtree::Dns("example.com".to_owned())
        );
        assert!(Subtree::dns(".example.com").is_err());
        assert!(Subtree::dns("*.example.com").is_err());
    }

    #[test]
    fn only_names_of_the_subtrees_are_permitted() {
        let constraints = NameConstraints::new(
            vec![
                Subtree::dns("internal.local").unwrap(),
                Subtree::Ip("10.0.0.0/9".parse().unwrap()),
            ],
            vec![Subtree::dns("secret.internal.local").unwrap()],
        )
        .unwrap();
        for (name, permitted) in [
            ("internal.local", true),
            ("a.b.internal.local", true),
            ("*.internal.local", true),
            ("notinternal.local", false),
            ("local", false),
            ("x.secret.internal.local", false),
            ("secret.internal.local", false),
            ("10.127.0.1", true),
            ("10.128.0.1", false),
            ("fd00::1", false),
            ("joe@example.com", true),
            ("https://example.com/", true),
        ] {
            let san: San = name.parse().unwrap();
            assert_eq!(constraints.permits(&san), permitted, "{name}");
        }
    }
}
