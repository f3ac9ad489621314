//! Looks at a live TLS endpoint.
//!
//! [`served`] makes one handshake as a client would (TLS 1.2 or 1.3; RFC 5246, RFC 8446) and says
//! what the server showed. It only looks: any certificate is accepted, whoever signed it and
//! whatever it says, but the server has to prove that it holds the certificate's key. [`shown`]
//! waits until a server shows one certificate.
//!
//! A server that has a P-521 key and speaks TLS 1.2 only is out of reach: rustls does not offer that
//! curve for a key exchange, which such a server asks for (RFC 8422 §5.1.1).
//!
//! Nothing here trusts what it sees, and nothing is sent but the handshake.

mod answerer;
mod approach;
mod chain;
mod connection;
mod endpoint;
mod error;
mod examination;
mod finding;
mod http;
mod identity;
mod judgement;
mod looker;
mod parallel;
mod refusal;
mod served;
mod shown;
mod staple;
mod starttls;

pub use answerer::Asked;
pub use approach::{Approach, Then};
pub use chain::{ChainRemark, chain_remarks};
pub use connection::addresses;
pub use endpoint::{Endpoint, EndpointError};
pub use error::ProbeError;
pub use examination::{Admission, Errand, Examination};
pub use finding::{Finding, chain_findings};
pub use http::HttpStatus;
pub use identity::{Identity, IdentityError};
pub use judgement::{Judgement, Trust, judge};
pub use parallel::in_parallel;
pub use refusal::{Refusal, Shown, alert_name};
pub use served::{Handshake, ProtocolVersion, Served, approached, served};
pub use shown::{Patience, shown};
pub use staple::{Staple, StapleError, StapleStatus};
pub use starttls::{StartTls, UnknownStartTls};
