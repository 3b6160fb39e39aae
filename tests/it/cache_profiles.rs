//! The files of the home directory in which the tests of the caches play.

/// Profiles that differ in one setting, so that setups need not change a file. A role's ARN may be its name alone.
///
/// The AWS CLI would take the sessions of some for one another's, as those of `role` and `role-by-other-keys`; others,
/// as `lone`, have a role that no other credentials assume. (AWS on loopback knows a session's name by its role: where
/// it is asked for that, the role is nobody else's.)
const PROFILES: &str = "
    keys
    same-keys
    other-region             region=eu-central-1
    fips                     use_fips_endpoint=true
    dual-stack               use_dualstack_endpoint=true

    role                     role_arn=A source_profile=keys
    role-by-other-keys       role_arn=A source_profile=other-keys
    other-role               role_arn=B source_profile=keys
    other-account            role_arn=arn:aws:iam::210987654321:role/A source_profile=keys
    external-id              role_arn=A source_profile=keys external_id=one
    other-external-id        role_arn=A source_profile=keys external_id=two
    session-name             role_arn=A source_profile=keys role_session_name=one
    other-session-name       role_arn=A source_profile=keys role_session_name=two
    duration                 role_arn=A source_profile=keys duration_seconds=7200
    mfa                      role_arn=A source_profile=keys mfa_serial=arn:aws:iam::123456789012:mfa/one
    other-mfa                role_arn=A source_profile=keys mfa_serial=arn:aws:iam::123456789012:mfa/two
    forwarded                role_arn=FORWARDED source_profile=keys role_session_name=one
    other-forwarded          role_arn=FORWARDED source_profile=keys role_session_name=two

    lone                     role_arn=LONE source_profile=keys
    twin                     role_arn=LONE source_profile=keys
    endpoint                 role_arn=LONE source_profile=keys endpoint_url={aws}/two
    services                 role_arn=LONE source_profile=keys services=local
    of-session-token         role_arn=TEMPORARY source_profile=temporary
    of-environment           role_arn=ENVIRONMENT credential_source=Environment
    of-container             role_arn=CONTAINER credential_source=EcsContainer
    of-instance              role_arn=INSTANCE credential_source=Ec2InstanceMetadata
    of-process               role_arn=PROCESS source_profile=process
    of-other-process         role_arn=PROCESS source_profile=other-process
    of-login                 role_arn=LOGIN source_profile=login
    of-other-login           role_arn=LOGIN source_profile=other-login
    of-sso                   role_arn=SSO source_profile=sso
    of-other-sso             role_arn=SSO source_profile=other-sso-session
    of-web-identity          role_arn=OFWEB source_profile=web-identity
    chain                    role_arn=C source_profile=lone
    other-chain              role_arn=C source_profile=role-by-other-keys
    long-chain               role_arn=D source_profile=chain

    web-identity             role_arn=WEB web_identity_token_file={home}/token
    other-web-identity       role_arn=WEB web_identity_token_file={home}/other-token
    named-web-identity       role_arn=WEB web_identity_token_file={home}/token role_session_name=one
    lone-web-identity        role_arn=LONEWEB web_identity_token_file={home}/token

    sso                      sso_session=one sso_account_id=123456789012 sso_role_name=A
    other-sso-session        sso_session=two sso_account_id=123456789012 sso_role_name=A
    other-sso-account        sso_session=one sso_account_id=210987654321 sso_role_name=A
    other-sso-role           sso_session=one sso_account_id=123456789012 sso_role_name=B
    legacy-sso               sso_start_url=https://one sso_region=us-east-1 sso_account_id=123456789012 sso_role_name=A

    login                    login_session=arn:aws:iam::123456789012:user/me
    other-login              login_session=arn:aws:iam::123456789012:user/you";

/// What is no line of such a table.
const REST: &str = "
[default]
region = eu-west-1
[profile process]
credential_process = /bin/cat {home}/process.json
[profile other-process]
credential_process = /bin/cat {home}/other-process.json
[services local]
sts =
  endpoint_url = {aws}/three
[sso-session one]
sso_start_url = https://one
sso_region = us-east-1
[sso-session two]
sso_start_url = https://two
sso_region = us-east-1
";

/// The profiles' keys: `AKIDKEYS` has the secret `secretKEYS`, as the loopback AWS will have it.
const KEYS: [(&str, &str); 7] = [
    ("keys", "KEYS"),
    ("keyz", "KEYZ"),
    ("same-keys", "KEYS"),
    ("other-keys", "OTHER"),
    ("other-region", "KEYS"),
    ("fips", "KEYS"),
    ("dual-stack", "KEYS"),
];

fn config() -> String {
    let setting = |word: &str| match word.strip_prefix("role_arn=").filter(|arn| !arn.contains(':')) {
        Some(role) => format!("role_arn=arn:aws:iam::123456789012:role/{role}\n"),
        None => format!("{word}\n"),
    };
    let profile = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let name = words.next()?;
        Some(format!("[profile {name}]\n{}", words.map(setting).collect::<String>()))
    };
    PROFILES.lines().filter_map(profile).collect::<String>() + REST
}

pub fn credentials() -> String {
    let pair = |(profile, name): &(&str, &str)| {
        format!("[{profile}]\naws_access_key_id = AKID{name}\naws_secret_access_key = secret{name}\n")
    };
    let temporary = "[temporary]\naws_access_key_id = ASIATEMPORARY\naws_secret_access_key = secretTEMPORARY\n\
                     aws_session_token = tokenTEMPORARY\n";
    KEYS.iter().map(pair).collect::<String>() + temporary
}

/// The answer of a `credential_process`.
pub fn process(name: &str) -> String {
    format!(
        "{{\"Version\": 1, \"AccessKeyId\": \"ASIA{name}\", \"SecretAccessKey\": \"secret{name}\", \
         \"SessionToken\": \"token{name}\"}}"
    )
}

/// The file that `aws sso login` leaves.
fn sso_login(token: &str) -> String {
    format!("{{\"accessToken\": \"{token}\", \"expiresAt\": \"{{now+7200}}\", \"region\": \"us-east-1\"}}")
}

/// The file that `aws login` leaves.
fn login(name: &str) -> String {
    format!(
        "{{\"accessToken\": {{\"accessKeyId\": \"ASIA{name}\", \"secretAccessKey\": \"secret{name}\", \
         \"sessionToken\": \"token{name}\", \"expiresAt\": \"{{now+7200}}\"}}}}"
    )
}

/// The names of those files: SHA-1 of `one`, `two` and `https://one`, SHA-256 of the login sessions.
pub const SSO_ONE: &str = ".aws/sso/cache/fe05bcdcdc4928012781a5f1a2a77cbb5398e106.json";
const SSO_TWO: &str = ".aws/sso/cache/ad782ecdac770fc6eb9a62e44f90873fb97fb26b.json";
pub const SSO_LEGACY: &str = ".aws/sso/cache/6d7cb204c75deba42a9827eb593fa6275dfe58bf.json";
const OTHER_LOGIN: &str = "b0cd47de6981ccf6350722416ca074a81a434ffb25ddac49aa2758b191c9f282.json";
pub const LOGIN: &str = "286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json";

/// The files below the home directory.
pub fn files() -> Vec<(String, String)> {
    [
        (".aws/config", config()),
        (".aws/credentials", credentials()),
        ("token", "jwt-one".to_owned()),
        ("other-token", "jwt-two".to_owned()),
        ("process.json", process("PROCESS")),
        ("other-process.json", process("OTHERPROCESS")),
        (SSO_ONE, sso_login("good-one")),
        (SSO_TWO, sso_login("good-two")),
        (SSO_LEGACY, sso_login("good-legacy")),
        (&format!(".aws/login/cache/{LOGIN}"), login("LOGIN")),
        (&format!(".aws/login/cache/{OTHER_LOGIN}"), login("OTHERLOGIN")),
        (&format!("logins/{LOGIN}"), login("LOGINELSEWHERE")),
        ("one/credentials", credentials().replace("KEYS", "ONE")),
        ("two/credentials", credentials().replace("KEYS", "TWO")),
        ("one/config", config().replace("role/", "role/ONE")),
        ("two/config", config().replace("role/", "role/TWO")),
        ("elsewhere/.aws/config", config()),
        ("elsewhere/.aws/credentials", credentials().replace("KEYS", "ELSEWHERE")),
        ("boto", "[Credentials]\naws_access_key_id = AKIDBOTO\naws_secret_access_key = secretBOTO\n".to_owned()),
        (
            "other-boto",
            "[Credentials]\naws_access_key_id = AKIDBOTO2\naws_secret_access_key = secretBOTO2\n".to_owned(),
        ),
        ("first", "AWSAccessKeyId=AKIDFIRST\nAWSSecretKey=secretFIRST\n".to_owned()),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .into()
}
