use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::params_from_iter;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::store::name::{Shelf, StoreName};
use crate::x509::RevocationReason;

struct Bench {
    // Kept for its drop.
    _folder: TempDir,
    inventory: Inventory,
    authority: AuthorityId,
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

fn name(name: &str) -> StoreName {
    name.parse().unwrap()
}

fn authority(subject: &str) -> NewAuthority {
    NewAuthority {
        name: None,
        subject: subject.into(),
        subject_der: subject.as_bytes().to_vec(),
        key_id: vec![1; 20],
        certificate_der: subject.as_bytes().to_vec(),
        not_before: now(),
        not_after: now() + Duration::days(3650),
        created_at: now(),
    }
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let mut inventory = Inventory::open_to_write(
        &folder.path().join("inventory.sqlite"),
        &Actor::new("test"),
        now(),
    )
    .unwrap();
    let authority = inventory.add_authority(&authority("CN=test")).unwrap();
    Bench {
        _folder: folder,
        inventory,
        authority,
    }
}

impl Bench {
    fn new_record(&self, number: u32, placement: Placement) -> NewRecord {
        NewRecord {
            issuer: RecordIssuer::Authority(self.authority),
            serial: [&[0x11], number.to_be_bytes().as_slice()].concat(),
            kind: CertificateKind::Server,
            placement,
            subject: format!("CN=host{number}"),
            subject_der: vec![0x30, 0],
            sans: vec![
                SanText {
                    kind: SanKind::Dns,
                    value: format!("host{number}.example.com"),
                },
                SanText {
                    kind: SanKind::Ip,
                    value: format!("10.0.0.{}", number % 250),
                },
            ],
            not_before: now(),
            not_after: now() + Duration::days(i64::from(number % 100)),
            key_id: vec![2; 20],
            public_key_sha256: [3; 32],
            to_be_signed: [&[0x30, 4], number.to_be_bytes().as_slice()].concat(),
            recorded_at: now(),
        }
    }

    fn record(&mut self, number: u32, placement: Placement) -> Result<Recorded, StoreError> {
        let record = self.new_record(number, placement);
        self.inventory
            .record(&[record])
            .map(|mut recorded| recorded.remove(0))
    }

    fn issue(&mut self, number: u32, placement: Placement) -> Recorded {
        let recorded = self.record(number, placement).unwrap();
        self.inventory
            .seal(&[sealing(recorded.id, number)])
            .unwrap();
        recorded
    }

    fn state(&self, id: RecordId) -> State {
        let row = self.inventory.by_id(id).unwrap().unwrap();
        row.status.state()
    }
}

fn sealing(id: RecordId, number: u32) -> Sealing {
    let tbs = [&[0x30, 4], number.to_be_bytes().as_slice()].concat();
    let mut certificate_der = vec![0x30, u8::try_from(tbs.len()).unwrap() + 2];
    certificate_der.extend_from_slice(&tbs);
    certificate_der.extend_from_slice(&[5, 0]);
    Sealing {
        id,
        certificate_der,
        issued_at: now(),
        activation: ActivationNeed::Nothing,
        succession: Succession::None,
    }
}

#[test]
fn what_was_recorded_comes_back_as_it_was() {
    let mut bench = bench();
    let recorded = bench
        .record(7, Placement::NewCertificate(name("flb")))
        .unwrap();
    let waiting = bench.inventory.by_id(recorded.id).unwrap().unwrap();
    assert_eq!(waiting.status, Status::Recorded);
    assert_eq!(bench.inventory.certificate_der(recorded.id).unwrap(), None);

    let sealing = sealing(recorded.id, 7);
    bench
        .inventory
        .seal(std::slice::from_ref(&sealing))
        .unwrap();
    let row = bench.inventory.by_id(recorded.id).unwrap().unwrap();
    let new = bench.new_record(7, Placement::Elsewhere);
    assert_eq!(row.serial, new.serial);
    assert_eq!(row.sans, new.sans);
    assert_eq!(row.subject, "CN=host7");
    assert_eq!(row.not_after, new.not_after);
    assert_eq!(row.issuer, Some(bench.authority));
    assert_eq!(row.place, recorded.place);
    let fingerprint = row.status.signed().unwrap().fingerprint;
    assert_eq!(fingerprint, sha256(&sealing.certificate_der));
    assert_eq!(
        bench.inventory.certificate_der(recorded.id).unwrap(),
        Some(sealing.certificate_der)
    );
    let found = bench.inventory.by_fingerprint(&fingerprint).unwrap();
    assert_eq!(found.as_ref(), Some(&row));
    // However the serial number is written.
    let padded = [&[0, 0], row.serial.as_slice()].concat();
    let by_serial = bench.inventory.by_serial(&padded).unwrap();
    assert_eq!(by_serial, std::slice::from_ref(&row));
    let current = bench.inventory.current(Shelf::Certificates, &name("flb"));
    assert_eq!(current.unwrap(), Some(row));
}

#[test]
fn a_serial_number_is_used_once_by_an_issuer() {
    let mut bench = bench();
    let first = bench.record(1, Placement::Elsewhere).unwrap();
    bench.inventory.mark_lost(&[first.id], now()).unwrap();
    for padding in [0, 1, 3] {
        let mut again = bench.new_record(1, Placement::Elsewhere);
        again.serial = [vec![0; padding], again.serial].concat();
        let refused = bench.inventory.record(&[again]).unwrap_err();
        assert!(
            matches!(&refused, StoreError::SerialTaken { serial } if serial == "1100000001"),
            "{refused}"
        );
    }
    let other = bench
        .inventory
        .add_authority(&authority("CN=other"))
        .unwrap();
    let mut by_other = bench.new_record(1, Placement::Elsewhere);
    by_other.issuer = RecordIssuer::Authority(other);
    bench.inventory.record(&[by_other]).unwrap();
    // A batch is recorded whole or not at all.
    let batch = [2, 3, 1].map(|number| bench.new_record(number, Placement::Elsewhere));
    bench.inventory.record(&batch).unwrap_err();
    assert_eq!(bench.inventory.count(&Filter::default()).unwrap(), 2);
}

#[test]
fn serial_numbers_have_1_to_64_octets() {
    let mut bench = bench();
    for (octets, good) in [(0, false), (1, true), (64, true), (65, false)] {
        let mut record = bench.new_record(1, Placement::Elsewhere);
        record.serial = vec![0x7f; octets];
        assert_eq!(bench.inventory.record(&[record]).is_ok(), good, "{octets}");
        let found = bench.inventory.by_serial(&vec![0x7f; octets]);
        assert_eq!(found.is_ok(), good, "{octets}");
    }
}

#[test]
fn an_unknown_issuer_is_refused() {
    let mut bench = bench();
    let mut record = bench.new_record(1, Placement::Elsewhere);
    record.issuer = RecordIssuer::Authority(AuthorityId(99));
    let refused = bench.inventory.record(&[record]).unwrap_err();
    assert!(matches!(refused, StoreError::AuthorityUnknown { id: 99 }));
}

#[test]
fn a_name_is_given_once() {
    let mut bench = bench();
    let new = || Placement::NewCertificate(name("flb"));
    let first = bench.record(1, new()).unwrap();
    let refused = bench.record(2, new()).unwrap_err();
    assert!(matches!(refused, StoreError::NameBusy { .. }), "{refused}");
    // What is lost frees its name, but not its generation.
    bench.inventory.mark_lost(&[first.id], now()).unwrap();
    let second = bench.issue(3, new());
    assert_eq!(second.place.unwrap().generation, 2);
    for spelling in ["flb", "FLB"] {
        let placement = Placement::NewCertificate(name(spelling));
        let refused = bench.record(4, placement).unwrap_err();
        assert!(matches!(refused, StoreError::NameTaken { .. }), "{refused}");
        assert!(refused.hint().unwrap().contains("renew"));
    }
    // The other shelf has its own names.
    bench.issue(5, Placement::NewAuthority(name("flb")));
    bench
        .record(6, Placement::NewAuthority(name("flb")))
        .unwrap_err();
    let twice = [7, 8].map(|number| bench.new_record(number, Placement::NewCertificate(name("x"))));
    bench.inventory.record(&twice).unwrap_err();
}

#[test]
fn a_renewal_supersedes_what_it_replaces() {
    let mut bench = bench();
    let next = || Placement::NextGeneration(name("FLB"));
    let refused = bench.record(1, next()).unwrap_err();
    assert!(
        matches!(refused, StoreError::NameUnknown { .. }),
        "{refused}"
    );
    let first = bench.issue(1, Placement::NewCertificate(name("flb")));
    let second = bench.issue(2, next());
    let third = bench.issue(3, next());
    let place = third.place.clone().unwrap();
    assert_eq!((place.name, place.generation), (name("flb"), 3));
    bench.inventory.mark_filed(&[first.id], now()).unwrap();
    assert_eq!(bench.state(first.id), State::Issued);
    // In the wrong order, as two processes may.
    bench.inventory.mark_filed(&[third.id], now()).unwrap();
    bench.inventory.mark_filed(&[second.id], now()).unwrap();
    let states = [first.id, second.id, third.id].map(|id| bench.state(id));
    assert_eq!(
        states,
        [State::Superseded, State::Superseded, State::Issued]
    );
    assert!(bench.inventory.unfiled().unwrap().is_empty());
}

#[test]
fn only_what_was_recorded_is_sealed_and_only_once() {
    let mut bench = bench();
    let recorded = bench.record(1, Placement::Elsewhere).unwrap();
    let refused = bench
        .inventory
        .seal(&[sealing(recorded.id, 2)])
        .unwrap_err();
    assert!(matches!(refused, StoreError::NotTheRecorded { .. }));
    for nonsense in [vec![], vec![0x30], vec![0x30, 0x84], vec![4, 8, 0x30, 4]] {
        let nonsense = Sealing {
            certificate_der: nonsense,
            ..sealing(recorded.id, 1)
        };
        bench.inventory.seal(&[nonsense]).unwrap_err();
    }
    bench.inventory.seal(&[sealing(recorded.id, 1)]).unwrap();
    let refused = bench
        .inventory
        .seal(&[sealing(recorded.id, 1)])
        .unwrap_err();
    assert!(matches!(refused, StoreError::NotRecorded { .. }));
    let refused = bench
        .inventory
        .mark_lost(&[recorded.id], now())
        .unwrap_err();
    assert!(matches!(refused, StoreError::NotRecorded { .. }));
    let lost = bench.record(2, Placement::Elsewhere).unwrap();
    bench.inventory.mark_lost(&[lost.id], now()).unwrap();
    bench.inventory.seal(&[sealing(lost.id, 2)]).unwrap_err();
}

#[test]
fn a_root_becomes_an_authority_when_it_is_signed() {
    let mut bench = bench();
    let mut root = bench.new_record(1, Placement::NewAuthority(name("ca")));
    root.issuer = RecordIssuer::Itself;
    root.kind = CertificateKind::Ca;
    let recorded = bench.inventory.record(&[root]).unwrap().remove(0);
    let by_name = |inventory: &Inventory| inventory.authority_by_name(&name("ca")).unwrap();
    assert_eq!(by_name(&bench.inventory), None);
    let sealing = sealing(recorded.id, 1);
    bench
        .inventory
        .seal(std::slice::from_ref(&sealing))
        .unwrap();
    let authority = by_name(&bench.inventory).unwrap();
    assert_eq!(authority.certificate_der, sealing.certificate_der);
    assert_eq!(authority.subject, "CN=host1");
    let row = bench.inventory.by_id(recorded.id).unwrap().unwrap();
    assert_eq!(row.issuer, Some(authority.id));
    // Its serial number is now one that it has used.
    bench.authority = authority.id;
    let refused = bench.record(1, Placement::Elsewhere).unwrap_err();
    assert!(matches!(refused, StoreError::SerialTaken { .. }));
    assert_eq!(bench.inventory.authorities().unwrap().len(), 2);
}

#[test]
fn an_adopted_authority_is_one_authority() {
    let mut bench = bench();
    assert_eq!(
        bench
            .inventory
            .add_authority(&authority("CN=test"))
            .unwrap(),
        bench.authority
    );
    let named = |text| NewAuthority {
        name: Some(name(text)),
        ..authority("CN=test")
    };
    assert_eq!(
        bench.inventory.add_authority(&named("ca")).unwrap(),
        bench.authority
    );
    assert_eq!(
        bench.inventory.add_authority(&named("ca")).unwrap(),
        bench.authority
    );
    bench.inventory.add_authority(&named("cb")).unwrap_err();
    bench
        .record(1, Placement::NewAuthority(name("CA")))
        .unwrap_err();
    bench.issue(1, Placement::NewAuthority(name("made")));
    let other = NewAuthority {
        name: Some(name("made")),
        ..authority("CN=other")
    };
    bench.inventory.add_authority(&other).unwrap_err();
}

#[test]
fn the_database_refuses_rows_that_cannot_be() {
    let mut bench = bench();
    let id = bench.issue(1, Placement::Elsewhere).id.number();
    let connection = &bench.inventory.connection;
    for impossible in [
        "state = 'revoked'",
        "revoked_at = 1",
        "fingerprint = NULL",
        "state = 'recorded'",
        "state = 'other'",
        "name = 'x'",
        "fingerprint = x'00'",
    ] {
        let sql = format!("UPDATE certificate SET {impossible} WHERE id = {id}");
        assert!(connection.execute(&sql, []).is_err(), "{impossible}");
    }
    let revoke = "UPDATE certificate SET state = 'revoked', revoked_at = 1, revocation_reason = 4";
    connection.execute(revoke, []).unwrap();
    let row = bench.inventory.by_id(RecordId(id)).unwrap().unwrap();
    assert!(matches!(
        row.status,
        Status::Revoked {
            reason: RevocationReason::Superseded,
            signed: Some(_),
            ..
        }
    ));
}

/// A few hundred rows of all kinds.
fn populated(rows: u32) -> Bench {
    let mut bench = bench();
    let other = bench
        .inventory
        .add_authority(&authority("CN=other"))
        .unwrap();
    let records: Vec<_> = (0..rows)
        .map(|number| {
            let placement = match number % 3 {
                0 => Placement::Elsewhere,
                _ => Placement::NewCertificate(name(&format!("n{number}"))),
            };
            let mut record = bench.new_record(number, placement);
            record.kind = match number % 5 {
                0 => CertificateKind::Client,
                1 => CertificateKind::Peer,
                _ => CertificateKind::Server,
            };
            if number % 4 == 0 {
                record.issuer = RecordIssuer::Authority(other);
            }
            record
        })
        .collect();
    let recorded = bench.inventory.record(&records).unwrap();
    let sealings: Vec<_> = (0..rows)
        .zip(&recorded)
        .filter(|(number, _)| number % 7 != 0)
        .map(|(number, recorded)| sealing(recorded.id, number))
        .collect();
    bench.inventory.seal(&sealings).unwrap();
    bench
}

/// A filter, and the same as a condition on what is listed.
type Twofold = (Filter, fn(&Row) -> bool);

fn some_filters(bench: &Bench) -> Vec<Twofold> {
    let day = now() + Duration::days(50);
    let all = Filter::default;
    vec![
        (all(), |_| true),
        (
            Filter {
                name: Some(TextMatch::StartingWith("N1".into())),
                ..all()
            },
            |row| {
                row.place
                    .as_ref()
                    .is_some_and(|place| place.name.to_string().starts_with("n1"))
            },
        ),
        (
            Filter {
                name: Some(TextMatch::Exactly("n10".into())),
                ..all()
            },
            |row| row.subject == "CN=host10",
        ),
        (
            Filter {
                subject: Some(TextMatch::StartingWith("CN=host2".into())),
                ..all()
            },
            |row| row.subject.starts_with("CN=host2"),
        ),
        (
            Filter {
                san: Some(TextMatch::Exactly("HOST11.example.com".into())),
                ..all()
            },
            |row| row.subject == "CN=host11",
        ),
        (
            Filter {
                san: Some(TextMatch::StartingWith("10.0.0.1".into())),
                ..all()
            },
            |row| row.sans[1].value.starts_with("10.0.0.1"),
        ),
        (
            Filter {
                state: Some(State::Issued),
                ..all()
            },
            |row| row.status.state() == State::Issued,
        ),
        (
            Filter {
                state: Some(State::Recorded),
                kind: Some(CertificateKind::Server),
                ..all()
            },
            |row| row.status.state() == State::Recorded && row.kind == CertificateKind::Server,
        ),
        (
            Filter {
                shelf: Some(Shelf::Certificates),
                issuers: vec![bench.authority],
                ..all()
            },
            |row| row.place.is_some() && row.issuer.unwrap().number() == 1,
        ),
        (
            Filter {
                ends_from: Some(day),
                ends_before: Some(day + Duration::days(10)),
                state: Some(State::Issued),
                ..all()
            },
            |row| {
                let days = (row.not_after - now()).whole_days();
                row.status.state() == State::Issued && (50..60).contains(&days)
            },
        ),
    ]
}

const SORTS: [Sort; 5] = [
    Sort::Recorded,
    Sort::Name,
    Sort::Subject,
    Sort::Serial,
    Sort::NotAfter,
];

fn key(sort: Sort, row: &Row) -> (i64, String) {
    match sort {
        Sort::Recorded => (0, String::new()),
        Sort::Name => {
            let name = row.place.as_ref().map(|place| place.name.to_string());
            (0, name.unwrap_or_default())
        }
        Sort::Subject => (0, row.subject.clone()),
        Sort::Serial => {
            let octets = row.serial.iter().map(|octet| format!("{octet:02x}"));
            (0, octets.collect())
        }
        Sort::NotAfter => (row.not_after.unix_timestamp(), String::new()),
    }
}

#[test]
fn lists_have_what_the_filter_asks_for_in_order() {
    // Below and above the number of rows that changes the plan.
    for rows in [300, 8_000] {
        let bench = populated(rows);
        let all = bench.inventory.list(&Query::default()).unwrap();
        assert_eq!(all.len(), usize::try_from(rows).unwrap());
        for (filter, meets) in some_filters(&bench) {
            let mut expected: Vec<_> = all.iter().filter(|row| meets(row)).collect();
            assert!(!expected.is_empty(), "{filter:?}");
            let count = bench.inventory.count(&filter).unwrap();
            assert_eq!(count, u64::try_from(expected.len()).unwrap(), "{filter:?}");
            for sort in SORTS {
                expected.sort_by_key(|row| (key(sort, row), row.id));
                for order in [Order::Ascending, Order::Descending] {
                    let query = Query {
                        filter: filter.clone(),
                        sort,
                        order,
                        limit: Some(20),
                        offset: 3,
                    };
                    let listed = bench.inventory.list(&query).unwrap();
                    let page = match order {
                        Order::Ascending => expected.iter().skip(3).take(20).collect::<Vec<_>>(),
                        Order::Descending => expected.iter().rev().skip(3).take(20).collect(),
                    };
                    let ids = |rows: &[&Row]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
                    let page: Vec<&Row> = page.into_iter().copied().collect();
                    let listed: Vec<&Row> = listed.iter().collect();
                    assert_eq!(ids(&listed), ids(&page), "{rows} {query:?}");
                }
            }
        }
    }
}

/// What every opening looks for is found without looking at what is filed.
#[test]
fn what_is_left_to_do_is_found_by_an_index() {
    let bench = populated(300);
    for (columns, condition, index) in [
        (row::COLUMNS, super::query::UNFILED, "certificate_unfiled"),
        ("1", "state = 'recorded'", "certificate_by_state"),
    ] {
        let sql = format!("EXPLAIN QUERY PLAN SELECT {columns} FROM certificate WHERE {condition}");
        let mut explain = bench.inventory.connection.prepare(&sql).unwrap();
        let steps: Vec<String> = explain
            .query_map([], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(steps.join("; ").contains(index), "{condition}: {steps:?}");
    }
}

#[test]
fn every_list_is_led_by_an_index() {
    let steps = |bench: &Bench, query: &Query| -> Vec<String> {
        let plan = bench.inventory.plan(query).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", plan.sql);
        let mut explain = bench.inventory.connection.prepare(&sql).unwrap();
        let steps = explain
            .query_map(params_from_iter(plan.values), |row| row.get(3))
            .unwrap();
        steps.collect::<Result<_, _>>().unwrap()
    };
    for rows in [300, 8_000] {
        let bench = populated(rows);
        let total = u64::from(rows);
        for (filter, _) in some_filters(&bench) {
            let unfiltered = filter == Filter::default();
            let count = bench.inventory.count(&filter).unwrap();
            for sort in SORTS {
                for order in [Order::Ascending, Order::Descending] {
                    let query = Query {
                        filter: filter.clone(),
                        sort,
                        order,
                        limit: Some(20),
                        offset: 0,
                    };
                    let steps = steps(&bench, &query);
                    let text = steps.join("; ");
                    // A walk along an index, or along the table in its own order for Recorded, is
                    // what a page that few rows are passed over for needs.
                    let leads = &steps[0];
                    assert!(
                        leads.contains("USING") || sort == Sort::Recorded,
                        "{query:?}: {text}"
                    );
                    let sorts = text.contains("TEMP B-TREE");
                    assert!(!(unfiltered && sorts), "{query:?}: {text}");
                    // Only what few rows meet is ever sorted.
                    let by_text =
                        filter.name.is_some() || filter.subject.is_some() || filter.san.is_some();
                    assert!(!sorts || count <= 5_000 || by_text, "{query:?}: {text}");
                    assert!(!sorts || leads.contains("SEARCH"), "{query:?}: {text}");
                    assert!(
                        total > 5_000 || unfiltered || leads.contains("SEARCH"),
                        "{text}"
                    );
                }
            }
        }
    }
}

#[test]
fn each_thing_to_look_for_has_its_index() {
    let bench = populated(8_000);
    let explain = |filter: Filter, sort| {
        let query = Query {
            filter,
            sort,
            limit: Some(20),
            ..Query::default()
        };
        let plan = bench.inventory.plan(&query).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", plan.sql);
        let mut explain = bench.inventory.connection.prepare(&sql).unwrap();
        let mut rows = explain.query(params_from_iter(plan.values)).unwrap();
        let mut text = String::new();
        while let Some(row) = rows.next().unwrap() {
            text.push_str(&row.get::<_, String>(3).unwrap());
            text.push('\n');
        }
        text
    };
    let all = Filter::default;
    let exactly = |text: &str| Some(TextMatch::Exactly(text.into()));
    let sought = [
        (
            Filter {
                name: exactly("n1"),
                ..all()
            },
            "certificate_by_name",
        ),
        (
            Filter {
                subject: exactly("CN=host1"),
                ..all()
            },
            "certificate_by_subject",
        ),
        (
            Filter {
                san: exactly("host1.example.com"),
                ..all()
            },
            "san_by_value",
        ),
        (
            Filter {
                serial: Some(vec![1]),
                ..all()
            },
            "certificate_by_serial",
        ),
        (
            Filter {
                fingerprint: Some([0; 32]),
                ..all()
            },
            "(fingerprint=?)",
        ),
        (
            Filter {
                state: Some(State::Lost),
                ..all()
            },
            "certificate_by_state",
        ),
        (
            Filter {
                kind: Some(CertificateKind::Ca),
                ..all()
            },
            "certificate_by_kind",
        ),
        (
            Filter {
                issuers: vec![AuthorityId(2)],
                ..all()
            },
            "certificate_by_authority",
        ),
        (
            Filter {
                ends_before: Some(now()),
                ..all()
            },
            "certificate_by_not_after",
        ),
    ];
    for (filter, index) in sought {
        let text = explain(filter.clone(), Sort::Name);
        assert!(text.contains(index), "{filter:?}: {text}");
    }
    let sorted = HashMap::from([
        ("certificate_by_name", Sort::Name),
        ("certificate_by_subject", Sort::Subject),
        ("certificate_by_serial", Sort::Serial),
        ("certificate_by_not_after", Sort::NotAfter),
    ]);
    for (index, sort) in sorted {
        let text = explain(all(), sort);
        assert!(text.contains(index) && !text.contains("TEMP"), "{text}");
        // What most rows have does not make them all be sorted.
        let issued = Filter {
            state: Some(State::Issued),
            ..all()
        };
        let text = explain(issued, sort);
        let by_state = "certificate_by_state";
        let leads = if sort == Sort::NotAfter {
            by_state
        } else {
            index
        };
        assert!(text.contains(leads) && !text.contains("TEMP"), "{text}");
    }
}

#[test]
fn a_long_list_can_be_left_early() {
    let bench = populated(300);
    let mut seen = 0;
    let left = |_| {
        seen += 1;
        match seen {
            10 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    bench.inventory.for_each(&Query::default(), left).unwrap();
    assert_eq!(seen, 10);
}

#[test]
fn an_older_inventory_is_brought_up_to_date_and_its_log_begins_with_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inventory.sqlite");
    let older = Connection::open(&path).unwrap();
    older.execute_batch(schema::FIRST).unwrap();
    older
        .execute_batch(
            "INSERT INTO authority VALUES (1, 'ca', 'CN=ca', x'3000', x'01', x'3000',
                 zeroblob(32), 0, 9, 0);
             INSERT INTO certificate (id, authority_id, serial, state, kind, subject, subject_der,
                 not_before, not_after, key_id, public_key_sha256, fingerprint, recorded_at,
                 issued_at)
             VALUES (7, 1, x'11', 'issued', 'server', 'CN=a', x'3000', 0, 9, x'01',
                 zeroblob(32), zeroblob(32), 0, 0);",
        )
        .unwrap();
    older
        .pragma_update(None, "application_id", schema::APPLICATION_ID)
        .unwrap();
    older.pragma_update(None, "user_version", 1).unwrap();
    drop(older);

    assert!(matches!(
        Inventory::open_to_read(&path).unwrap_err(),
        StoreError::OlderSchema { found: 1, .. }
    ));
    let inventory = Inventory::open_to_write(&path, &Actor::new("test"), now()).unwrap();
    let mut entries = Vec::new();
    inventory
        .for_each_audit_entry(1, |entry| {
            entries.push(entry);
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].deed, Deed::Begin.word());
    assert!(
        entries[0].details.contains("\"certificates\":1"),
        "{entries:?}"
    );
    assert_eq!(entries[0].hash, entries[0].computed_hash());
    assert_eq!(inventory.audit_head().unwrap(), (1, entries[0].hash));
    assert_eq!(inventory.count(&Filter::default()).unwrap(), 1);
}

#[test]
fn every_deed_has_its_entry_in_an_unbroken_chain() {
    let mut bench = bench();
    let first = bench.issue(1, Placement::NewCertificate(name("flb"))).id;
    let next = Placement::NextGeneration(name("flb"));
    let second = bench.issue(2, next).id;
    let lost = bench.record(3, Placement::Elsewhere).unwrap();
    bench.inventory.mark_lost(&[lost.id], now()).unwrap();
    bench.inventory.mark_filed(&[first, second], now()).unwrap();
    bench
        .inventory
        .activate(&name("flb"), 1, ActivationNeed::Nothing, now())
        .unwrap();
    let revocation = |id, reason| Revocation {
        id,
        reason,
        at: now(),
    };
    let hold = revocation(second, RevocationReason::CertificateHold);
    bench.inventory.revoke(&[hold], now()).unwrap();
    bench.inventory.release(&[second], now()).unwrap();
    let compromised = revocation(second, RevocationReason::KeyCompromise);
    bench.inventory.revoke(&[compromised], now()).unwrap();
    bench.inventory.revoke(&[compromised], now()).unwrap_err();
    bench.inventory.release(&[second], now()).unwrap_err();

    let mut previous = [0; 32];
    let mut deeds = Vec::new();
    bench
        .inventory
        .for_each_audit_entry(1, |entry| {
            assert_eq!(entry.previous, previous);
            assert_eq!(entry.hash, entry.computed_hash());
            previous = entry.hash;
            deeds.push(entry.deed);
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert_eq!(
        deeds,
        [
            "adopt", "issue", "issue", "lose", "activate", "revoke", "release", "revoke"
        ]
    );
    assert_eq!(bench.inventory.audit_head().unwrap(), (8, previous));
}

#[test]
fn a_generation_that_is_set_aside_stays_aside() {
    let mut bench = bench();
    let first = bench.issue(1, Placement::NewCertificate(name("flb"))).id;
    let second = bench.issue(2, Placement::NextGeneration(name("flb"))).id;
    bench.inventory.mark_filed(&[first, second], now()).unwrap();
    let current = |bench: &Bench| {
        let row = bench.inventory.current(Shelf::Certificates, &name("flb"));
        row.unwrap().unwrap().id
    };
    assert_eq!(current(&bench), second);
    bench
        .inventory
        .activate(&name("flb"), 1, ActivationNeed::Nothing, now())
        .unwrap();
    assert_eq!(current(&bench), first);
    bench.inventory.mark_filed(&[first], now()).unwrap();
    assert_eq!(current(&bench), first);
    assert_eq!(
        bench.inventory.current_generations(&name("flb")).unwrap(),
        [1]
    );
    let third = bench.issue(3, Placement::NextGeneration(name("flb"))).id;
    bench.inventory.mark_filed(&[third], now()).unwrap();
    assert_eq!(current(&bench), third);
    assert_eq!(
        bench.inventory.current_generations(&name("flb")).unwrap(),
        [3]
    );
    bench
        .inventory
        .activate(&name("flb"), 9, ActivationNeed::Nothing, now())
        .unwrap_err();
}

#[test]
fn what_its_servers_have_yet_to_take_knows_what_they_served_before() {
    let mut bench = bench();
    let first = bench.issue(1, Placement::NewCertificate(name("flb"))).id;
    bench.inventory.mark_filed(&[first], now()).unwrap();
    let renew = |bench: &mut Bench, number| {
        let next = Placement::NextGeneration(name("flb"));
        let recorded = bench.record(number, next).unwrap();
        let sealing = Sealing {
            activation: ActivationNeed::Servers,
            ..sealing(recorded.id, number)
        };
        bench.inventory.seal(&[sealing]).unwrap();
        bench.inventory.mark_filed(&[recorded.id], now()).unwrap();
        recorded.id
    };
    let waiting = |bench: &Bench| {
        let waiting = bench.inventory.activations().unwrap();
        let pairs = waiting.iter().map(|one| (one.id, one.replaces));
        pairs.collect::<Vec<_>>()
    };
    let second = renew(&mut bench, 2);
    assert_eq!(waiting(&bench), [(second, Some(first))]);

    // It was not taken: back to the first, whose servers have to be told too.
    let need = ActivationNeed::Servers;
    bench
        .inventory
        .activate(&name("flb"), 1, need, now())
        .unwrap();
    assert_eq!(waiting(&bench), [(first, None)]);

    // The servers are to try it once more, and then to go back again.
    let need = ActivationNeed::Servers;
    let flb = name("flb");
    bench.inventory.activate(&flb, 2, need, now()).unwrap();
    assert_eq!(waiting(&bench), [(second, Some(first))]);
    bench.inventory.activate(&flb, 1, need, now()).unwrap();
    assert_eq!(waiting(&bench), [(first, None)]);

    // The next one takes the place of what is served, not of what was set aside.
    let third = renew(&mut bench, 3);
    assert_eq!(waiting(&bench), [(third, Some(first))]);
    bench.inventory.end_activation(third, now()).unwrap();
    assert_eq!(waiting(&bench), []);

    // One on top of one that was never taken goes back to what was.
    let fourth = renew(&mut bench, 4);
    let fifth = renew(&mut bench, 5);
    assert_eq!(waiting(&bench), [(fifth, Some(third))]);
    bench.inventory.end_activation(fifth, now()).unwrap();
    assert_ne!(fourth, fifth);
}
