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

mod connection;
mod endpoint;
mod error;
mod looker;
mod served;
mod shown;

pub use endpoint::{Endpoint, EndpointError};
pub use error::ProbeError;
pub use served::{Handshake, ProtocolVersion, Served, served};
pub use shown::{Patience, shown};
