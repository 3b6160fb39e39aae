//! Amazon Resource Names, as far as we look into them.

/// The parts of `arn:partition:service:region:account:resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`; `None` where it is not an ARN at all.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut next = || parts.next();
        Some(Self { partition: next()?, service: next()?, region: next()?, account: next()?, resource: next()? })
    }
}
