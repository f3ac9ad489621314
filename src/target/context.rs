//! What a template sees.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::{
    definition::Target,
    error::TargetError,
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
}

impl Facts {
    /// Takes from the PKI what the settings name.
    pub(super) fn gather(
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
        let authority = |variable: &str, name: &str| {
            stock
                .authority(name, &certificate)
                .map_err(missing(variable))
        };
        let mut authorities: BTreeMap<String, Vec<AuthorityStock>> = BTreeMap::new();
        for (variable, name) in &settings.authorities {
            let found = authority(variable, name)?;
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
                (Some(found), _) => found.iter().map(|one| authority(one, places)).collect(),
                (_, Some(found)) => found
                    .iter()
                    .map(|one| certificate(one, places, keys))
                    .collect(),
                _ => continue,
            };
            let value = match found.as_slice() {
                [only] if !variable.list => only.clone(),
                _ => Value::from(found),
            };
            values.insert(variable.name.clone(), value);
        }
        let certificate = certificate(&self.certificate, places, keys);
        values.insert(
            "name".to_owned(),
            Value::from(self.certificate.name.clone()),
        );
        values.insert("certificate".to_owned(), certificate);
        values.insert("root".to_owned(), authority(&self.root, places));
        values.insert("issuer".to_owned(), authority(&self.issuer, places));
        values.insert("pki".to_owned(), Value::from(places.pki.clone()));
        let files = places.files.clone().map_or(Value::from(()), Value::from);
        values.insert("files".to_owned(), files);
        if let Some(here) = &places.here {
            values.insert("here".to_owned(), Value::from(here.clone()));
        }
        values
    }
}

fn certificate(stock: &CertificateStock, places: &Whereabouts, keys: Keys) -> Value {
    let folder = places.files.as_ref().unwrap_or(&stock.folder);
    let file = |ending: &str| format!("{folder}/{}.{ending}", stock.name);
    let facts = context! {
        name => &stock.name,
        file => file("crt"),
        key_file => file("key"),
        fullchain_file => file("fullchain.crt"),
        chain_file => file("chain.crt"),
        pem => &stock.pem,
        fullchain_pem => &stock.fullchain_pem,
        chain_pem => &stock.chain_pem,
        key_is_encrypted => stock.key_is_encrypted,
        key_kind => &stock.key_kind,
        subject => &stock.subject,
        common_name => &stock.common_name,
        dns_names => &stock.dns_names,
        addresses => &stock.addresses,
        serial => &stock.serial,
        not_before => &stock.not_before,
        not_after => &stock.not_after,
        fingerprint => &stock.fingerprint,
    };
    match (&stock.key_pem, keys) {
        (Some(key), Keys::Shown) => context! { key_pem => key.as_str(), ..facts },
        _ => facts,
    }
}

fn authority(stock: &AuthorityStock, places: &Whereabouts) -> Value {
    let file = |path: &String| match &places.files {
        None => path.clone(),
        Some(folder) => {
            let name = path.rsplit('/').next().unwrap_or(path);
            format!("{folder}/{name}")
        }
    };
    context! {
        name => &stock.name,
        file => file(&stock.file),
        trust_file => file(&stock.trust_file),
        pem => &stock.pem,
        chain_pem => &stock.chain_pem,
        trust_pem => &stock.trust_pem,
        crl_file => stock.crl_file.as_ref().map(file),
        crl_pem => &stock.crl_pem,
        common_name => &stock.common_name,
        subject => &stock.subject,
        fingerprint => &stock.fingerprint,
    }
}
