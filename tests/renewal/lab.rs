//! PKIs that were made at another time, which no command line can make.

use std::path::Path;

use certmint::{
    authority::{
        Filing, Generation, LeafKey, LeafOrder, Order, SigningAuthority, certify, issue_all, named,
        publish_revocation_list,
    },
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LeafKind, LongLife, Profile},
    store::{Actor, AuthorityFile, Inventory, Layout, Store, StoreError},
    x509::{DistinguishedNameBuilder, Name, PathLength, ProvenKey, SanSet, Validity, oid},
};
use time::{Duration, OffsetDateTime};

pub(crate) fn days_ago(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() - Duration::days(days)
}

fn subject(common_name: &str) -> Name {
    DistinguishedNameBuilder::new()
        .attribute(oid::ORGANIZATION, "Acme")
        .and_then(|name| name.attribute(oid::COMMON_NAME, common_name))
        .and_then(DistinguishedNameBuilder::build)
        .unwrap()
}

/// Makes the root `name`: P-256, its key in the clear.
pub(crate) fn root(pki: &Path, name: &str, days: u32, at: OffsetDateTime) {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let mut store = Store::create(pki, &Actor::new("lab"), at).unwrap();
    let application = Application {
        profile: Profile::Ca(CaProfile {
            path_length: PathLength::AtMost(1),
            name_constraints: None,
        }),
        key: ProvenKey::of(&key),
        subject: subject(name),
        alternative_names: AlternativeNames::AsRequested,
        validity: Validity::of_days(at, days).unwrap(),
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    };
    let key_pem = key.to_pkcs8_pem();
    let filing = Filing::Authority {
        name: name.parse().unwrap(),
        key_pem,
    };
    let signer = SigningAuthority::new_root(subject(name), key);
    let order = Order {
        application,
        filing,
    };
    certify(&mut store, &signer, order, at).unwrap();
}

/// A leaf certificate to be made.
pub(crate) struct Leaf<'name> {
    pub(crate) name: &'name str,
    pub(crate) kind: LeafKind,
    pub(crate) key: KeySpec,
    pub(crate) sans: &'name [&'name str],
}

pub(crate) fn server(name: &'static str) -> Leaf<'static> {
    Leaf {
        name,
        kind: LeafKind::Server,
        key: KeySpec::P256,
        sans: &[],
    }
}

/// The CA `ca` with its key.
fn signer(store: &Store) -> SigningAuthority {
    let name = "ca".parse().unwrap();
    let authority = named(store.inventory(), Some(&name)).unwrap();
    let key = store.layout().authority_file(&name, AuthorityFile::Key);
    let key = KeyFile::read(&std::fs::read(key).unwrap()).unwrap();
    let key = key.unlock(None).unwrap();
    SigningAuthority::of_this_pki(store, &authority, key).unwrap()
}

/// Makes the revocation list of `ca`.
pub(crate) fn list(pki: &Path, days: u32, at: OffsetDateTime) {
    let mut store = Store::open(pki, &Actor::new("lab"), at).unwrap();
    let signer = signer(&store);
    publish_revocation_list(&mut store, &signer, Some(days), at).unwrap();
}

/// Makes certificates of the CA `ca`; one without alternative names gets `NAME.example.com`.
pub(crate) fn leaves(pki: &Path, leaves: &[Leaf<'_>], days: u32, at: OffsetDateTime) {
    let mut store = Store::open(pki, &Actor::new("lab"), at).unwrap();
    let signer = signer(&store);
    let orders = leaves.iter().map(|leaf| {
        let own = format!("{}.example.com", leaf.name);
        let sans = if leaf.sans.is_empty() {
            vec![own.as_str()]
        } else {
            leaf.sans.to_vec()
        };
        LeafOrder {
            name: leaf.name.parse().unwrap(),
            kind: leaf.kind,
            key: LeafKey::New(leaf.key),
            subject: subject(leaf.name),
            names: SanSet::new(sans.iter().map(|san| san.parse().unwrap())).unwrap(),
            validity: Validity::of_days(at, days).unwrap(),
            long_life: LongLife::Refuse,
            generation: Generation::First,
        }
    });
    for made in issue_all(&mut store, &signer, orders.collect(), at, &mut |_| {}) {
        made.unwrap();
    }
}

/// A PKI of 3,000 days' age with a CA for 4,000 days more, and servers of 90 days, made 80 days ago:
/// all of them are due.
pub(crate) fn due(pki: &Path, names: &[&'static str]) {
    root(pki, "ca", 7000, days_ago(3000));
    let servers: Vec<Leaf> = names.iter().map(|name| server(name)).collect();
    leaves(pki, &servers, 90, days_ago(80));
}

/// The audit log is whole; gives its deeds.
pub(crate) fn audited(pki: &Path) -> Vec<String> {
    let inventory = Inventory::open_to_read(&Layout::new(pki).inventory()).unwrap();
    let mut deeds = Vec::new();
    let mut previous = [0; 32];
    inventory
        .for_each_audit_entry(1, |entry| {
            assert_eq!(entry.previous, previous);
            assert_eq!(entry.hash, entry.computed_hash());
            previous = entry.hash;
            deeds.push(entry.deed);
            Ok::<(), StoreError>(())
        })
        .unwrap();
    let (entries, head) = inventory.audit_head().unwrap();
    assert_eq!(
        (usize::try_from(entries).unwrap(), head),
        (deeds.len(), previous)
    );
    deeds
}

/// The generation that `certs/NAME` leads to.
pub(crate) fn generation(pki: &Path, name: &str) -> u32 {
    let link = std::fs::read_link(pki.join("certs").join(name)).unwrap();
    link.file_name().unwrap().to_str().unwrap().parse().unwrap()
}
