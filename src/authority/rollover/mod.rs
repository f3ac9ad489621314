//! Rolling a CA over to a new key (RFC 4210 §4.4), step by step.
//!
//! 1. *prepare*: a successor with a key of its own and the same limits; for roots the two
//!    cross-certificates, so that each of the two roots leads to what the other one signed;
//! 2. *distribute*: the new root reaches everybody who trusts the old one;
//! 3. *switch*: the successor signs whatever is asked of the CA;
//! 4. *reissue*: what the old key signed is made anew;
//! 5. *retire*: the old key signs revocation lists only, and nobody has to trust it any more.
//!
//! Every step can be taken again after a crash, and taking one twice changes nothing.

mod prepare;
mod refusal;
mod schedule;
mod state;
mod takeover;

pub use prepare::{CrossCertified, Preparation, Prepared, cross_certify, prepare, successor_name};
pub use refusal::RolloverRefusal;
pub use schedule::{Schedule, ScheduledStep, StepState};
pub use state::{CaLevel, Cross, LeftBehind, Rollover, RolloverStep, rollovers};
pub use takeover::{Insistence, retire, switch};
