//! The loopback AWS itself.
