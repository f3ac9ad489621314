//! Formats of others: Java's key stores and Kubernetes' objects, by the command and by the manifest,
//! judged by those who read them.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../world/mod.rs"]
mod world;

mod java;
mod kubernetes;
mod manifest;

use std::os::unix::fs::PermissionsExt as _;

use world::World;

/// A root, an intermediate below it, a server that it signed, another root, and a password file.
fn world() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn 'Web CA' --key p256 --no-passphrase");
    world.ok("ca init other --cn 'Other CA' --key p256 --no-passphrase");
    world.ok("issue server localhost --san 127.0.0.1 --ca web --key p256");
    world.write("password", "secret0\n");
    world
}

fn mode(world: &World, file: &str) -> u32 {
    world.path(file).metadata().unwrap().permissions().mode() & 0o777
}

fn fingerprint(world: &World, file: &str) -> String {
    world.accepts(&format!(
        "openssl x509 -in {file} -noout -fingerprint -sha256"
    ))
}

fn public_key(world: &World, file: &str) -> String {
    world.accepts(&format!("openssl pkey -in {file} -pubout"))
}
