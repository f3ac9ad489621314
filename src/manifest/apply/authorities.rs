//! Making and renewing CAs.

use time::OffsetDateTime;

use super::{ApplyError, Secrets, ready_keys::ReadyKeys, signers::Signers};
use crate::{
    authority::{
        CertifiedBy, Filed, Filing, Order, SigningAuthority, certified_by, certify, itself,
        renew_authority,
    },
    key::Protection,
    manifest::DesiredAuthority,
    profile::{AlternativeNames, Application, CaProfile, LongLife, Profile},
    store::{AuthorityId, AuthoritySettings, Store},
    x509::{ProvenKey, Validity},
};

/// Makes a CA: its key, its certificate, its settings.
pub(super) fn make(
    store: &mut Store,
    wanted: &DesiredAuthority,
    keys: &mut ReadyKeys,
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
) -> Result<Filed, ApplyError> {
    let secret = secrets
        .for_new_authority(&wanted.name, &wanted.custody)
        .map_err(ApplyError::Secret)?;
    let unusable = |cause| ApplyError::Key {
        name: wanted.name.clone(),
        cause,
    };
    let key = keys.of_authority(wanted)?;
    let key_pem = match &secret {
        Some(secret) => key
            .to_encrypted_pem(secret, &Protection::default())
            .map_err(unusable)?,
        None => key.to_pkcs8_pem(),
    };
    let order = Order {
        application: Application {
            profile: Profile::Ca(CaProfile {
                path_length: wanted.path_length,
                name_constraints: wanted.name_constraints.clone(),
            }),
            key: ProvenKey::of(&key),
            subject: wanted.subject.clone(),
            alternative_names: AlternativeNames::AsRequested,
            validity: Validity::of_days(now, wanted.days)?,
            long_life: LongLife::Refuse,
            requested: Vec::new(),
            operator: Vec::new(),
        },
        filing: Filing::Authority {
            name: wanted.name.clone(),
            key_pem,
        },
    };
    let filed = match &wanted.issuer {
        None => {
            let signer = SigningAuthority::new_root(wanted.subject.clone(), key);
            let filed = certify(store, &signer, order, now)?;
            signers.remember(&wanted.name, signer.into_key());
            filed
        }
        Some(issuer) => {
            let signer = signers.signer(store, issuer, secrets)?;
            let filed = certify(store, signer, order, now)?;
            signers.remember(&wanted.name, key);
            filed
        }
    };
    if wanted.settings != AuthoritySettings::default()
        && let Some(made) = store.authority_by_name(&wanted.name)?
    {
        store.configure_authority(made.id, &wanted.settings, now)?;
    }
    Ok(filed)
}

/// Gives a CA a new certificate for its name and key.
pub(super) fn renew(
    store: &mut Store,
    wanted: &DesiredAuthority,
    id: AuthorityId,
    signers: &mut Signers<'_>,
    secrets: &mut dyn Secrets,
    now: OffsetDateTime,
) -> Result<Filed, ApplyError> {
    let authority = store
        .inventory()
        .authority(id)?
        .ok_or_else(|| ApplyError::NoAuthority(wanted.name.clone()))?;
    let validity = Validity::of_days(now, wanted.days)?;
    // A certificate that was opened before is not the one that signs from here on.
    signers.forget();
    let filed = match certified_by(store.inventory(), &authority)? {
        CertifiedBy::Itself => {
            let key = signers.key(store, &wanted.name, &authority, secrets)?;
            let signer = SigningAuthority::new_root(wanted.subject.clone(), key);
            let filed = renew_authority(store, &authority, &signer, validity, now)?.filed;
            signers.remember(&wanted.name, signer.into_key());
            filed
        }
        CertifiedBy::Authority(issuer) => {
            let name = issuer.name.clone().unwrap_or_else(|| wanted.name.clone());
            let issuer = itself(store.inventory(), Some(&name))?;
            let key = signers.key(store, &name, &issuer, secrets)?;
            let signer = SigningAuthority::of_this_pki(store, &issuer, key)?;
            let filed = renew_authority(store, &authority, &signer, validity, now)?.filed;
            signers.remember(&name, signer.into_key());
            filed
        }
    };
    signers.forget();
    Ok(filed)
}
