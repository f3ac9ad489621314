//! What a template sees.

use std::collections::BTreeMap;

use minijinja::Value;
use zeroize::Zeroizing;

use super::{
    definition::Target,
    error::TargetError,
    pki_file::{Asked, KEY, PkiFile, WithFiles},
    render::Whereabouts,
    setting::Settings,
    stock::{AuthorityStock, CertificateStock, Stock},
};

/// Whether a file may hold a private key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Shown,
    Hidden,
}

/// The variables of a target's templates: what was set, and what the PKI has.
pub(super) struct Facts {
    certificate: CertificateStock,
    others: BTreeMap<String, Vec<CertificateStock>>,
    root: AuthorityStock,
    issuer: AuthorityStock,
    authorities: BTreeMap<String, Vec<AuthorityStock>>,
    /// The files of the PKI that the templates named.
    pub(super) asked: Asked,
}

impl Facts {
    /// Takes from the PKI what the settings name. A CA that is no root is refused where the target
    /// has to have one.
    pub(super) fn gather(
        target: &Target,
        name: &str,
        settings: &Settings,
        stock: &dyn Stock,
    ) -> Result<Self, TargetError> {
        let missing = |variable: &str| {
            let variable = variable.to_owned();
            move |reason: Box<dyn std::error::Error + Send + Sync>| TargetError::NotInStock {
                variable,
                reason: reason.to_string(),
            }
        };
        let certificate = stock.certificate(name).map_err(missing("NAME"))?;
        target.refuse_purpose(name, certificate.purpose)?;
        let authority = |variable: &str, name: &str| {
            stock
                .authority(name, &certificate)
                .map_err(missing(variable))
        };
        let mut authorities: BTreeMap<String, Vec<AuthorityStock>> = BTreeMap::new();
        for (variable, name) in &settings.authorities {
            let found = authority(variable, name)?;
            if !found.is_root
                && let Some(reason) = &target.declared(variable)?.root_only
            {
                return Err(TargetError::NoRoot {
                    variable: variable.clone(),
                    name: found.name,
                    reason: reason.clone(),
                });
            }
            authorities.entry(variable.clone()).or_default().push(found);
        }
        let mut others: BTreeMap<String, Vec<CertificateStock>> = BTreeMap::new();
        for (variable, name) in &settings.certificates {
            let found = stock.certificate(name).map_err(missing(variable))?;
            others.entry(variable.clone()).or_default().push(found);
        }
        Ok(Self {
            others,
            root: authority("root", "@root")?,
            issuer: authority("issuer", "@issuer")?,
            authorities,
            certificate,
            asked: Asked::default(),
        })
    }

    /// The value of every variable.
    pub(super) fn values(
        &self,
        target: &Target,
        settings: &Settings,
        places: &Whereabouts,
        keys: Keys,
    ) -> BTreeMap<String, Value> {
        let mut values = settings.values.clone();
        for variable in &target.variables {
            let found: Vec<Value> = match (
                self.authorities.get(&variable.name),
                self.others.get(&variable.name),
            ) {
                (Some(found), _) => found
                    .iter()
                    .map(|one| authority(one, places, &self.asked))
                    .collect(),
                (_, Some(found)) => found
                    .iter()
                    .map(|one| certificate(one, places, keys, &self.asked))
                    .collect(),
                _ => continue,
            };
            let value = match found.as_slice() {
                [only] if !variable.list => only.clone(),
                _ => Value::from(found),
            };
            values.insert(variable.name.clone(), value);
        }
        let certificate = certificate(&self.certificate, places, keys, &self.asked);
        values.insert(
            "name".to_owned(),
            Value::from(self.certificate.name.clone()),
        );
        values.insert("certificate".to_owned(), certificate);
        values.insert(
            "root".to_owned(),
            authority(&self.root, places, &self.asked),
        );
        values.insert(
            "issuer".to_owned(),
            authority(&self.issuer, places, &self.asked),
        );
        values.insert("pki".to_owned(), Value::from(places.pki.clone()));
        let files = places.files.clone().map_or(Value::from(()), Value::from);
        values.insert("files".to_owned(), files);
        if let Some(here) = &places.here {
            values.insert("here".to_owned(), Value::from(here.clone()));
        }
        values
    }
}

fn certificate(stock: &CertificateStock, places: &Whereabouts, keys: Keys, asked: &Asked) -> Value {
    let folder = places.files.as_ref().unwrap_or(&stock.folder);
    let name = &stock.name;
    let file = |ending: &str, about: &str, content: Option<&str>| PkiFile {
        path: format!("{folder}/{name}.{ending}"),
        about: format!("{about} {name}"),
        content: content.map(|text| Zeroizing::new(text.to_owned())),
        secret: ending == "key",
    };
    let facts = WithFiles::new(asked)
        .file("file", file("crt", "the certificate", Some(&stock.pem)))
        .file(
            "key_file",
            file(
                "key",
                "the private key of",
                stock.key_pem.as_ref().map(|key| key.as_str()),
            ),
        )
        .file(
            "fullchain_file",
            file(
                "fullchain.crt",
                "the certificate, then its intermediates:",
                Some(&stock.fullchain_pem),
            ),
        )
        .file(
            "chain_file",
            file("chain.crt", "the CAs above", Some(&stock.chain_pem)),
        )
        .fact("name", name.clone())
        .fact("pem", stock.pem.clone())
        .fact("fullchain_pem", stock.fullchain_pem.clone())
        .fact("chain_pem", stock.chain_pem.clone())
        .fact("key_is_encrypted", stock.key_is_encrypted)
        .fact("key_kind", stock.key_kind.clone())
        .fact("subject", stock.subject.clone())
        .fact("common_name", stock.common_name.clone())
        .fact("dns_names", stock.dns_names.clone())
        .fact("addresses", stock.addresses.clone())
        .fact("serial", stock.serial.clone())
        .fact("not_before", stock.not_before.clone())
        .fact("not_after", stock.not_after.clone())
        .fact("fingerprint", stock.fingerprint.clone());
    match (&stock.key_pem, keys) {
        (Some(key), Keys::Shown) => facts.fact(KEY, key.as_str()).into_value(),
        _ => facts.into_value(),
    }
}

fn authority(stock: &AuthorityStock, places: &Whereabouts, asked: &Asked) -> Value {
    let name = &stock.name;
    let file = |path: &String, about: &str, content: &str| PkiFile {
        path: match &places.files {
            None => path.clone(),
            Some(folder) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                format!("{folder}/{name}")
            }
        },
        about: format!("{about} {name}"),
        content: Some(Zeroizing::new(content.to_owned())),
        secret: false,
    };
    let facts = WithFiles::new(asked)
        .file("file", file(&stock.file, "the CA", &stock.pem))
        .file(
            "trust_file",
            file(
                &stock.trust_file,
                "what clients are to trust: CA",
                &stock.trust_pem,
            ),
        )
        .fact("name", name.clone())
        .fact("pem", stock.pem.clone())
        .fact("chain_pem", stock.chain_pem.clone())
        .fact("trust_pem", stock.trust_pem.clone())
        .fact("verify_pem", stock.verify_pem.clone())
        .fact("anchor_pem", stock.anchor_pem.clone())
        .fact("is_root", stock.is_root)
        .fact("depth", stock.depth)
        .fact("plain_subject", stock.plain_subject.clone())
        .fact("common_name", stock.common_name.clone())
        .fact("subject", stock.subject.clone())
        .fact("fingerprint", stock.fingerprint.clone());
    match (&stock.crl_file, &stock.crl_pem) {
        (Some(path), Some(pem)) => facts
            .file("crl_file", file(path, "the revocation lists of", pem))
            .fact("crl_pem", pem.clone()),
        _ => facts.fact("crl_file", ()).fact("crl_pem", ()),
    }
    .into_value()
}
