//! Which secrets a text holds.
