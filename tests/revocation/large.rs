//! Long lists: the memory that it takes to make one is that of its entries, and bounded.
//!
//! The million is `examples/revocation_at_a_million.rs`; here a hundred thousand are enough to tell.

use crate::{pki::sql, world::World};

/// Adds so many revoked serial numbers.
fn revoke(world: &World, count: u32) {
    sql(
        world,
        &format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO certificate (authority_id, serial, state, kind, subject, subject_der,
                 not_before, not_after, key_id, public_key_sha256, recorded_at, revoked_at,
                 revocation_reason)
             SELECT 1, CAST(x'5A' || randomblob(19) AS BLOB), 'revoked', 'client', 'CN = c' || i,
                 x'3000', 0, 4000000000, x'', zeroblob(32), 0, 1700000000 + i, 1 FROM n"
        ),
    );
}

/// Makes the list, for the most memory that the program had meanwhile, in KiB.
fn peak(world: &World) -> u64 {
    const PROGRAM: &str = "
import resource, subprocess, sys
subprocess.run([sys.argv[1], 'crl'], check=True, stdout=subprocess.DEVNULL, env={})
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let printed = world.python(PROGRAM, &[env!("CARGO_BIN_EXE_certmint")]);
    printed.trim().parse().unwrap()
}

#[test]
fn a_long_list_takes_the_memory_of_its_entries() {
    let world = World::with_authority("p256");
    revoke(&world, 10);
    let short = peak(&world);
    revoke(&world, 100_000);
    let long = peak(&world);
    // The entries are four megabytes, in a buffer that doubles; their rows in the inventory are
    // thirty.
    assert!(long < short + 16 * 1024, "{short} KiB, then {long} KiB");
    let text = world.accepts(
        "openssl crl -in pki/crl/ca.crl.der -inform DER -CAfile pki/ca/ca.crt -verify -noout -text",
    );
    let entries = text
        .lines()
        .filter(|line| line.trim().starts_with("Serial Number: 5A"));
    assert_eq!(entries.count(), 100_010);
}
