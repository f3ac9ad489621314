//! Who runs the program, for the audit log.

use nix::unistd::{Uid, User, gethostname};

use time::OffsetDateTime;

use crate::{store::Actor, x509::moment_text};

/// `user@host`, as the operating system knows them; who became root with sudo is named besides.
pub(crate) fn actor() -> Actor {
    let uid = Uid::current();
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map_or_else(|| format!("uid {uid}"), |user| user.name);
    let host = gethostname()
        .ok()
        .and_then(|host| host.into_string().ok())
        .unwrap_or_else(|| "unknown".to_owned());
    // Only a hint: anybody can set the variable, and root can be anybody anyway.
    match std::env::var("SUDO_USER") {
        Ok(person) if uid.is_root() && !person.is_empty() && person != user => {
            Actor::new(format!("{user}@{host} (sudo by {person})"))
        }
        _ => Actor::new(format!("{user}@{host}")),
    }
}

/// What a renewal says of itself to others that come meanwhile.
pub(crate) fn renewal_holder(now: OffsetDateTime) -> String {
    format!(
        "{}, process {}, since {}",
        actor().who(),
        std::process::id(),
        moment_text(now)
    )
}
