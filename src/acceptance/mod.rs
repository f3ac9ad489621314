//! What each destination and each client refuses, told before it is met.
//!
//! A [`Destination`] is a server, a load balancer, a cloud's upload or a client; it has [`Rule`]s,
//! which are data: an identifier that stays, the [`Source`] that says so, how much it weighs, and
//! the question that it asks of a [`Case`]: a certificate with everything that goes with it. A
//! [`Finding`] only comes out of a rule, so that none is without its source. [`judge`] tells all
//! at once.
//!
//! A rule looks at what it is given and passes over what it is not: without the private key nothing
//! is said of the key. `docs/acceptance.md` has a table of all rules; `tests/acceptance/` has for
//! each a certificate that passes and the nearest one that does not, and asks the software itself
//! where it can be run.

mod case;
mod checks;
mod destination;
mod error;
mod finding;
mod reading;
mod rule;
mod rules;
mod wish;

pub use case::{Case, Encoding, KeyFacts, Use};
pub use destination::{DESTINATIONS, Destination, Side, USUAL, find};
pub use error::UnknownDestination;
pub use finding::{Finding, judge};
pub use rule::{Rule, Severity, Source};
pub use wish::{Wish, judge_wish};
