//! What decides the request: cluster, region, endpoint, output.

use serde_json::json;

use crate::sandbox::{Sandbox, url_in};

const ARN: &str = "arn:aws:eks:eu-central-1:111122223333:cluster/demo";

fn host(url: &str) -> &str {
    url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).expect("an https URL")
}

fn server(url: &str) -> String {
    json!({ "apiVersion": "client.authentication.k8s.io/v1", "spec": { "cluster": { "server": url } } }).to_string()
}

/// Every place that can tell the region, the weakest first: each beats all before it.
#[test]
fn region_first_hit() {
    let mut sandbox = Sandbox::with_keys();
    let arguments = ["--cluster-name", "demo"];
    assert_eq!(host(&sandbox.url(&arguments)), "sts.amazonaws.com");
    sandbox = sandbox.var("KUBERNETES_EXEC_INFO", server("https://ABC.gr7.sa-east-1.eks.amazonaws.com"));
    assert_eq!(host(&sandbox.url(&arguments)), "sts.sa-east-1.amazonaws.com");
    sandbox = sandbox.config("[default]\nregion = eu-north-1\n[profile p]\nregion = eu-south-1\n");
    assert_eq!(host(&sandbox.url(&arguments)), "sts.eu-north-1.amazonaws.com");
    sandbox = sandbox.var("AWS_PROFILE", "p");
    assert_eq!(host(&sandbox.url(&arguments)), "sts.eu-south-1.amazonaws.com");
    sandbox = sandbox.var("AWS_DEFAULT_REGION", "us-west-1");
    assert_eq!(host(&sandbox.url(&arguments)), "sts.us-west-1.amazonaws.com");
    sandbox = sandbox.var("AWS_REGION", "us-west-2");
    assert_eq!(host(&sandbox.url(&arguments)), "sts.us-west-2.amazonaws.com");
    let info = json!({ "apiVersion": "client.authentication.k8s.io/v1", "spec": { "cluster": {
        "server": "https://ABC.gr7.sa-east-1.eks.amazonaws.com", "config": { "region": "ap-south-1" } } } });
    sandbox = sandbox.var("KUBERNETES_EXEC_INFO", info.to_string());
    assert_eq!(host(&sandbox.url(&arguments)), "sts.ap-south-1.amazonaws.com");
    assert_eq!(host(&sandbox.url(&["--cluster-name", ARN])), "sts.eu-central-1.amazonaws.com");
    assert_eq!(host(&sandbox.url(&["--cluster-name", ARN, "--region", "us-east-2"])), "sts.us-east-2.amazonaws.com");
}

#[test]
fn empty_variables_count_as_unset() {
    let sandbox = Sandbox::with_keys().var("AWS_REGION", "").var("AWS_DEFAULT_REGION", "").var("AWS_PROFILE", "");
    assert_eq!(host(&sandbox.url(&["-i", "demo"])), "sts.amazonaws.com");
}

#[test]
fn server_host_tells_the_region_in_every_partition() {
    for (url, expected) in [
        ("https://ABC.gr7.eu-west-1.eks.amazonaws.com", "sts.eu-west-1.amazonaws.com"),
        ("https://ABC.GR7.EU-WEST-1.EKS.amazonaws.com", "sts.eu-west-1.amazonaws.com"),
        ("https://ABC.yl4.eu-west-1.eks.amazonaws.com:443/", "sts.eu-west-1.amazonaws.com"),
        ("https://ABC.eks-cluster.eu-west-1.api.aws", "sts.eu-west-1.amazonaws.com"),
        ("https://ABC.sk1.cn-north-1.eks.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"),
        ("https://ABC.eks-cluster.cn-north-1.api.amazonwebservices.com.cn", "sts.cn-north-1.amazonaws.com.cn"),
        ("https://ABC.gr7.us-gov-west-1.eks.amazonaws.com", "sts.us-gov-west-1.amazonaws.com"),
        ("https://ABC.gr7.us-iso-east-1.eks.c2s.ic.gov", "sts.us-iso-east-1.c2s.ic.gov"),
        ("https://ABC.gr7.us-isob-east-1.eks.sc2s.sgov.gov", "sts.us-isob-east-1.sc2s.sgov.gov"),
        ("https://ABC.gr7.eu-isoe-west-1.eks.cloud.adc-e.uk", "sts.eu-isoe-west-1.cloud.adc-e.uk"),
        ("https://ABC.gr7.us-isof-south-1.eks.csp.hci.ic.gov", "sts.us-isof-south-1.csp.hci.ic.gov"),
        ("https://ABC.gr7.eusc-de-east-1.eks.amazonaws.eu", "sts.eusc-de-east-1.amazonaws.eu"),
        // None of these is an EKS API server's name.
        ("https://10.0.0.1:6443", "sts.amazonaws.com"),
        ("https://[::1]:6443", "sts.amazonaws.com"),
        ("https://eu-west-1.eks.example.com", "sts.amazonaws.com"),
        ("https://eks.amazonaws.com", "sts.amazonaws.com"),
        ("https://x.cn-north-1.eks.amazonaws.com", "sts.amazonaws.com"),
        ("https://a.b.evil.com/.eu-west-1.eks.amazonaws.com", "sts.amazonaws.com"),
        ("nonsense", "sts.amazonaws.com"),
        ("https://abc.eu_west_1.eks.amazonaws.com", "sts.amazonaws.com"),
    ] {
        let sandbox = Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", server(url));
        assert_eq!(host(&sandbox.url(&["-i", "demo"])), expected, "{url}");
    }
}

#[test]
fn bad_regions_are_refused_by_origin() {
    for region in [
        "bad region!",
        "eu_west_1",
        "EU-WEST-1",
        "-a",
        "a-",
        "12345",
        "a.b",
        "a/b",
        "é",
        "fips-",
        "fips--x",
        "x--fips",
        "fips-1",
        &"a".repeat(64),
    ] {
        let flag = format!("--region={region}");
        let flag = Sandbox::with_keys().run(&["get-token", "-i", "demo", &flag]);
        assert_eq!(
            (flag.code, flag.stderr),
            (
                252,
                format!(
                    "ekscred: error: `{region}` (from --region) is not the name of a region\nhint: regions are written like eu-west-1\n"
                )
            )
        );
        let variable = Sandbox::with_keys().var("AWS_REGION", region).run(&["get-token", "-i", "demo"]);
        assert_eq!(
            (variable.code, variable.stderr),
            (
                253,
                format!(
                    "ekscred: error: `{region}` (from AWS_REGION) is not the name of a region\nhint: regions are written like eu-west-1\n"
                )
            )
        );
    }
    let profile =
        Sandbox::with_keys().config("[default]\nregion = eu-west-1 # Ireland\n").run(&["get-token", "-i", "x"]);
    assert_eq!(profile.code, 253);
    assert!(profile.stderr.contains("`eu-west-1 # Ireland` (from the profile)"), "{profile}");
}

#[test]
fn cluster_arns() {
    let sandbox = Sandbox::with_keys();
    let by_name = sandbox.url(&["--cluster-name", "demo", "--region", "eu-central-1"]);
    assert_eq!(sandbox.url(&["--cluster-name", ARN]), by_name);
    assert_eq!(sandbox.url(&["--cluster-id", ARN]), by_name);
    assert!(
        sandbox
            .url(&["-i", "arn:aws-cn:eks:cn-north-1:1:cluster/x"])
            .starts_with("https://sts.cn-north-1.amazonaws.com.cn/")
    );

    sandbox.run(&["get-token", "-i", "arn:aws-cn:eks:cn-north-1:1:cluster/x", "--region", "eu-west-1"]).assert_failure(
        252,
        "ekscred: error: --region eu-west-1 is in partition aws, the cluster ARN in aws-cn\n\
         hint: leave --region out, or give --region cn-north-1\n",
    );
    let gov = "arn:aws-us-gov:eks:us-gov-west-1:1:cluster/x";
    assert!(
        sandbox
            .url(&["-i", gov, "--region", "fips-us-gov-west-1"])
            .starts_with("https://sts.us-gov-west-1.amazonaws.com/")
    );
    assert!(sandbox.url(&["-i", ARN, "--region", "aws-global"]).starts_with("https://sts.amazonaws.com/"));
    let global = sandbox.run(&["get-token", "-i", gov, "--region", "aws-global"]);
    assert!(
        global.code == 252 && global.stderr.contains("is in partition aws, the cluster ARN in aws-us-gov"),
        "{global}"
    );

    for arn in [
        "arn:aws:eks:eu-west-1:111122223333:nodegroup/demo",
        "arn:aws:iam::111122223333:role/demo",
        "arn:aws:eks::111122223333:cluster/demo",
        "arn:mars:eks:eu-west-1:111122223333:cluster/demo",
        "arn:aws:eks:cn-north-1:111122223333:cluster/demo",
        "arn:aws:eks:eu-west-1:111122223333",
        "arn:",
    ] {
        sandbox.run(&["get-token", "-i", arn]).assert_failure(
            252,
            &format!(
                "ekscred: error: `{arn}` is not the ARN of an EKS cluster\n\
                 hint: such an ARN reads arn:aws:eks:REGION:ACCOUNT:cluster/NAME\n"
            ),
        );
    }
    let empty = sandbox.run(&["get-token", "-i", "arn:aws:eks:eu-west-1:1:cluster/"]);
    empty.assert_failure(252, "ekscred: error: the cluster name is empty\nhint: give it with --cluster-name NAME\n");
}

#[test]
fn fips_and_dual_stack() {
    for (variables, profile, region, expected) in [
        (&[("AWS_USE_FIPS_ENDPOINT", "true")][..], "", "us-east-1", "sts-fips.us-east-1.amazonaws.com"),
        (&[("AWS_USE_FIPS_ENDPOINT", "TRUE")], "", "us-east-1", "sts-fips.us-east-1.amazonaws.com"),
        (&[("AWS_USE_FIPS_ENDPOINT", "1")], "", "us-east-1", "sts.us-east-1.amazonaws.com"),
        (&[("AWS_USE_DUALSTACK_ENDPOINT", "true")], "", "us-east-1", "sts.us-east-1.api.aws"),
        (&[], "use_fips_endpoint = true", "us-east-1", "sts-fips.us-east-1.amazonaws.com"),
        (&[], "use_dualstack_endpoint = True", "us-east-1", "sts.us-east-1.api.aws"),
        (&[("AWS_USE_FIPS_ENDPOINT", "false")], "use_fips_endpoint = true", "us-east-1", "sts.us-east-1.amazonaws.com"),
        (&[], "", "fips-us-east-1", "sts-fips.us-east-1.amazonaws.com"),
        (&[], "", "us-gov-west-1-fips", "sts.us-gov-west-1.amazonaws.com"),
    ] {
        let mut sandbox = Sandbox::with_keys().config(&format!("[default]\n{profile}\n"));
        for (name, value) in variables {
            sandbox = sandbox.var(name, *value);
        }
        assert_eq!(host(&sandbox.url(&["-i", "demo", "--region", region])), expected);
    }
    let custom = ["get-token", "-i", "demo", "--region", "us-east-1", "--sts-endpoint", "https://a"];
    Sandbox::with_keys().var("AWS_USE_FIPS_ENDPOINT", "true").run(&custom).assert_failure(
        252,
        "ekscred: error: --sts-endpoint does not go with the FIPS or the dual-stack switch\n\
         hint: leave the flag out, or switch off AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT\n",
    );
    let nowhere = Sandbox::with_keys().var("AWS_USE_FIPS_ENDPOINT", "true").run(&["get-token", "-i", "demo"]);
    nowhere.assert_failure(
        253,
        "ekscred: error: the FIPS and dual-stack endpoints of STS are regional, and no region is set\n\
         hint: give --region, or set AWS_REGION\n",
    );
}

#[test]
fn endpoint_variables_stay_out_of_the_token() {
    let sandbox = Sandbox::with_keys()
        .var("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        .var("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:4566")
        .config("[default]\nendpoint_url = http://127.0.0.1:4566\n");
    let arguments = ["-i", "demo", "--region", "eu-west-1"];
    assert_eq!(host(&sandbox.url(&arguments)), "sts.eu-west-1.amazonaws.com");
    let with_flag = [&arguments[..], &["--endpoint-url", "http://127.0.0.1:4566"]].concat();
    assert_eq!(sandbox.url(&with_flag), sandbox.url(&arguments));
}

#[test]
fn sts_endpoint_goes_into_the_token() {
    let sandbox = Sandbox::with_keys();
    for (endpoint, expected) in [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/?Action="),
        ("http://127.0.0.1:4566/", "http://127.0.0.1:4566/?Action="),
        ("https://sts.example.com/base", "https://sts.example.com/base?Action="),
    ] {
        let url = sandbox.url(&["-i", "demo", "--region", "eu-west-1", "--sts-endpoint", endpoint]);
        assert!(url.starts_with(expected) && url.contains("%2Feu-west-1%2Fsts%2F"), "{url}");
    }
    for endpoint in [
        "localhost:4566",
        "nonsense",
        "",
        "ftp://example.com",
        "https://",
        "https://a/?b=c",
        "https://a/#b",
        "https://a b",
    ] {
        let outcome = sandbox.run(&["get-token", "-i", "demo", "--sts-endpoint", endpoint]);
        outcome.assert_failure(
            252,
            &format!(
                "ekscred: error: --sts-endpoint `{endpoint}` is not a URL\n\
                 hint: such as https://sts.eu-west-1.amazonaws.com\n"
            ),
        );
    }
}

#[test]
fn configured_output_counts_only_with_a_query() {
    let sandbox = Sandbox::with_keys().config("[default]\noutput = text\n").var("AWS_DEFAULT_OUTPUT", "yaml");
    assert!(sandbox.stdout(&["get-token", "-i", "demo"]).starts_with("{\n    \"kind\""));
    let query = ["get-token", "-i", "demo", "--query", "status"];
    assert!(sandbox.stdout(&query).starts_with("expirationTimestamp: "));
    let sandbox = sandbox.var("AWS_DEFAULT_OUTPUT", "");
    assert!(sandbox.stdout(&query).starts_with("2026-01-02T03:18:05Z\tk8s-aws-v1."));
    let flag = [&query[..], &["--output", "json"]].concat();
    assert!(sandbox.stdout(&flag).starts_with("{\n    \"expirationTimestamp\""));
    let sandbox = sandbox.config("[default]\noutput = table\n");
    sandbox.run(&query).assert_failure(
        253,
        "ekscred: error: output format `table` (`output` in the profile) is not supported\n\
         hint: give --output json, text or yaml\n",
    );
}

#[test]
fn query_and_output() {
    let sandbox = Sandbox::with_keys();
    let run =
        |query: &str, output: &str| sandbox.stdout(&["get-token", "-i", "demo", "--query", query, "--output", output]);
    let token = sandbox.stdout(&["get-token", "-i", "demo", "--token-only"]);
    let token = token.trim();
    let end = "2026-01-02T03:18:05Z";
    assert_eq!(run("status.token", "text"), format!("{token}\n"));
    assert_eq!(run("status.token", "json"), format!("\"{token}\"\n"));
    assert_eq!(run("status.token", "yaml"), format!("\"{token}\"\n"));
    assert_eq!(run("nope", "json"), "null\n");
    assert_eq!(run("nope", "text"), "None\n");
    assert_eq!(run("status", "text"), format!("{end}\t{token}\n"));
    assert_eq!(run("status", "yaml"), format!("expirationTimestamp: \"{end}\"\ntoken: {token}\n"));
    assert_eq!(run("[kind, `1`, `true`, `null`, `1.5`]", "text"), "ExecCredential\t1\tTrue\tNone\t1.5\n");
    assert_eq!(run("{b: `{\"c\": [1, 2]}`, a: kind}", "text"), "ExecCredential\nC\t1\nC\t2\n");
    assert_eq!(run("`[{\"a\": 1}, {\"b\": \"x\", \"a\": 2}]`", "text"), "1\t\n2\tx\n");
    assert_eq!(run("`[[1, [2]], 3]`", "text"), "3\n1\n2\n");
    assert_eq!(run("`[]`", "text"), "");
    assert_eq!(run("length(kind)", "json"), "14\n");
    assert!(url_in(token).starts_with("https://"));
    assert_eq!(
        sandbox.stdout(&["get-token", "-i", "demo", "--output", "text"]),
        format!("client.authentication.k8s.io/v1beta1\tExecCredential\nSTATUS\t{end}\t{token}\n")
    );
    assert_eq!(
        sandbox.stdout(&["get-token", "-i", "demo", "--output", "yaml"]),
        format!(
            "apiVersion: client.authentication.k8s.io/v1beta1\nkind: ExecCredential\nspec: {{}}\nstatus:\n  \
             expirationTimestamp: \"{end}\"\n  token: {token}\n"
        )
    );
    let nested = ["[", "(", "!", "{a:", "&"].map(|part| part.repeat(64));
    let long = ["a.", "a|", "a||"].map(|part| part.repeat(1024 / part.len()));
    let queries = nested.iter().chain(&long).map(String::as_str);
    for query in queries.chain(["status.", "[", "nope(@)", "length(`1`)", ""]) {
        let outcome = sandbox.run(&["get-token", "-i", "demo", "--query", query]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (252, ""), "{outcome}");
        assert!(outcome.stderr.starts_with(&format!("ekscred: error: --query `{query}`: ")), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    }
    for (query, size) in [
        ("[".repeat(65), "65 bytes, 65 brackets"),
        ("a".repeat(1025), "1025 bytes, 0 brackets"),
        ("[1::2147483647]".to_owned(), "15 bytes, 1 brackets and a number of more than nine digits"),
    ] {
        sandbox.run(&["get-token", "-i", "demo", "--query", &query]).assert_failure(
            252,
            &format!(
                "ekscred: error: --query is too much, with {size}\n\
                 hint: an ExecCredential has little to select from: try status.token\n"
            ),
        );
    }
}
