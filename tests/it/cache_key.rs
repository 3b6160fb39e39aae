//! The names of what is kept: no two different inputs share one, no input can be read back from one; and whatever
//! decides whose a token is, is an input of its name.

use std::collections::BTreeSet;

use ekscred::cache::digest::Digest;
use ekscred::world::VARIABLES;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

use crate::cache_scene::Scene;

/// One input of a name; `None` where it is absent.
type Input = Option<Vec<u8>>;

fn name(what: &str, inputs: &[Input]) -> String {
    inputs.iter().fold(Digest::new(what), |digest, input| digest.maybe(input.as_ref())).name()
}

/// Bytes that a bad encoding could take for its own: for a mark, a length, an end.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(0), Just(1), Just(2), Just(8), Just(b'a'), any::<u8>()], 0..20)
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    vec(proptest::option::weighted(0.8, bytes()), 0..6)
}

/// `bytes` in as many parts as there are cuts, and one more.
fn cut(bytes: &[u8], cuts: &BTreeSet<usize>) -> Vec<Input> {
    let ends = cuts.iter().copied().chain([bytes.len()]);
    let mut start = 0;
    ends.map(|end| Some(bytes[std::mem::replace(&mut start, end)..end].to_vec())).collect()
}

/// Places where to cut.
fn cuts(bytes: &[u8]) -> impl Strategy<Value = BTreeSet<usize>> + use<> {
    btree_set(0..=bytes.len(), 0..5)
}

/// Every list of up to three inputs of up to two bytes, of which one value is a likely mark: a wrong border cannot hide.
#[test]
fn short_lists_have_names_of_their_own() {
    let bytes = [0_u8, 1];
    let pairs = bytes.iter().flat_map(|one| bytes.iter().map(|other| vec![*one, *other]));
    let texts = [Vec::new()].into_iter().chain(bytes.iter().map(|byte| vec![*byte])).chain(pairs);
    let inputs: Vec<Input> = [None].into_iter().chain(texts.map(Some)).collect();
    let mut lists: Vec<Vec<Input>> = vec![Vec::new()];
    for length in 0..3 {
        let shorter: Vec<_> = lists.iter().filter(|list| list.len() == length).cloned().collect();
        for (list, input) in shorter.iter().flat_map(|list| inputs.iter().map(move |input| (list, input))) {
            lists.push(list.iter().chain([input]).cloned().collect());
        }
    }
    assert_eq!(lists.len(), 1 + 8 + 64 + 512);
    let names: BTreeSet<String> = lists.iter().map(|list| name("one", list)).collect();
    assert_eq!(names.len(), lists.len());
}

proptest! {
    // What fails is told; nothing is written beside the tests.
    // The same cases in every run: a gate that fails by chance is no gate.
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn the_same_inputs_have_the_same_name(inputs in inputs()) {
        prop_assert_eq!(name("one", &inputs), name("one", &inputs));
    }

    #[test]
    fn other_inputs_have_another_name(one in inputs(), other in inputs()) {
        prop_assume!(one != other);
        prop_assert_ne!(name("one", &one), name("one", &other));
    }

    /// The likeliest mistake: the same bytes, and another border between neighbours.
    #[test]
    fn inputs_cut_elsewhere_have_another_name(
        (bytes, one, other) in bytes().prop_flat_map(|bytes| (cuts(&bytes), cuts(&bytes), Just(bytes)))
            .prop_map(|(one, other, bytes)| (bytes, one, other)),
    ) {
        prop_assume!(one != other);
        prop_assert_ne!(name("one", &cut(&bytes, &one)), name("one", &cut(&bytes, &other)));
    }

    /// Nothing is something: an empty input is not an absent one, nor none at all; and each has its place.
    #[test]
    fn every_input_counts(inputs in inputs(), at in any::<Index>(), further in prop::option::of(bytes())) {
        let at = at.index(inputs.len() + 1);
        let mut longer = inputs.clone();
        longer.insert(at, further);
        prop_assert_ne!(name("one", &inputs), name("one", &longer));

        let mut other = longer.clone();
        other[at] = if longer[at].is_none() { Some(Vec::new()) } else { None };
        prop_assert_ne!(name("one", &longer), name("one", &other));

        longer.swap(0, at);
        prop_assume!(longer[0] != longer[at]);
        let mut swapped = longer.clone();
        swapped.swap(0, at);
        prop_assert_ne!(name("one", &longer), name("one", &swapped));
    }

    /// Of what kind a name is, is an input like any other.
    #[test]
    fn kinds_have_names_of_their_own(one in "[a-z]{0,4}", other in "[a-z]{0,4}", inputs in inputs()) {
        prop_assume!(one != other);
        prop_assert_ne!(name(&one, &inputs), name(&other, &inputs));
        let moved: Vec<Input> = [Some(other.clone().into_bytes())].into_iter().chain(inputs.clone()).collect();
        prop_assert_ne!(name(&one, &inputs), name(&one, &moved));
        prop_assert_ne!(name(&format!("{one}{other}"), &inputs), name(&one, &moved));
    }

    /// A name is as long as any other, and a single bit of an input changes all of it: nothing in it is like an input.
    #[test]
    fn no_input_can_be_read_back(inputs in inputs(), secret in vec(any::<u8>(), 1..200), bit in any::<Index>()) {
        let with = |secret: &[u8]| {
            let inputs: Vec<Input> = inputs.iter().cloned().chain([Some(secret.to_vec())]).collect();
            name("one", &inputs)
        };
        let mut other = secret.clone();
        let bit = bit.index(secret.len() * 8);
        other[bit / 8] ^= 1 << (bit % 8);
        let (one, other) = (with(&secret), with(&other));
        prop_assert!(one.len() == 64 && one.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{}", one);
        // Of two names that have nothing in common about 128 of 256 bits differ: 64 or fewer once in 10^15 times.
        prop_assert!(differing_bits(&one, &other) > 64, "{} {}", one, other);
    }
}

fn differing_bits(one: &str, other: &str) -> u32 {
    let digits = |name: &str| name.chars().map(|digit| digit.to_digit(16).expect("a digit")).collect::<Vec<_>>();
    digits(one).iter().zip(digits(other)).map(|(one, other)| (one ^ other).count_ones()).sum()
}

/// The name of the token that a run with these variables and flags keeps.
#[track_caller]
fn token_name(scene: &Scene, words: &str) -> String {
    scene.forget();
    let run = scene.run(&format!("AWS_ACCESS_KEY_ID=AKIDKEYS AWS_SECRET_ACCESS_KEY=secretKEYS --cache {words}"));
    run.outcome.assert_success();
    let names = scene.entries().into_keys().filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
    let names: Vec<String> = names.filter(|name| name.starts_with("token-")).collect();
    assert_eq!(names.len(), 1, "{words}");
    names.concat()
}

/// Two values for a variable with which there is a token.
fn values(variable: &str) -> [&'static str; 2] {
    match variable {
        "AWS_PROFILE" | "AWS_DEFAULT_PROFILE" => ["keys", "same-keys"],
        "AWS_CREDENTIAL_EXPIRATION" => ["{now+3600}", "{now+7200}"],
        "AWS_DEFAULT_OUTPUT" => ["json", "text"],
        "EKSCRED_CACHE" => ["roles", "off"],
        // The same place, called otherwise.
        "EKSCRED_CACHE_DIR" => ["{home}/.cache/ekscred", "~/.cache/ekscred"],
        "XDG_CACHE_HOME" => ["{home}/.cache", "{home}/./.cache"],
        "EKSCRED_LOG_FILE" => ["{home}/one.log", "{home}/two.log"],
        "EKSCRED_DEBUG" | "NO_COLOR" => ["1", "0"],
        "TERM" => ["xterm", "dumb"],
        "KUBECONFIG" | "PATH" => ["{home}/one", "{home}/two"],
        "KUBERNETES_EXEC_INFO" => [
            r#"{"apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}"#,
            r#"{"apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}}"#,
        ],
        _ => ["one", "two"],
    }
}

/// Variables that do not decide whose token it is: how it is printed and where it is kept, and what is said of that.
/// (The parts of `KUBERNETES_EXEC_INFO` that do are below.)
const INDIFFERENT: [&str; 11] = [
    "AWS_DEFAULT_OUTPUT",
    "EKSCRED_CACHE",
    "EKSCRED_CACHE_DIR",
    "EKSCRED_DEBUG",
    "EKSCRED_LOG_FILE",
    "KUBECONFIG",
    "KUBERNETES_EXEC_INFO",
    "NO_COLOR",
    "PATH",
    "TERM",
    "XDG_CACHE_HOME",
];

#[test]
fn every_variable_that_is_read_is_in_a_tokens_name() {
    let scene = Scene::new();
    for variable in VARIABLES.iter().map(|variable| variable.name) {
        let name = |value: &str| token_name(&scene, &format!("{variable}={value} --cluster-name demo"));
        let [one, two] = values(variable).map(name);
        assert_eq!(one == two, INDIFFERENT.contains(&variable), "{variable}");
        if !["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&variable) {
            // An empty one counts as unset.
            assert_eq!(name("") == one, INDIFFERENT.contains(&variable), "{variable}");
        }
    }
}

/// What moves from one variable to the next is noticed.
#[test]
fn every_variable_has_its_own_place_in_a_tokens_name() {
    let scene = Scene::new();
    let plain = |variable: &&str| values(variable) == ["one", "two"] && !variable.contains("ACCESS_KEY");
    let variables: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).filter(plain).collect();
    for pair in variables.windows(2) {
        let name = |(one, other)| token_name(&scene, &format!("{}={one} {}={other}", pair[0], pair[1]));
        let names = BTreeSet::from([("ab", "c"), ("a", "bc"), ("abc", ""), ("", "abc")].map(name));
        assert_eq!(names.len(), 4, "{pair:?}");
    }
}

/// Flags that decide whose token it is or for which cluster, each with values of which none is the default.
const DECISIVE_FLAGS: [(&str, &[&str]); 11] = [
    ("region", &["eu-west-2", "eu-west-3"]),
    ("profile", &["keys", "same-keys"]),
    ("cluster-name", &["one", "two", "arn:aws:eks:eu-west-1:123456789012:cluster/demo"]),
    ("cluster-id", &["one", "two"]),
    ("sts-endpoint", &["https://one", "https://two"]),
    ("role-arn", &["arn:aws:iam::123456789012:role/B", "arn:aws:iam::123456789012:role/C"]),
    ("external-id", &["one", "two"]),
    ("session-name", &["one", "two"]),
    ("forward-session-name", &[""]),
    ("duration", &["3600", "3601"]),
    ("mfa-serial", &["GAHT12345678", "GAHT12345679"]),
];

/// Those that do not: what is printed and said, how long is waited and for whom. `None`: with these there is no token,
/// or none is kept.
const INDIFFERENT_FLAGS: [(&str, Option<&str>); 25] = [
    ("output", Some("yaml")),
    ("query", Some("kind")),
    ("token-only", Some("")),
    ("api-version", Some("v1")),
    ("debug", Some("")),
    ("cache", Some("")),
    ("no-cache", None),
    ("force-refresh", Some("")),
    ("min-ttl", Some("0")),
    ("mfa-code", Some("123456")),
    ("ca-bundle", Some("{ca}")),
    ("cli-read-timeout", Some("5")),
    ("cli-connect-timeout", Some("5")),
    ("endpoint-url", Some("https://one")),
    ("no-verify-ssl", Some("")),
    ("no-sign-request", None),
    ("no-paginate", Some("")),
    ("color", Some("off")),
    ("no-cli-pager", Some("")),
    ("cli-binary-format", Some("base64")),
    ("cli-auto-prompt", Some("")),
    ("no-cli-auto-prompt", Some("")),
    ("cli-error-format", Some("legacy")),
    ("help", None),
    ("version", None),
];

#[test]
fn every_flag_that_decides_is_in_a_tokens_name() {
    let mut command = ekscred::command();
    command.build();
    let get_token = command.find_subcommand("get-token").expect("the command");
    let there_are: BTreeSet<&str> = get_token.get_arguments().filter_map(clap::Arg::get_long).collect();
    let known = DECISIVE_FLAGS.iter().map(|(flag, _)| *flag).chain(INDIFFERENT_FLAGS.iter().map(|(flag, _)| *flag));
    assert_eq!(there_are, known.collect(), "each flag is in one of the two lists");

    let scene = Scene::new();
    let base = "--role-arn arn:aws:iam::123456789012:role/A";
    let name = |flag: &str, value: &str| token_name(&scene, &format!("{base} --{flag} {value} --mfa-code 111111"));
    let without = name("cache", "");
    for (flag, values) in DECISIVE_FLAGS {
        let names: BTreeSet<String> = values.iter().map(|value| name(flag, value)).chain([without.clone()]).collect();
        assert_eq!(names.len(), values.len() + 1, "{flag}");
    }
    for (flag, value) in INDIFFERENT_FLAGS {
        if let Some(value) = value {
            assert_eq!(name(flag, value), without, "{flag}");
        }
    }
}

/// And what a cluster entry tells.
#[test]
fn a_cluster_entry_is_in_a_tokens_name() {
    let scene = Scene::new();
    let name = |cluster: &str| {
        let version = "client.authentication.k8s.io/v1";
        token_name(
            &scene,
            &format!(r#"KUBERNETES_EXEC_INFO={{"apiVersion":"{version}","spec":{{"cluster":{cluster}}}}}"#),
        )
    };
    let clusters = [
        r#"{"config":{"clusterName":"one"}}"#,
        r#"{"config":{"clusterName":"two"}}"#,
        r#"{"config":{"clusterId":"one"}}"#,
        r#"{"config":{"clusterName":"one","region":"eu-west-2"}}"#,
        r#"{"config":{"clusterName":"one","region":"eu-west-3"}}"#,
        r#"{"config":{"clusterName":"one"},"server":"https://one"}"#,
        r#"{"config":{"clusterName":"one"},"server":"https://two"}"#,
    ];
    assert_eq!(clusters.map(name).into_iter().collect::<BTreeSet<_>>().len(), clusters.len());
    // Nothing else there can decide anything.
    let more = r#"{"config":{"clusterName":"one","profile":"admin"},"certificate-authority-data":"QQ=="}"#;
    assert_eq!(name(more), name(clusters[0]));
}
