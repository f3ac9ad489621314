//! The deeds of the library, with a clock that is an argument.

use certmint::{
    authority::{
        AuthorityError, Filing, Generation, LeafKey, LeafOrder, Order, SigningAuthority, certify,
        issue, itself, named,
        rollover::{
            Insistence, Preparation, Rollover, RolloverRefusal, RolloverStep, Schedule, StepState,
            prepare, retire, switch,
        },
        stands_for,
    },
    key::{KeyFile, KeySpec, PrivateKey},
    profile::{AlternativeNames, Application, CaProfile, LeafKind, LongLife, Profile},
    store::{Actor, AuthorityFile, Shelf, Store, StoreName, files},
    x509::{DistinguishedNameBuilder, Name, PathLength, ProvenKey, San, SanSet, Validity, oid},
};
use time::{Duration, OffsetDateTime, macros::datetime};

const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

fn name(text: &str) -> StoreName {
    text.parse().unwrap()
}

fn subject(common_name: &str) -> Name {
    DistinguishedNameBuilder::new()
        .attribute(oid::COMMON_NAME, common_name)
        .and_then(DistinguishedNameBuilder::build)
        .unwrap()
}

fn store(folder: &std::path::Path, now: OffsetDateTime) -> Store {
    Store::create(folder, &Actor::new("test"), now).unwrap()
}

fn root(store: &mut Store, days: u32, now: OffsetDateTime) {
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let application = Application {
        profile: Profile::Ca(CaProfile {
            path_length: PathLength::AtMost(1),
            name_constraints: None,
        }),
        key: ProvenKey::of(&key),
        subject: subject("Root"),
        alternative_names: AlternativeNames::AsRequested,
        validity: Validity::of_days(now, days).unwrap(),
        long_life: LongLife::Refuse,
        requested: Vec::new(),
        operator: Vec::new(),
    };
    let filing = Filing::Authority {
        name: name("ca"),
        key_pem: key.to_pkcs8_pem(),
    };
    let signer = SigningAuthority::new_root(subject("Root"), key);
    let order = Order {
        application,
        filing,
    };
    certify(store, &signer, order, now).unwrap();
}

/// Whoever signs for a name.
fn signer(store: &Store, ca: &str) -> SigningAuthority {
    let authority = named(store.inventory(), Some(&name(ca))).unwrap();
    let file = store
        .layout()
        .authority_file(authority.name.as_ref().unwrap(), AuthorityFile::Key);
    let key = files::read(&file, files::USUAL_LIMIT).unwrap();
    let key = KeyFile::read(&key).unwrap().unlock(None).unwrap();
    SigningAuthority::of_this_pki(store, &authority, key).unwrap()
}

fn leaf(
    store: &mut Store,
    host: &str,
    days: u32,
    now: OffsetDateTime,
) -> Result<(), AuthorityError> {
    let order = LeafOrder {
        name: name(host),
        kind: LeafKind::Server,
        key: LeafKey::New(KeySpec::P256),
        subject: subject(host),
        names: SanSet::new([San::dns(host).unwrap()]).unwrap(),
        validity: Validity::of_days(now, days).unwrap(),
        long_life: LongLife::Refuse,
        generation: Generation::First,
    };
    let signer = signer(store, "ca");
    issue(store, &signer, order, now).map(|_| ())
}

fn rollover(store: &Store, now: OffsetDateTime) -> Rollover {
    let old = itself(store.inventory(), Some(&name("ca"))).unwrap();
    Rollover::of(store.inventory(), &old, now).unwrap()
}

fn refusal(error: AuthorityError) -> RolloverRefusal {
    match error {
        AuthorityError::Rollover(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[test]
fn the_dates_come_from_the_ends_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path(), START);
    root(&mut store, 3650, START);
    leaf(&mut store, "a.example", 200, START).unwrap();
    leaf(&mut store, "b.example", 400, START).unwrap();
    let end = START + Duration::days(3650) - Duration::minutes(5) - Duration::SECOND;

    let plan = Schedule::of(&rollover(&store, START), Duration::days(30), START);
    let until = |step| {
        let found = plan.steps.iter().find(|one| one.step == step).unwrap();
        found.until.unwrap()
    };
    // The old CA gives 400 days as long as it has 400 days.
    let switch_by = end - Duration::days(400) + Duration::SECOND;
    assert_eq!(until(RolloverStep::Switch), switch_by);
    assert_eq!(until(RolloverStep::Prepare), switch_by - Duration::days(30));
    assert_eq!(until(RolloverStep::Reissue), end);
    assert!(plan.steps.iter().all(|step| !step.is_late(START)));
    let late = end - Duration::days(410);
    let plan = Schedule::of(&rollover(&store, late), Duration::days(30), late);
    assert!(plan.steps[0].is_late(late));
}

#[test]
fn each_step_waits_for_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path(), START);
    root(&mut store, 3650, START);
    leaf(&mut store, "a.example", 200, START).unwrap();

    let begun = START + Duration::days(10);
    let found = rollover(&store, begun);
    assert_eq!(found.next(begun), Some(RolloverStep::Prepare));
    let none = switch(&mut store, &found, Insistence::Yes, begun).unwrap_err();
    assert!(matches!(refusal(none), RolloverRefusal::NoSuccessor { .. }));
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let order = Preparation {
        name: name("ca-2"),
        subject: subject("Root"),
        key_pem: key.to_pkcs8_pem(),
        key,
        validity: Validity::of_days(begun, 3650).unwrap(),
        wait: Duration::days(30),
    };
    let old = signer(&store, "ca");
    let made = prepare(&mut store, &found, order, &old, begun).unwrap();
    assert_eq!(made.cross.made.len(), 2);

    // Distribution: thirty days, to the second.
    let over = begun + Duration::days(30);
    let early = over - Duration::SECOND;
    let found = rollover(&store, early);
    assert_eq!(found.next(early), Some(RolloverStep::Distribute));
    let refused = switch(&mut store, &found, Insistence::No, early).unwrap_err();
    assert!(matches!(
        refusal(refused),
        RolloverRefusal::Distributing { days_left: 1, .. }
    ));
    // Who would sign the certificate now.
    let signer_now = |store: &Store| {
        let inventory = store.inventory();
        let current = inventory.current(Shelf::Certificates, &name("a.example"));
        let issuer = current.unwrap().unwrap().issuer.unwrap();
        stands_for(inventory, issuer).unwrap().name
    };
    assert_eq!(signer_now(&store), Some(name("ca")));
    let found = rollover(&store, over);
    assert_eq!(found.next(over), Some(RolloverStep::Switch));
    let too_soon = retire(&mut store, &found, Insistence::Yes, over).unwrap_err();
    assert!(matches!(
        refusal(too_soon),
        RolloverRefusal::NotSwitched { .. }
    ));
    switch(&mut store, &found, Insistence::No, over).unwrap();
    // Twice is once.
    let again = rollover(&store, over);
    switch(&mut store, &again, Insistence::No, over).unwrap();

    assert_eq!(signer_now(&store), Some(name("ca-2")));

    let found = rollover(&store, over);
    assert_eq!(found.next(over), Some(RolloverStep::Reissue));
    let in_use = retire(&mut store, &found, Insistence::No, over).unwrap_err();
    assert!(matches!(refusal(in_use), RolloverRefusal::InUse { .. }));
    // When the last certificate has ended nothing is left to make anew.
    let ended = START + Duration::days(201);
    let found = rollover(&store, ended);
    assert_eq!(found.next(ended), Some(RolloverStep::Retire));
    retire(&mut store, &found, Insistence::No, ended).unwrap();
    let found = rollover(&store, ended);
    assert_eq!(found.next(ended), None);
    let plan = Schedule::of(&found, Duration::days(30), ended);
    let done = |step: &certmint::authority::rollover::ScheduledStep| {
        matches!(step.state, StepState::Done(_))
    };
    assert!(plan.steps.iter().all(done), "{plan:#?}");
}

#[test]
fn the_old_key_signs_no_certificate_after_the_switch() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path(), START);
    root(&mut store, 3650, START);
    let old = signer(&store, "ca");
    let key = PrivateKey::generate(KeySpec::P256).unwrap();
    let order = Preparation {
        name: name("ca-2"),
        subject: subject("Root"),
        key_pem: key.to_pkcs8_pem(),
        key,
        validity: Validity::of_days(START, 3650).unwrap(),
        wait: Duration::ZERO,
    };
    let found = rollover(&store, START);
    prepare(&mut store, &found, order, &old, START).unwrap();
    let found = rollover(&store, START);
    switch(&mut store, &found, Insistence::No, START).unwrap();
    leaf(&mut store, "a.example", 200, START).unwrap();
    let authority = itself(store.inventory(), Some(&name("ca"))).unwrap();
    let file = store
        .layout()
        .authority_file(&name("ca"), AuthorityFile::Key);
    let key = files::read(&file, files::USUAL_LIMIT).unwrap();
    let key = KeyFile::read(&key).unwrap().unlock(None).unwrap();
    let old = SigningAuthority::of_this_pki(&store, &authority, key).unwrap();
    let order = LeafOrder {
        name: name("b.example"),
        kind: LeafKind::Server,
        key: LeafKey::New(KeySpec::P256),
        subject: subject("b.example"),
        names: SanSet::new([San::dns("b.example").unwrap()]).unwrap(),
        validity: Validity::of_days(START, 30).unwrap(),
        long_life: LongLife::Refuse,
        generation: Generation::First,
    };
    let refused = issue(&mut store, &old, order, START).unwrap_err();
    assert!(matches!(refused, AuthorityError::Succeeded(_)), "{refused}");
    assert!(refused.hint().unwrap().contains("ca-2"));
}
