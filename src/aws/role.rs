//! A role to assume, and what STS demands of its parameters, so that a slip is told before any request.

/// What AssumeRole is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `arn:aws:iam::123456789012:role/NAME`
    pub arn: String,
    pub session_name: Option<String>,
    pub external_id: Option<String>,
    /// In seconds; `None` leaves it to AWS (an hour).
    pub duration: Option<i32>,
    /// The MFA device whose code is to be sent.
    pub mfa_serial: Option<String>,
}

/// A parameter that is invalid: which one, and what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidParameter {
    pub parameter: Parameter,
    /// The value, which is no secret.
    pub value: String,
    pub rule: &'static str,
}

/// The parameters of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    Arn,
    SessionName,
    ExternalId,
    Duration,
    MfaSerial,
}

impl Parameter {
    /// Its flag.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Arn => "--role-arn",
            Self::SessionName => "--session-name",
            Self::ExternalId => "--external-id",
            Self::Duration => "--duration",
            Self::MfaSerial => "--mfa-serial",
        }
    }

    /// Its key in a profile.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Arn => "role_arn",
            Self::SessionName => "role_session_name",
            Self::ExternalId => "external_id",
            Self::Duration => "duration_seconds",
            Self::MfaSerial => "mfa_serial",
        }
    }
}

impl Role {
    /// The first parameter that STS would refuse
    /// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
    #[must_use]
    pub fn invalid_parameter(&self) -> Option<InvalidParameter> {
        let wrong = |parameter, value: &str, rule| Some(InvalidParameter { parameter, value: value.to_owned(), rule });
        if !is_role_arn(&self.arn) {
            return wrong(Parameter::Arn, &self.arn, "such an ARN reads arn:aws:iam::ACCOUNT:role/NAME");
        }
        if let Some(name) = self.session_name.as_deref().filter(|name| !is_session_name(name)) {
            return wrong(Parameter::SessionName, name, "2 to 64 letters, digits and characters of _+=,.@-");
        }
        if let Some(id) = self.external_id.as_deref().filter(|id| !fits(id, 2..=1224, "_+=,.@:/-")) {
            return wrong(Parameter::ExternalId, id, "2 to 1224 letters, digits and characters of _+=,.@:/-");
        }
        if let Some(seconds) = self.duration.filter(|seconds| !(900..=43_200).contains(seconds)) {
            return wrong(Parameter::Duration, &seconds.to_string(), "between 900 and 43200 seconds");
        }
        if let Some(serial) = self.mfa_serial.as_deref().filter(|serial| !fits(serial, 9..=256, "_+=/:,.@-")) {
            return wrong(Parameter::MfaSerial, serial, "9 to 256 characters: the device's ARN or serial number");
        }
        None
    }
}

/// Whether `text` reads like the ARN of a role.
#[must_use]
pub fn is_role_arn(text: &str) -> bool {
    let arn = crate::aws::arn::Arn::parse(text);
    let is_role = arn.is_some_and(|arn| {
        arn.service == "iam" && arn.resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    });
    is_role && text.len() <= 2048 && text.chars().all(|character| character.is_ascii_graphic())
}

/// The account in the ARN of a role.
#[must_use]
pub fn account_of(role_arn: &str) -> Option<String> {
    Some(crate::aws::arn::Arn::parse(role_arn)?.account.to_owned()).filter(|account| !account.is_empty())
}

/// Whether STS takes `name` for a session's.
#[must_use]
pub fn is_session_name(name: &str) -> bool {
    fits(name, 2..=64, "_+=,.@-")
}

fn fits(text: &str, length: std::ops::RangeInclusive<usize>, signs: &str) -> bool {
    length.contains(&text.len()) && text.chars().all(|one| one.is_ascii_alphanumeric() || signs.contains(one))
}
