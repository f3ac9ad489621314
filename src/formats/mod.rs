//! Foreign formats, bytes to bytes.
