"""What decides beside the content of the files: the choice of profile, keys in the environment, regions and hosts."""

from datetime import datetime, timedelta, timezone

from cases import DEFAULT, GLOBAL, IRELAND, REGION, Case, env_keys, keys

A = keys("A")
ENV = env_keys()

EMPTY = "an empty variable or value counts as unset"
UPPER_CASE = "the server takes no host with upper-case letters"
SPACE = "no key or token has white space or control characters in it; the token would be refused far from here"
NO_SUCH_HOST = "there is no such host, and no server takes it"

PROFILES_FILE = f"""
{DEFAULT}{keys("DEFAULT")}
[profile a]
{A}
[profile b]
{keys("B")}
[profile empty]
{REGION}
"""


def profile(name, arguments=(), env=None, **rest):
    return Case(f"profile: {name}", config=PROFILES_FILE, arguments=tuple(arguments), env=env or {}, **rest)


PROFILES = [
    profile("none named"),
    profile("--profile", ["--profile", "a"]),
    profile("--profile=", ["--profile=a"]),
    profile("--profile twice", ["--profile", "a", "--profile", "b"]),
    profile("AWS_PROFILE", env={"AWS_PROFILE": "a"}),
    profile("AWS_DEFAULT_PROFILE", env={"AWS_DEFAULT_PROFILE": "a"}),
    profile("AWS_PROFILE before AWS_DEFAULT_PROFILE", env={"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}),
    profile("--profile before AWS_PROFILE", ["--profile", "a"], {"AWS_PROFILE": "b"}),
    profile("--profile, and an AWS_PROFILE that does not exist", ["--profile", "a"], {"AWS_PROFILE": "nobody"}),
    profile("--profile before keys in the environment", ["--profile", "a"], ENV),
    profile("--profile without keys, and keys in the environment", ["--profile", "empty"], ENV, fails=253),
    profile("keys in the environment before AWS_PROFILE", env={"AWS_PROFILE": "a", **ENV}),
    profile("keys in the environment before the default profile", env=ENV),
    profile("the region of AWS_PROFILE, keys from the environment", env={"AWS_PROFILE": "empty", **ENV}),
    profile("--profile that does not exist", ["--profile", "nobody"], fails=253),
    profile("--profile that does not exist, keys in the environment", ["--profile", "nobody"], ENV, fails=253),
    profile("AWS_PROFILE that does not exist", env={"AWS_PROFILE": "nobody"}, fails=253),
    profile("AWS_PROFILE that does not exist, keys in the environment", env={"AWS_PROFILE": "nobody", **ENV},
            fails=253),
    profile("AWS_DEFAULT_PROFILE that does not exist", env={"AWS_DEFAULT_PROFILE": "nobody"}, fails=253),
    profile("names are not trimmed", env={"AWS_PROFILE": " a "}, fails=253),
    profile("names have cases", ["--profile", "A"], fails=253),
    profile("AWS_PROFILE is empty", env={"AWS_PROFILE": ""}, instead=f"AKIDDEFAULT {GLOBAL}", because=EMPTY),
    profile("AWS_DEFAULT_PROFILE is empty", env={"AWS_DEFAULT_PROFILE": ""}, instead=f"AKIDDEFAULT {GLOBAL}",
            because=EMPTY),
    profile("AWS_PROFILE is empty, AWS_DEFAULT_PROFILE is not", env={"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "b"},
            instead=f"AKIDB {GLOBAL}", because=EMPTY),
    profile("--profile is empty", ["--profile", ""]),  # as if it were not given
    profile("--profile is empty, AWS_PROFILE is not", ["--profile", ""], {"AWS_PROFILE": "a"}),
    profile("--profile is empty, keys in the environment", ["--profile", ""], ENV),
    Case("profile: --profile default, which does not exist", config="[profile x]\n" + A,
         arguments=("--profile", "default"), fails=253),
    Case("profile: AWS_PROFILE=default, which does not exist, keys in the environment",
         env={"AWS_PROFILE": "default", **ENV}, fails=253),
    Case("profile: none, no files", fails=253),
    Case("profile: none, no files, keys in the environment", env=ENV),
]  # fmt: skip


def environment(name, env, **rest):
    return Case(f"environment: {name}", env=env, **rest)


ENVIRONMENT_KEYS = [
    environment("session token", {**ENV, "AWS_SESSION_TOKEN": "t+/="}),
    environment("the old name of the session token", {**ENV, "AWS_SECURITY_TOKEN": "old"}),
    environment("both names of the session token", {**ENV, "AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": "old"}),
    environment("both names, the old one empty", {**ENV, "AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": ""}),
    environment("an empty session token", {**ENV, "AWS_SESSION_TOKEN": ""}),
    environment("access key id only", {"AWS_ACCESS_KEY_ID": "AKIDENV"}, fails=253),
    environment("access key id only, though the default profile has keys", {"AWS_ACCESS_KEY_ID": "AKIDENV"},
                credentials=DEFAULT + A, fails=253),
    environment("empty secret", {**ENV, "AWS_SECRET_ACCESS_KEY": ""}, fails=253),
    environment("empty secret, though the default profile has keys", {**ENV, "AWS_SECRET_ACCESS_KEY": ""},
                credentials=DEFAULT + A, fails=253),
    environment("secret only", {"AWS_SECRET_ACCESS_KEY": "s"}, fails=253),
    environment("secret only, the default profile has keys", {"AWS_SECRET_ACCESS_KEY": "s"}, credentials=DEFAULT + A),
    environment("empty access key id", {**ENV, "AWS_ACCESS_KEY_ID": ""}, fails=253),
    environment("empty access key id, the default profile has keys", {**ENV, "AWS_ACCESS_KEY_ID": ""},
                credentials=DEFAULT + A),
    environment("a session token does not go with a profile's keys", {"AWS_SESSION_TOKEN": "t"},
                credentials=DEFAULT + A),
    environment("other tools' names", {"AWS_ACCESS_KEY": "AKIDENV", "AWS_SECRET_KEY": "s"}, fails=253),
    environment("a secret with a blank at its end", {**ENV, "AWS_SECRET_ACCESS_KEY": "s "}, instead=253,
                because=SPACE),
    environment("a session token with a newline", {**ENV, "AWS_SESSION_TOKEN": "t\n"}, instead=253, because=SPACE),
    environment("a secret that is not ASCII", {**ENV, "AWS_SECRET_ACCESS_KEY": "sé"}),
    environment("an access key id that a URL escapes", {**ENV, "AWS_ACCESS_KEY_ID": "AKID+é&="}),
    environment("an access key id with blanks", {**ENV, "AWS_ACCESS_KEY_ID": " AKIDENV "}, instead=253,
                because=SPACE),
    environment("an access key id with a newline", {**ENV, "AWS_ACCESS_KEY_ID": "AKIDENV\n"}, instead=253,
                because=SPACE),
]  # fmt: skip


def expiring(when, **rest):
    return Case(f"AWS_CREDENTIAL_EXPIRATION={when}", env={**ENV, "AWS_CREDENTIAL_EXPIRATION": when}, **rest)


def hours_from_now(hours):
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


ISO_8601 = "whatever sets this variable writes RFC 3339; ISO 8601 besides is enough"

EXPIRATION = [
    *map(expiring,
         ["2099-01-01T00:00:00Z", "2099-01-01T00:00:00+00:00", "2099-01-01T02:00:00+02:00",
          "2099-01-01T00:00:00.123Z",
                    "2099-01-01t00:00:00z", "9999-12-31T23:59:59Z", "20990101T000000Z", "2099-01-01T00:00:00+0200",
                    ""]),
    *(expiring(when, fails=253) for when in [
        "2020-01-01T00:00:00Z", "2099-01-01T00:00:00", "2099-01-01", "4070908800", "0", "tomorrow", " ",
        "10000-01-01T00:00:00Z"]),
    expiring("Thu, 01 Jan 2099 00:00:00 GMT", instead=253, because=ISO_8601),
    Case("AWS_CREDENTIAL_EXPIRATION in an hour", env={**ENV, "AWS_CREDENTIAL_EXPIRATION": hours_from_now(1)}),
    Case("AWS_CREDENTIAL_EXPIRATION an hour ago", env={**ENV, "AWS_CREDENTIAL_EXPIRATION": hours_from_now(-1)},
         fails=253),
    Case("AWS_CREDENTIAL_EXPIRATION is past, the keys come from --profile", credentials=DEFAULT + A,
         arguments=("--profile", "default"),
         env={"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}),
    Case("aws_credential_expiration in a profile",
         credentials=DEFAULT + A + "aws_credential_expiration = 2020-01-01T00:00:00Z\n"),
]  # fmt: skip


def region(name, arguments=(), env=None, config="", **rest):
    return Case(f"region: {name}", config=DEFAULT + A + config, arguments=tuple(arguments), env=env or {}, **rest)


def region_flag(value, **rest):
    return region(f"--region {value!r}", [f"--region={value}"], **rest)


REGIONS = [
    region("none"),
    region("AWS_REGION", env={"AWS_REGION": "eu-west-1"}),
    region("AWS_DEFAULT_REGION", env={"AWS_DEFAULT_REGION": "eu-west-1"}),
    region("AWS_REGION before AWS_DEFAULT_REGION",
           env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-west-2"}),
    region("profile", config=REGION),
    region("AWS_REGION before the profile", env={"AWS_REGION": "us-west-2"}, config=REGION),
    region("AWS_DEFAULT_REGION before the profile", env={"AWS_DEFAULT_REGION": "us-west-2"}, config=REGION),
    region("--region before AWS_REGION", ["--region", "ap-south-1"], {"AWS_REGION": "us-west-2"}, REGION),
    region("--region twice", ["--region", "us-west-2", "--region", "eu-west-1"]),
    region("AWS_REGION is empty", env={"AWS_REGION": ""}, instead=f"AKIDA {GLOBAL}", because=EMPTY),
    region("AWS_REGION is empty, AWS_DEFAULT_REGION is not",
           env={"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-1"},
           instead=f"AKIDA {IRELAND}", because=EMPTY),
    region("AWS_DEFAULT_REGION is empty", env={"AWS_DEFAULT_REGION": ""}, config=REGION, instead=f"AKIDA {IRELAND}",
           because=EMPTY),
    region("the profile's is empty", config="region =\n", instead=f"AKIDA {GLOBAL}", because=EMPTY),
    region("a comment behind the profile's", config="region = eu-west-1 # x\n", fails=253),
    region("quotes around the profile's", config='region = "eu-west-1"\n', fails=253),
    region("AWS_REGION is none", env={"AWS_REGION": "not a region"}, fails=253),
    *map(region_flag,
         ["us-east-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1", "us-iso-east-1", "us-isob-east-1",
          "mx-central-1",
                       "aws-global", "aws-cn-global", "fips-us-east-1", "us-east-1-fips", "us-gov-west-1-fips",
                       "bogus-region-1", "cn-new-9", "xx", "a", "a" * 63]),
    *(region_flag(value, fails=252) for value in [
        "", "1", "12345", "us_east_1", "us-east-1 ", " us-east-1", "us east 1", "bad region!", "-us-east-1",
        "us-east-1-", "us.east.1", "é",
        "us-east-1\n", "a" * 64, "us-east-1/", "us-east-1:443", "us-east-1@host", "us-east-1#"]),
    *(region_flag(value, instead=252, because=UPPER_CASE) for value in ["EU-WEST-1", "Eu-West-1"]),
]  # fmt: skip


def variants(name, env=None, config="", region="us-west-2", **rest):
    return Case(f"host: {name}, {region}", config=DEFAULT + A + config, env={"AWS_REGION": region, **(env or {})},
                **rest)


FIPS, DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"
SWITCHES = [(FIPS, "use_fips_endpoint"), (DUAL_STACK, "use_dualstack_endpoint")]

HOSTS = [
    *(variants(f"{variable}={value!r}", {variable: value}) for variable, _ in SWITCHES
      for value in ["true", "True", "tRuE", "1", "yes", "on", "t", "false", "0", "", " ", "junk", " true", "true "]),
    *(variants(f"{key} = {value}", config=f"{key} = {value}\n") for _, key in SWITCHES
      for value in ["true", "TRUE", "1", "yes", "false", "", "junk", "true # x"]),
    *(variants(f"{variable}={value} before {key} = {other}", {variable: value}, f"{key} = {other}\n") for variable,
      key in SWITCHES
      for value, other in [("true", "false"), ("false", "true"), ("junk", "true")]),
    *(variants(f"{variable} is empty, {key} = true", {variable: ""}, f"{key} = true\n", instead=f"AKIDA {host}",
               because=EMPTY)
      for (variable, key), host in zip(SWITCHES, ["sts-fips.us-west-2.amazonaws.com", "sts.us-west-2.api.aws"])),
    Case("host: use_fips_endpoint in the credentials file",
         credentials=DEFAULT + A + REGION + "use_fips_endpoint = true\n"),
    Case("host: use_fips_endpoint in another profile",
         config=DEFAULT + A + REGION + "[profile x]\nuse_fips_endpoint = true\n"),
    *(variants(name, env, region=region) for region in ["us-east-1", "ca-central-1", "us-gov-west-1", "cn-north-1"]
      for name,
      env in [("FIPS", {FIPS: "true"}), ("dual-stack", {DUAL_STACK: "true"}),
              ("both", {FIPS: "true", DUAL_STACK: "true"})]),
    *(variants("FIPS", {FIPS: "true"}, region=region) for region in ["us-iso-east-1", "us-isob-east-1"]),
    *(variants(f"{name}, a pseudo-region for FIPS", env, region="fips-us-west-2")
      for name, env in [("neither", {}), ("FIPS", {FIPS: "true"}), ("dual-stack", {DUAL_STACK: "true"})]),
    *(Case(f"host: {name} without a region", config=DEFAULT + A, env=env, instead=253, because=NO_SUCH_HOST)
      for name,
      env in [("FIPS", {FIPS: "true"}), ("dual-stack", {DUAL_STACK: "true"}),
              ("both", {FIPS: "true", DUAL_STACK: "true"})]),
    # Endpoints of one's own, which 2.9.19 ignores. Later versions put them into the token, where no server takes them.
    variants("AWS_ENDPOINT_URL", {"AWS_ENDPOINT_URL": "http://localhost:4566"}),
    variants("AWS_ENDPOINT_URL_STS", {"AWS_ENDPOINT_URL_STS": "http://localhost:4566"}),
    variants("endpoint_url", config="endpoint_url = http://localhost:4566\n"),
    variants("--endpoint-url", arguments=("--endpoint-url", "http://localhost:4566")),
    variants("AWS_STS_REGIONAL_ENDPOINTS=legacy", {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, region="us-east-1"),
    variants("sts_regional_endpoints = legacy", config="sts_regional_endpoints = legacy\n", region="us-east-1"),
]  # fmt: skip

CASES = PROFILES + ENVIRONMENT_KEYS + EXPIRATION + REGIONS + HOSTS
