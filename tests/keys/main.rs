//! Private keys, judged by openssl, certtool and Python's cryptography.

mod hostile;
mod judges;
mod reading;
mod refusing;
mod writing;
