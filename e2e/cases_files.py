"""The AWS files: the dialect they are written in, the names of profiles, two files for one profile, where they lie."""

from cases import DEFAULT, GLOBAL, IRELAND, REGION, Case, keys

A = keys("A")
B = keys("B")

MARK = "a byte-order mark says nothing; Windows editors write it unasked"
EMPTY = "an empty value counts as unset, an empty key as half a pair; the AWS CLI goes on with it and prints a token or a host that cannot work"
SPACE = "no key or token has white space or control characters in it; the token would be refused far from here"


def in_credentials(name, content, **rest):
    return Case(f"credentials file: {name}", credentials=content, **rest)


# The default profile of the credentials file, in every way to write it.
DIALECT = [
    in_credentials("plain", DEFAULT + A),
    in_credentials("colons", DEFAULT + A.replace("=", ":")),
    in_credentials("colons without blanks, more of them in the value",
                   DEFAULT + "aws_access_key_id:AKIDA\naws_secret_access_key:a:b=c\n"),
    in_credentials("no blanks around =", DEFAULT + A.replace(" = ", "=")),
    in_credentials("blanks and tabs around =", DEFAULT + A.replace(" = ", " \t = \t")),
    in_credentials("blanks behind the value", DEFAULT + A.replace("\n", " \t\n")),
    in_credentials("= in the value", DEFAULT + "aws_access_key_id = AKID=A\naws_secret_access_key = a=b==\n"),
    in_credentials("all keys indented", DEFAULT + "  aws_access_key_id = AKIDA\n  aws_secret_access_key = secretA\n"),
    in_credentials("all keys indented by a tab",
                   DEFAULT + "\taws_access_key_id = AKIDA\n\taws_secret_access_key = secretA\n"),
    in_credentials("the second key indented less",
                   DEFAULT + "    aws_access_key_id = AKIDA\n  aws_secret_access_key = secretA\n"),
    in_credentials("the second key indented deeper",
                   DEFAULT + "aws_access_key_id = AKIDA\n  aws_secret_access_key = secretA\n",
                   fails=253),  # it continues the first value
    in_credentials("the second key indented by a no-break space",
                   DEFAULT + "aws_access_key_id = AKIDA\n\u00a0aws_secret_access_key = secretA\n",
                   fails=253),
    in_credentials("the first key indented by a no-break space, the second by two blanks",
                   DEFAULT + "\u00a0aws_access_key_id = AKIDA\n  aws_secret_access_key = secretA\n", fails=253),
                   # characters count, not bytes
    in_credentials("indented header, first in the file", "  [default]\n" + A),
    in_credentials("indented header behind a value, keys not indented", "[x]\n" + B + "  [default]\n" + A,
                   fails=253),  # the header continues the value, and the keys stand twice
    in_credentials("indented header and keys behind a value",
                   "[x]\n" + B + "  [default]\n  " + A.replace("\n", "\n  "),
                   fails=253),
    in_credentials("comments", "# x\n; y\n" + DEFAULT + "# x\n" + A + "; y\n"),
    in_credentials("an indented comment between the keys", DEFAULT + A.replace("\n", "\n    # x\n    ; y\n", 1)),
    in_credentials("keys commented out", DEFAULT + "#aws_access_key_id = AKIDB\n" + A),
    in_credentials("# behind a value", DEFAULT + A.replace("AKIDA", "AKIDA # mine"), instead=253, because=SPACE),
    in_credentials("# within a value", DEFAULT + A.replace("AKIDA", "AKIDA#mine").replace("secretA", "secret;A#")),
    in_credentials("text behind a header", "[default] # mine\n" + A),
    in_credentials("text right behind a header", "[default]mine\n" + A),
    in_credentials("rem", DEFAULT + "rem x\n" + A, fails=253),
    in_credentials("upper-case keys", DEFAULT + A.upper().replace("SECRETA", "secretA")),
    in_credentials("% in a value", DEFAULT + A.replace("AKIDA", "AKID%(x)s%A")),
    in_credentials("quotes around the values",
                   DEFAULT + A.replace("AKIDA", '"AKIDA"').replace("secretA", "'secretA'")),
    in_credentials("a section twice", DEFAULT + A + DEFAULT + B, fails=253),
    in_credentials("another section twice", DEFAULT + A + "[x]\n[x]\n", fails=253),
    in_credentials("a key twice", DEFAULT + A + "aws_access_key_id = AKIDB\n", fails=253),
    in_credentials("a key twice, in another case", DEFAULT + A + "AWS_ACCESS_KEY_ID = AKIDB\n", fails=253),
    in_credentials("a key twice, in another section", DEFAULT + A + "[x]\ny = 1\ny = 2\n", fails=253),
    in_credentials("a line without a delimiter", DEFAULT + A + "lonely\n", fails=253),
    in_credentials("a value without a key", DEFAULT + A + "= x\n", fails=253),
    in_credentials("nonsense in another section", DEFAULT + A + "[x]\nnonsense\n", fails=253),
    in_credentials("a key without a value", DEFAULT + A + "x =\n"),
    in_credentials("no header", A, fails=253),
    in_credentials("a line before the first header", "x = 1\n" + DEFAULT + A, fails=253),
    in_credentials("an open header", "[default\n" + A, fails=253),
    in_credentials("an empty header", "[]\n" + DEFAULT + A, fails=253),
    in_credentials("a bracket within a header", "[a]b]\n" + B + DEFAULT + A),
    in_credentials("empty lines", "\n\n" + DEFAULT + "\n" + A.replace("\n", "\n\n")),
    in_credentials("an empty line within a value",
                   DEFAULT + "region = eu-west-1\n\n  us-east-1\n" + A, fails=253),
    in_credentials("no newline at the end", DEFAULT + A.rstrip()),
    in_credentials("CRLF", (DEFAULT + A).replace("\n", "\r\n")),
    in_credentials("CR", (DEFAULT + A).replace("\n", "\r")),
    in_credentials("a byte-order mark", "\ufeff" + DEFAULT + A, instead=f"AKIDA {GLOBAL}", because=MARK),
    in_credentials("UTF-16", (DEFAULT + A).encode("utf-16"), fails=253),
    in_credentials("Latin-1 in a comment", (DEFAULT + "# café\n" + A).encode("latin-1"), fails=253),
    in_credentials("UTF-8 in a comment", DEFAULT + "# café\n" + A),
    in_credentials("NUL in a value that nobody reads", DEFAULT + A + "x = a\0b\n"),
    in_credentials("NUL in the access key id", DEFAULT + A.replace("AKIDA", "AKID\0A"), instead=253, because=SPACE),
    in_credentials("line ends that only Unicode knows", DEFAULT + "x = a\x0bb\x0cc\x1cd\x85e\u2028f\n" + A),
    in_credentials("a nested section", DEFAULT + A + "s3 =\n  a = 1\n  b = 2\n"),
    in_credentials("a nested section with a line that has no =", DEFAULT + A + "s3 =\n  a\n", fails=253),
    in_credentials("the access key id on the next line", DEFAULT + A.replace("= AKIDA", "=\n  AKIDA"), fails=253),
    in_credentials("a value of 50 000 characters", DEFAULT + A + "x = " + "y" * 50_000 + "\n"),
    in_credentials("only a comment", "# nothing\n", fails=253),
    in_credentials("empty", "", fails=253),
    in_credentials("an empty access key id", DEFAULT + A.replace("AKIDA", ""), instead=253, because=EMPTY),
    in_credentials("an empty secret", DEFAULT + A.replace("secretA", ""), instead=253, because=EMPTY),
    in_credentials("an empty session token", DEFAULT + A + "aws_session_token =\n", instead=f"AKIDA {GLOBAL}",
                   because=EMPTY),
    in_credentials("an access key id without secret", DEFAULT + "aws_access_key_id = AKIDA\n", fails=253),
    in_credentials("a secret without access key id", DEFAULT + "aws_secret_access_key = secretA\n", fails=253),
    in_credentials("a session token", DEFAULT + A + "aws_session_token = t+/=\n"),
    in_credentials("the old name of a session token", DEFAULT + A + "aws_security_token = old\n"),
    in_credentials("both names of a session token",
                   DEFAULT + A + "aws_security_token = old\naws_session_token = new\n"),
    in_credentials("blanks in the brackets", "[ default ]\n" + A, fails=253),
    in_credentials("[Default]", "[Default]\n" + A, fails=253),
    in_credentials("[DEFAULT] alone", "[DEFAULT]\n" + A, fails=253),
    in_credentials("[DEFAULT] that [default] inherits from", "[DEFAULT]\n" + A + DEFAULT + REGION),
    in_credentials("[DEFAULT] behind [default]", DEFAULT + REGION + "[DEFAULT]\n" + A),
    in_credentials("[DEFAULT] twice", "[DEFAULT]\n" + REGION + DEFAULT + A + "[DEFAULT]\nx = 1\n"),
    in_credentials("[DEFAULT] twice, with the same key", "[DEFAULT]\nx = 1\n" + DEFAULT + A + "[DEFAULT]\nx = 1\n",
                   fails=253),
    # The same parser reads the config file; enough to see that it does.
    Case("config file: plain", config=DEFAULT + A),
    Case("config file: a section twice", config=DEFAULT + A + DEFAULT + B, fails=253),
    Case("config file: no header", config=A, fails=253),
    Case("config file: a byte-order mark", config="\ufeff" + DEFAULT + A, instead=f"AKIDA {GLOBAL}", because=MARK),
    Case("config file: nested sections", config=DEFAULT + A + "s3 =\n  a = 1\n" + REGION),
]  # fmt: skip


def in_config(section, profile, **rest):
    return Case(f"[{section}] in the config file, --profile {profile!r}",
                config=f"[{section}]\n{A}{REGION}", arguments=("--profile", profile), **rest)


def in_credentials_named(section, profile, **rest):
    return Case(f"[{section}] in the credentials file, --profile {profile!r}",
                credentials=f"[{section}]\n{A}{REGION}", arguments=("--profile", profile), **rest)


# Which section is which profile.
NAMES = [
    *(in_config(section, profile) for section, profile in [
        ("default", "default"), ("profile default", "default"), ('profile "default"', "default"),
        ("profile x", "x"), ('profile "x"', "x"), ("profile 'x'", "x"), ("profile x ", "x"), ("profile  x", "x"),
        ("profile\tx", "x"),
        ('profile "a b"', "a b"), ("profile 'a b'", "a b"), ("profile a\\ b", "a b"), ('profile a"b"c', "abc"),
        ('profile "a\\"b"', 'a"b'),
        ("profile é", "é"), ('profile "é ü"', "é ü"), ("profile 日本", "日本"), ("profile a\u00a0b", "a\u00a0b"),
        ("profile x#y", "x#y"), ("profile x;y", "x;y"), ('profile "#x"', "#x"),
        ("profile x/y@z.w+v", "x/y@z.w+v"), ("profile a:b=c", "a:b=c"), ("profile a]b", "a]b"),
        ("profiles x", "x"), ('profile"s" x', "x"),
    ]),
    *(in_config(section, profile, fails=253) for section, profile in [
        ("x", "x"), ("a b", "a b"), ("profile a b", "a b"), ("profile a b", "a"), ('profile "x" y', "x"),
        ("profile x #y", "x"), ('profile "x" #y', "x"),
        (" profile x ", "x"), (" profile x ", "profile x"), ("default ", "default"), ("profilex", "x"),
        ("profilex", "profilex"),
        ("profile", "profile"), ("Profile x", "x"), ("PROFILE x", "x"), ("profile X", "x"),
        ("profile-x", "profile-x"),
        ('profile "x', "x"), ('profile "x', '"x'), ("sso-session x", "x"), ("services x", "x"),
        ("plugins", "plugins"),
    ]),
    *(in_credentials_named(section, profile) for section, profile in [
        ("x", "x"), ("a b", "a b"), ("é", "é"), ('"a b"', '"a b"'), ("profile x", "profile x"), (" x ", " x "),
        ("default", "default"),
    ]),
    *(in_credentials_named(section, profile, fails=253) for section, profile in [
        ('"a b"', "a b"), ("profile x", "x"), (" x ", "x"), ("X", "x"), ("x]y", "x"), ("profile default", "default"),
        ("DEFAULT", "DEFAULT"),
    ]),
    Case("[profile default] in the config file, no --profile", config="[profile default]\n" + A + REGION),
    Case("[default], then [profile default]", config=DEFAULT + A + "[profile default]\n" + B),
    Case("[profile default], then [default]", config="[profile default]\n" + A + DEFAULT + B),
    Case("[default] with a region, then [profile default] with keys",
         config=DEFAULT + REGION + "[profile default]\n" + A),
    Case('[profile x], then [profile "x"]', config="[profile x]\n" + A + REGION + '[profile "x"]\n' + B,
         arguments=("--profile", "x")),
]  # fmt: skip


def two_files(name, config, credentials, **rest):
    return Case(f"two files: {name}", config="[profile x]\n" + config, credentials="[x]\n" + credentials,
                arguments=("--profile", "x"), **rest)


TWO_FILES = [
    two_files("region in one, keys in the other", REGION, A),
    two_files("keys in both", B + REGION, A),
    two_files("regions in both", "region = us-west-2\n", A + REGION),
    two_files("keys in config, region in credentials", A, REGION),
    two_files("an empty region in credentials", REGION, A + "region =\n", instead=f"AKIDA {GLOBAL}", because=EMPTY),
    two_files("access key id in credentials, secret in config", "aws_secret_access_key = s\n",
              "aws_access_key_id = AKIDA\n", fails=253),
    two_files("secret in credentials, access key id in config", "aws_access_key_id = AKIDA\n",
              "aws_secret_access_key = s\n", fails=253),
    two_files("a pair in config, an access key id in credentials", B, "aws_access_key_id = AKIDA\n", fails=253),
    two_files("a pair in config, a secret in credentials", B, "aws_secret_access_key = s\n"),
    two_files("a pair in credentials, a session token in config", "aws_session_token = t\n", A),
    two_files("a pair in config, a session token in credentials", A, "aws_session_token = t\n"),
    Case("only in credentials", credentials="[x]\n" + A, arguments=("--profile", "x")),
    Case("no keys in the profile, though default has some", config="[profile x]\n" + REGION, credentials=DEFAULT + A,
         arguments=("--profile", "x"), fails=253),
    Case("default's region is not another profile's", config=DEFAULT + REGION + "[profile x]\n" + A,
         arguments=("--profile", "x")),
    Case("a broken config file beside good credentials", config="nonsense\n", credentials=DEFAULT + A, fails=253),
    Case("a broken credentials file beside a good config", config=DEFAULT + A, credentials="nonsense\n", fails=253),
]  # fmt: skip

ALT = {"alt": DEFAULT + keys("ALT")}


def config_at(value, **rest):
    return Case(f"AWS_CONFIG_FILE={value}", files=ALT, config=DEFAULT + A,
                **{"env": {"AWS_CONFIG_FILE": value, **rest.pop("variables", {})}, **rest})


LOCATIONS = [
    config_at("~/alt"),
    config_at("$HOME/alt"),
    config_at("${HOME}/alt"),
    config_at("alt"),
    config_at("./alt"),
    config_at("$TILDE/alt", variables={"TILDE": "~"}),
    config_at("${a-b}/alt", variables={"a-b": "{home}"}),
    config_at("$1/alt", variables={"1": "{home}"}),
    config_at("$A/alt", variables={"A": "$B", "B": "{home}"}, fails=253),  # expanded once only
    config_at("$É/alt", variables={"É": "{home}"}, fails=253),
    config_at("$UNDEFINED/alt", fails=253),
    config_at("$$HOME/alt", fails=253),
    config_at("${HOME/alt", fails=253),
    config_at(" ~/alt", fails=253),
    config_at("~", fails=253),
    config_at("~nobody-of-that-name/alt", fails=253),
    config_at("/dev/null", fails=253),
    config_at("{home}/missing", fails=253),
    config_at("", instead=f"AKIDA {GLOBAL}", because="an empty variable counts as unset"),
    Case("AWS_CONFIG_FILE=${UNDEFINED}alt, and a file of that name", files={"${UNDEFINED}alt": DEFAULT + A},
         env={"AWS_CONFIG_FILE": "${UNDEFINED}alt"}),
    Case("AWS_SHARED_CREDENTIALS_FILE=~/alt", files=ALT, credentials=DEFAULT + A,
         env={"AWS_SHARED_CREDENTIALS_FILE": "~/alt"}),
    Case("AWS_SHARED_CREDENTIALS_FILE=$HOME/alt", files=ALT, credentials=DEFAULT + A,
         env={"AWS_SHARED_CREDENTIALS_FILE": "$HOME/alt"}),
    Case("AWS_SHARED_CREDENTIALS_FILE is a folder", credentials=DEFAULT + A, env={"AWS_SHARED_CREDENTIALS_FILE": "~"},
         fails=253),
    Case("~/.aws/config is a folder", files={".aws/config/x": ""}, credentials=DEFAULT + A),
    Case("~/.aws/credentials is a folder", files={".aws/credentials/x": ""}, config=DEFAULT + A),
    Case("HOME is relative", credentials=DEFAULT + A, env={"HOME": "."}),
    Case("HOME does not exist", env={"HOME": "/nonexistent"}, fails=253),
    Case("boto's own file", files={".boto": "[Credentials]\n" + A}),
    Case("AWS_CREDENTIAL_FILE", files={"old": "AWSAccessKeyId=AKIDOLD\nAWSSecretKey=s\n"},
         env={"AWS_CREDENTIAL_FILE": "{home}/old"}),
]  # fmt: skip

CASES = DIALECT + NAMES + TWO_FILES + LOCATIONS
