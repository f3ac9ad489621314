//! `[defaults]`

use std::path::PathBuf;

use crate::{
    authority::{KeyChoice, Reload, RenewalWindow},
    key::KeySpec,
    manifest::{certificate::DesiredCertificate, desired::Removed, keys, source::Problems},
    store::StoreName,
    x509::SubjectParts,
};

use super::{
    fields::{Fields, Value},
    reload, subject,
};

/// The longest life that can be ordered, in days: what `--days` takes too.
pub(super) const MOST_DAYS: u32 = 36_500;

/// What holds where an entry says nothing. Kind of key, life, renewal and reload are of leaf
/// certificates; the parts of the subject are of CAs too.
pub(super) struct Defaults {
    pub(super) authority: Option<StoreName>,
    pub(super) key: KeySpec,
    pub(super) days: u32,
    pub(super) renewal: RenewalWindow,
    pub(super) renewal_key: KeyChoice,
    pub(super) reload: Option<Reload>,
    pub(super) crl_days: Option<u32>,
    pub(super) removed: Removed,
    pub(super) subject: SubjectParts,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            authority: None,
            key: DesiredCertificate::KEY,
            days: DesiredCertificate::DAYS,
            renewal: RenewalWindow::default(),
            renewal_key: KeyChoice::default(),
            reload: None,
            crl_days: None,
            removed: Removed::default(),
            subject: SubjectParts::default(),
        }
    }
}

impl Defaults {
    pub(super) fn read(value: &Value<'_>, problems: &mut Problems<'_>) -> Self {
        let usual = Self::default();
        let Some(fields) = value.table(keys::DEFAULTS.keys, "{ days = 825 }", problems) else {
            return usual;
        };
        let removed = [("keep", Removed::Keep), ("revoke", Removed::Revoke)];
        Self {
            authority: fields
                .value("ca")
                .and_then(|value| store_name(&value, problems)),
            key: key(&fields, problems).unwrap_or(usual.key),
            days: days(&fields, "days", problems).unwrap_or(usual.days),
            renewal: renewal(&fields, problems).unwrap_or_default(),
            renewal_key: renewal_key(&fields, problems).unwrap_or_default(),
            reload: reload::read(&fields, problems),
            crl_days: days(&fields, "crl_days", problems),
            removed: fields
                .value("removed")
                .and_then(|value| value.word(&removed, problems))
                .unwrap_or_default(),
            subject: subject::parts(&fields, &SubjectParts::default(), problems),
        }
    }
}

/// `key_file`: where the key is that a new CA or a first certificate is to have.
pub(super) fn key_file(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<PathBuf> {
    let file = fields.value("key_file")?.filled(problems)?;
    Some(PathBuf::from(file))
}

pub(super) fn key(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<KeySpec> {
    let kinds = KeySpec::ALL.map(|kind| (kind.as_str(), kind));
    fields.value("key")?.word(&kinds, problems)
}

pub(super) fn days(
    fields: &Fields<'_>,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> Option<u32> {
    fields.value(key)?.number(1..=MOST_DAYS, problems)
}

pub(super) fn renewal(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<RenewalWindow> {
    days(fields, "renew_days", problems).map(RenewalWindow::Days)
}

pub(super) fn renewal_key(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<KeyChoice> {
    let reuse = fields.value("reuse_key")?.truth(problems)?;
    Some(if reuse {
        KeyChoice::Kept
    } else {
        KeyChoice::New
    })
}

pub(super) fn store_name(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<StoreName> {
    value.parsed("write the NAME of a [ca.NAME]", problems)
}
