//! The steps of a CA.

use crate::{
    authority::{AuthorityError, RenewalWindow, is_self_signed},
    ca::Services,
    key::KeySpec,
    manifest::DesiredAuthority,
    store::{AuthoritySettings, Status, StoreName},
    x509::{
        CaCertificate, Certificate, Extension, PathLength, ServiceUrl, name_matching::names_match,
        oid,
    },
};

use super::{known::KnownAuthority, planner::Planner, reason::Reason, step::StepDeed};

impl Planner<'_> {
    pub(super) fn authority(&mut self, wanted: &DesiredAuthority) -> Result<(), AuthorityError> {
        let name = &wanted.name;
        let Some((inventory, known)) = self.surroundings.inventory.zip(self.known.get(name)) else {
            self.new_authority(wanted);
            return Ok(());
        };
        let id = known.row.id;
        let is_sound = match &self.soundness {
            Some(soundness) => soundness.has_authority(name, &known.certificate)?,
            None => true,
        };
        let row = inventory.by_fingerprint(&known.row.fingerprint)?;
        let status = row.as_ref().map(|row| row.status);
        let mut conflicts = conflicts(wanted, known, status)?;
        let mut reasons = Vec::new();
        if let Some(issuer) = &wanted.issuer {
            let signed_by = row.as_ref().and_then(|row| row.issuer);
            match self
                .known
                .other_issuer(&known.certificate, signed_by, issuer)
            {
                Some(Reason::Issuer { from, to }) => conflicts.push((
                    format!("the manifest lets {to} sign it, and {from} has"),
                    "put issuer right, or add another [ca.NAME]".to_owned(),
                )),
                other => reasons.extend(other),
            }
        }
        reasons.extend(self.time(wanted, &known.certificate));
        // One that is rolled over is not renewed: its successor signs.
        if !conflicts.is_empty() || known.row.successor.is_some() {
            reasons.clear();
        }
        let settings = inventory.authority_settings(id)?;
        let changed = changed_settings(&settings, &wanted.settings);
        for (what, remedy) in conflicts {
            self.conflict(name, what, remedy);
        }
        if !reasons.is_empty() {
            self.renewed.insert(name.clone());
            let authority = Box::new(wanted.clone());
            self.step(name, StepDeed::RenewAuthority { authority, id }, reasons);
        } else if !is_sound {
            let deed = StepDeed::RestoreAuthority { id };
            self.step(name, deed, vec![Reason::AuthorityFile]);
        }
        if !changed.is_empty() {
            let settings = wanted.settings.clone();
            self.step(name, StepDeed::Configure { id, settings }, changed);
        }
        Ok(())
    }

    /// A CA that there is not. Two with one subject are one to whoever looks for an issuer, so it is
    /// not made where there is another, and neither is what would be below it.
    fn new_authority(&mut self, wanted: &DesiredAuthority) {
        let name = &wanted.name;
        let other = self.known.with_subject(&wanted.subject).cloned();
        let below_barred = wanted
            .issuer
            .as_ref()
            .is_some_and(|issuer| self.barred.contains(issuer));
        if let Some(other) = &other {
            let remedy = format!(
                "give it another common_name; or, if it is that CA, call it [ca.{other}] again; a new key is made by 'certmint ca rollover plan {other}'"
            );
            self.conflict(name, format!("CA {other} has the same subject"), remedy);
        }
        if other.is_some() || below_barred {
            self.barred.insert(name.clone());
            return;
        }
        let deed = StepDeed::MakeAuthority(Box::new(wanted.clone()));
        self.step(name, deed, vec![Reason::Missing]);
    }

    /// Why a CA is renewed at this time.
    fn time(&self, wanted: &DesiredAuthority, certificate: &Certificate) -> Option<Reason> {
        let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
        let name = wanted.name.to_string();
        let due_at = |window: RenewalWindow| window.due_at(&name, not_before, not_after);
        let time = self.time_of_life(not_before, not_after, due_at(wanted.renewal));
        // Whoever says when wants it then, and shorter lives below.
        if time.is_some() || wanted.renewal != RenewalWindow::LastThird {
            return time;
        }
        let days = self.longest_life_below(&wanted.name)?;
        let half = (not_after - not_before).whole_days() / 2;
        let window = u32::try_from(half).unwrap_or(u32::MAX).min(days);
        (self.now >= due_at(RenewalWindow::Days(window))).then(|| Reason::ShorterThanSigned {
            left: self.days_left(not_after),
            days,
        })
    }

    /// The longest life, in days, of what a CA signs.
    fn longest_life_below(&self, name: &StoreName) -> Option<u32> {
        let authorities = self
            .manifest
            .authorities()
            .iter()
            .filter(|below| below.issuer.as_ref() == Some(name))
            .map(|below| below.days);
        let certificates = self
            .manifest
            .certificates()
            .iter()
            .filter(|below| below.authority == *name)
            .map(|below| below.days);
        authorities.chain(certificates).max()
    }
}

/// What no renewal can bring about: a CA keeps its name and its key.
fn conflicts(
    wanted: &DesiredAuthority,
    known: &KnownAuthority,
    status: Option<Status>,
) -> Result<Vec<(String, String)>, AuthorityError> {
    let certificate = &known.certificate;
    let name = &wanted.name;
    let mut found = Vec::new();
    if !names_match(certificate.subject().as_der(), wanted.subject.as_der()) {
        let what = format!(
            "the manifest calls it {}, and it is {}",
            wanted.subject.openssl_oneline(),
            certificate.subject().openssl_oneline()
        );
        let remedy = "a CA keeps its name: put the manifest right, or add another [ca.NAME]";
        found.push((what, remedy.to_owned()));
    }
    let algorithm = certificate.public_key().algorithm();
    if KeySpec::of(algorithm) != Some(wanted.key) {
        let what = format!(
            "the manifest wants a key {}, and it has {algorithm}",
            wanted.key
        );
        let remedy = format!(
            "put the manifest right, or give it a new key: 'certmint ca rollover plan {name}'"
        );
        found.push((what, remedy));
    }
    let is_root = is_self_signed(certificate);
    if is_root != wanted.issuer.is_none() {
        let (is, wants) = if is_root {
            ("a root", "a subordinate CA")
        } else {
            ("a subordinate CA", "a root")
        };
        let what = format!("the manifest wants {wants}, and it is {is}");
        found.push((
            what,
            "put issuer right, or add another [ca.NAME]".to_owned(),
        ));
    }
    if let Some(Status::Revoked { reason, .. }) = status {
        let what = format!("it is revoked ({reason})");
        found.push((what, "add another [ca.NAME] and let it sign".to_owned()));
    }
    let has = CaCertificate::try_from(certificate.clone())?.path_length();
    if has != wanted.path_length {
        let what = format!(
            "the manifest wants path length {}, and it has {}",
            path_length_text(wanted.path_length),
            path_length_text(has)
        );
        found.push((what, KEEPS_LIMITS.to_owned()));
    }
    let constraints = wanted
        .name_constraints
        .as_ref()
        .map(Extension::name_constraints)
        .transpose()?;
    let has = certificate.extension(&oid::NAME_CONSTRAINTS);
    if has.map(|has| &has.value) != constraints.as_ref().map(|wanted| &wanted.value) {
        let what = "the manifest permits and excludes other names than it does".to_owned();
        found.push((what, KEEPS_LIMITS.to_owned()));
    }
    Ok(found)
}

/// Certificates with the old limits stay valid until they end, and so would what they permit.
const KEEPS_LIMITS: &str =
    "a CA keeps its limits when it is renewed: put the manifest right, or add another [ca.NAME]";

fn path_length_text(length: PathLength) -> String {
    match length {
        PathLength::Unlimited => "unlimited".to_owned(),
        PathLength::AtMost(most) => most.to_string(),
    }
}

fn changed_settings(has: &AuthoritySettings, wanted: &AuthoritySettings) -> Vec<Reason> {
    fn texts(settings: &AuthoritySettings) -> [(&'static str, Option<String>); 4] {
        let AuthoritySettings {
            services:
                Services {
                    crl,
                    ca_issuers,
                    ocsp,
                },
            crl_days,
        } = settings;
        let text = |url: &Option<ServiceUrl>| url.as_ref().map(ServiceUrl::to_string);
        [
            ("crl_url", text(crl)),
            ("ca_issuers_url", text(ca_issuers)),
            ("ocsp_url", text(ocsp)),
            ("crl_days", crl_days.map(|days| days.to_string())),
        ]
    }
    texts(has)
        .into_iter()
        .zip(texts(wanted))
        .filter(|((_, from), (_, to))| from != to)
        .map(|((key, from), (_, to))| Reason::Setting { key, from, to })
        .collect()
}
