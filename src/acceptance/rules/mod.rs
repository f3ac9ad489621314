//! The rules, by whom they are of.

pub(super) mod apple;
pub(super) mod aws;
pub(super) mod browsers;
pub(super) mod clients;
pub(super) mod cloud_native;
pub(super) mod java;
pub(super) mod oci;
pub(super) mod openssl_servers;
pub(super) mod rfc5280;
pub(super) mod strict;
pub(super) mod tls;
