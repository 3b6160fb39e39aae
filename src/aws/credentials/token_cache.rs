//! The files in which `aws sso login` and `aws login` keep their sessions.
