"""Where the keys come from in each row of the table: the AWS files in the home directory, and the environment."""

CLUSTER = "demo"
REGION = "eu-west-1"

# AWS's documentation example keys.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

# What kubectl 1.24 and later set for a plugin.
EXEC_INFO = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":true}}'
KUBECTL = {"KUBERNETES_EXEC_INFO": EXEC_INFO}

PROFILES = 5000
PROFILE_BYTES = 200


def environment(home):
    return {**KUBECTL, "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def profile(home):
    """A person with two accounts."""
    write(home, "config", f"[default]\nregion = {REGION}\noutput = json\n\n[profile dev]\nregion = us-east-2\noutput = json\n")
    keys = f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
    write(home, "credentials", f"[default]\n{keys}\n[dev]\n{keys}")
    return {**KUBECTL, "AWS_PROFILE": "dev"}


def five_thousand_profiles(home):
    """The file of a tool that writes down every account: 1 MB. The profile in use is the last one."""
    profiles = [one_of_many(number) for number in range(1, PROFILES + 1)]
    write(home, "config", "".join(profiles))
    return {**KUBECTL, "AWS_PROFILE": f"team-{PROFILES}"}


def one_of_many(number):
    """A profile of PROFILE_BYTES: by turns one of SSO, of a role and of keys. The last one has keys."""
    settings = [
        f"aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n",
        f"role_arn = arn:aws:iam::{number:012}:role/Deployer\nsource_profile = team-{PROFILES}\n",
        "sso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n"
        f"sso_account_id = {number:012}\nsso_role_name = Admin\n",
    ][(PROFILES - number) % 3]
    section = f"[profile team-{number:04}]\nregion = {REGION}\noutput = json\n{settings}\n"
    comment = f"# account {number:04} "
    return comment.ljust(PROFILE_BYTES - len(section) - 1, "-") + "\n" + section


def write(home, name, text):
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / name).write_text(text)


# Each puts its files into an empty home and returns the variables that go with them, besides HOME.
SCENARIOS = {"environment": environment, "profile": profile, "5000 profiles": five_thousand_profiles}
