//! What is kept between runs, where, and how that is switched on and off; what it saves; how a kept token is printed.
//!
//! Whose it is, is the affair of `cache_identity.rs`; for how long it serves, of `cache_limits.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::cache_scene::{LONE, Scene};
use crate::sandbox::{Sandbox, url_in};

/// The sorts of files in the two folders, without their digits.
fn sorts(scene: &Scene) -> BTreeSet<&'static str> {
    let sort = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digits = |prefix, suffix| name.strip_prefix(prefix)?.strip_suffix(suffix).filter(|text| hex(text));
        match path.starts_with(scene.own()) {
            true if digits("role-", ".json").is_some_and(|digits| digits.len() == 64) => "role",
            true if digits("token-", ".json").is_some_and(|digits| digits.len() == 64) => "token",
            true if digits("role-", ".lock").is_some_and(|digits| digits.len() == 64) => "role's lock",
            true if digits("token-", ".lock").is_some_and(|digits| digits.len() == 64) => "token's lock",
            true if name == "pruned" => "stamp",
            false if digits("", ".json").is_some_and(|digits| digits.len() == 40) => "AWS CLI's",
            _ => panic!("{}", path.display()),
        }
    };
    scene.kept().keys().map(sort).collect()
}

const ON_THE_FLAG: &str = "AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A";

#[test]
fn flags_and_the_variable_say_what_is_kept() {
    let roles = &["AWS CLI's", "role's lock", "stamp"][..];
    let tokens = &["AWS CLI's", "role's lock", "stamp", "token", "token's lock"];
    for (line, kept) in [
        ("", roles),
        ("EKSCRED_CACHE=", roles),
        ("EKSCRED_CACHE=roles", roles),
        ("EKSCRED_CACHE=tokens", tokens),
        ("EKSCRED_CACHE=off", &[]),
        ("--cache", tokens),
        ("EKSCRED_CACHE=roles --cache", tokens),
        ("EKSCRED_CACHE=off --cache", tokens),
        ("--no-cache", &[]),
        ("EKSCRED_CACHE=tokens --no-cache", &[]),
        ("--force-refresh", roles),
        ("--force-refresh --cache", tokens),
        ("--force-refresh --no-cache", &[]),
    ] {
        let scene = Scene::new();
        scene.run(&format!("AWS_PROFILE=lone {line}")).token();
        assert_eq!(sorts(&scene), kept.iter().copied().collect(), "{line}");
        // Not so much as an empty folder.
        let is_untouched =
            !scene.own().exists() && !scene.shared().exists() && !scene.sandbox.home().join(".cache").exists();
        assert_eq!(is_untouched, kept.is_empty(), "{line}");
    }
}

#[test]
fn sessions_have_their_places() {
    for (setup, kept) in [
        ("AWS_PROFILE=lone", &["AWS CLI's", "role's lock", "stamp"][..]),
        ("AWS_PROFILE=chain", &["AWS CLI's", "role", "role's lock", "stamp"]),
        ("AWS_PROFILE=sso", &["AWS CLI's", "role's lock", "stamp"]),
        ("AWS_PROFILE=lone-web-identity", &["AWS CLI's", "role's lock", "stamp"]),
        // Another profile would find it in the AWS CLI's folder.
        ("AWS_PROFILE=role", &["role", "role's lock", "stamp"]),
        ("AWS_PROFILE=web-identity", &["role", "role's lock", "stamp"]),
        // The AWS CLI keeps none such.
        (ON_THE_FLAG, &["role", "role's lock", "stamp"]),
        // No session of ours.
        ("AWS_PROFILE=keys", &[]),
        ("AWS_PROFILE=temporary", &[]),
        ("AWS_PROFILE=process", &[]),
        ("AWS_PROFILE=login", &[]),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one", &[]),
        ("AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={aws}", &[]),
        ("AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=secret", &[]),
    ] {
        let scene = Scene::new();
        scene.run(setup).token();
        assert_eq!(sorts(&scene), kept.iter().copied().collect(), "{setup}");
    }
}

#[test]
fn contradictions_and_unknown_words_are_errors() {
    let scene = Scene::new();
    scene
        .run("AWS_PROFILE=keys --cache --no-cache")
        .outcome
        .assert_failure(252, "ekscred: error: both --cache and --no-cache are given\nhint: give one of them\n");
    for word in ["on", "Tokens", "roles,tokens", "1", "true"] {
        let error = format!("ekscred: error: EKSCRED_CACHE `{word}` is unknown\nhint: off, roles or tokens is meant\n");
        scene.run(&format!("AWS_PROFILE=keys EKSCRED_CACHE={word}")).outcome.assert_failure(253, &error);
    }
}

#[test]
fn our_own_folder_is_where_the_environment_says() {
    let default = if cfg!(target_os = "macos") { "Library/Caches/ekscred" } else { ".cache/ekscred" };
    let of_the_system = if cfg!(target_os = "macos") { default } else { "xdg/ekscred" };
    for (variables, place) in [
        ("", default),
        ("EKSCRED_CACHE_DIR=", default),
        ("XDG_CACHE_HOME={home}/xdg", of_the_system),
        ("XDG_CACHE_HOME=xdg", default),
        ("EKSCRED_CACHE_DIR={home}/mine XDG_CACHE_HOME={home}/xdg", "mine"),
        ("EKSCRED_CACHE_DIR=~/mine/as/well", "mine/as/well"),
        ("EKSCRED_CACHE_DIR=$WHERE/mine WHERE={home}/there", "there/mine"),
        ("HOME={home}/elsewhere", &format!("elsewhere/{default}")),
    ] {
        let scene = Scene::new();
        let folder = scene.sandbox.home().join(place);
        let path = scene.command(scene.now, &format!("cache path {variables}"));
        assert_eq!(path.outcome.stdout, format!("{}\n", folder.display()), "{variables}");
        assert!(!folder.exists());
        scene.run(&format!("{variables} AWS_PROFILE=keys --cache")).token();
        assert_eq!(fs::metadata(&folder).expect("the folder").mode() & 0o777, 0o700, "{variables}");
        assert_eq!(folder.read_dir().expect("the folder").count(), 3, "a token, its lock and the stamp");
    }
}

#[test]
fn nothing_is_kept_where_there_is_no_place() {
    let sandbox = Sandbox::with_keys().homeless();
    assert!(sandbox.stdout(&["get-token", "-i", "demo", "--cache"]).contains("k8s-aws-v1."));
    let debug = sandbox.run(&["get-token", "-i", "demo", "--cache", "--debug"]);
    debug.assert_success();
    assert!(!debug.stderr.contains("a token is kept"), "{debug}");

    sandbox.run(&["cache", "path"]).assert_failure(
        253,
        "ekscred: error: there is no home directory, and so no place to keep anything\n\
         hint: set HOME, EKSCRED_CACHE_DIR or XDG_CACHE_HOME\n",
    );
    assert_eq!(sandbox.stdout(&["cache", "list", "-o", "json"]), "[]\n");
    assert_eq!(sandbox.stdout(&["cache", "clear"]), "removed 0 files of kept sessions and tokens\n");
}

/// Whatever the umask says.
#[test]
fn all_that_is_kept_is_private() {
    let scene = Scene::new();
    for setup in ["AWS_PROFILE=long-chain --cache", "AWS_PROFILE=role --cache", "AWS_PROFILE=sso"] {
        scene.run(setup).token();
    }
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o7777;
    for folder in [".cache", ".cache/ekscred", ".aws/cli", ".aws/cli/cache"] {
        assert_eq!(mode(&scene.sandbox.home().join(folder)), 0o700, "{folder}");
    }
    let kept = scene.kept();
    assert!(kept.len() >= 10, "{kept:?}");
    for path in kept.keys() {
        assert_eq!(mode(path), 0o600, "{path:?}");
    }
}

/// What the AWS CLI, Python, and `aws sso logout` look for (botocore's `JSONFileCache`, awscli's `customizations/sso`).
#[test]
fn a_session_is_written_as_the_aws_cli_writes_it() {
    for (setup, file, provider) in [
        ("AWS_PROFILE=lone", LONE, Value::Null),
        ("AWS_PROFILE=sso", "97ba9287372b7d20533965dff2b3b3353882733f.json", json!("sso")),
        ("AWS_PROFILE=lone-web-identity", "249918af580761c18761f3297215a11984c37d97.json", Value::Null),
    ] {
        let scene = Scene::new();
        let token = scene.run(setup).token();
        let text = fs::read(scene.shared().join(file)).unwrap_or_else(|error| panic!("{setup}: {error}"));
        let entry: Value = serde_json::from_slice(&text).expect("JSON");
        let keys = &entry["Credentials"];
        let key_id = keys["AccessKeyId"].as_str().expect("a text");
        assert!(url_in(&token).contains(&format!("X-Amz-Credential={key_id}%2F")), "{setup}");
        let name = key_id.strip_prefix("ASIA").expect("a session's");
        let expected = json!({
            "AccessKeyId": key_id,
            "SecretAccessKey": format!("secret{name}"),
            "SessionToken": format!("token{name}"),
            "Expiration": scene.fill("{now+3600}"),
            "AccountId": "123456789012",
        });
        assert_eq!((keys, &entry["ProviderType"]), (&expected, &provider), "{setup}");
        let source = entry["ekscred"]["source"].as_str().expect("a mark");
        assert!(source.len() == 64 && entry["ekscred"]["version"] == 1, "{setup}");
    }
}

#[test]
fn what_is_kept_needs_no_network() {
    for setup in [
        "AWS_PROFILE=lone",
        "AWS_PROFILE=role",
        "AWS_PROFILE=long-chain",
        "AWS_PROFILE=sso",
        "AWS_PROFILE=lone-web-identity",
        "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one",
        "AWS_PROFILE=lone AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
        "AWS_PROFILE=forwarded --role-arn arn:aws:iam::123456789012:role/A --forward-session-name",
        ON_THE_FLAG,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one --cache",
        "AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={aws} --cache",
    ] {
        let scene = Scene::new();
        let first = scene.run(setup);
        assert!(!first.calls.is_empty() && first.connections > 0, "{setup}: {first:?}");
        let second = scene.run(setup);
        assert_eq!((second.calls.as_slice(), second.connections), (&[][..], 0), "{setup}");
        assert_eq!(second.token(), first.token(), "{setup}");
    }
}

#[test]
fn an_mfa_code_is_asked_for_once() {
    for setup in ["AWS_PROFILE=mfa", &format!("{ON_THE_FLAG} --mfa-serial GAHT12345678")] {
        let mut scene = Scene::new();
        scene.sandbox = scene.sandbox.terminal(vec!["123456".to_owned()]);
        let first = scene.run(setup);
        assert_eq!((first.outcome.prompts.len(), first.calls.len()), (1, 1), "{}", first.outcome);
        for again in [
            setup.to_owned(),
            format!(r#"KUBERNETES_EXEC_INFO={{{{v1}},"spec":{{"interactive":false}}}} {setup} -i demo"#),
            format!("{setup} --mfa-code 654321"),
        ] {
            let run = scene.run(&again);
            assert_eq!((run.outcome.prompts.len(), run.token(), run.calls.len()), (0, first.token(), 0), "{again}");
        }
        // Its end is the end of that.
        let late = scene.run_at(scene.now + Duration::from_secs(2701), setup);
        assert_eq!((late.outcome.prompts.len(), late.calls.len()), (1, 1), "{}", late.outcome);
    }
}

#[test]
fn every_role_of_a_chain_is_kept() {
    let scene = Scene::new();
    let all = scene.run("AWS_PROFILE=long-chain").calls;
    assert_eq!(all.len(), 3);
    let kept = scene.kept();
    let names = ["LONE", "C", "D"];
    let of_role = |content: &[u8], name: &str| String::from_utf8_lossy(content).contains(&format!("\"ASIA{name}\""));
    for missing in 0..8 {
        let is_missing = |at: usize| missing & 1 << at != 0;
        let left = kept.iter().filter(|(_, content)| !(0..3).any(|at| is_missing(at) && of_role(content, names[at])));
        scene.keep(&left.map(|(path, content)| (path.clone(), content.clone())).collect());
        // Down to the first one that is there.
        let from = (0..3).rev().find(|&at| !is_missing(at)).map_or(0, |at| at + 1);
        assert_eq!(scene.run("AWS_PROFILE=long-chain").calls, all[from..], "without {missing:03b}");
    }
}

/// The AWS CLI's name for a session leaves out who assumes the role. Two of one name do not push each other out.
#[test]
fn sessions_of_one_name_live_side_by_side() {
    let scene = Scene::new();
    let setups = ["one", "two", "nowhere"].map(|folder| {
        scene.fill(&format!("AWS_PROFILE=lone AWS_SHARED_CREDENTIALS_FILE={{home}}/{folder}/credentials"))
    });
    let [one, two, _] = &setups;
    assert_eq!(scene.run(one).calls.len(), 1);
    assert_eq!(scene.run(two).calls.len(), 1);
    assert_eq!(scene.entries().keys().map(|path| path.starts_with(scene.own())).collect::<Vec<_>>(), [false, true]);
    for setup in [one, two, one, two] {
        scene.run(setup).assert_calls(&[]);
    }
    // What has ended keeps no place.
    let later = scene.now + Duration::from_mins(50);
    assert_eq!(scene.run_at(later, two).calls.len(), 1);
    let sessions: Vec<Value> =
        scene.entries().values().map(|text| serde_json::from_slice(text).expect("JSON")).collect();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["ekscred"]["source"], sessions[1]["ekscred"]["source"], "both are the second one's");
}

#[test]
fn force_refresh_reads_nothing_and_keeps_what_it_got() {
    for setup in ["AWS_PROFILE=lone", "AWS_PROFILE=role", "AWS_PROFILE=long-chain", "AWS_PROFILE=sso", ON_THE_FLAG] {
        let scene = Scene::new();
        let first = scene.run(setup);
        let inode = |path: &PathBuf| fs::metadata(path).expect("a file").ino();
        let before = scene.entries().into_keys().map(|path| (inode(&path), path)).collect::<Vec<_>>();
        let second = scene.run(&format!("{setup} --force-refresh"));
        assert_eq!((&second.calls, second.token()), (&first.calls, first.token()), "{setup}");
        for (before, path) in before {
            assert_ne!(inode(&path), before, "{setup}: {path:?}");
        }
        scene.run(setup).assert_calls(&[]);
    }
}

#[test]
fn force_refresh_signs_anew_and_keeps_that_token() {
    let scene = Scene::new();
    let run = |after: u64, flags: &str| {
        scene.run_at(scene.now + Duration::from_secs(after), &format!("AWS_PROFILE=lone --cache {flags}")).token()
    };
    let first = run(0, "");
    let second = run(10, "--force-refresh");
    assert_ne!(second, first);
    assert_eq!(run(20, ""), second);
}

#[test]
fn no_cache_sees_and_touches_nothing() {
    let scene = Scene::new();
    let setup = "AWS_PROFILE=long-chain";
    let calls = scene.run(&format!("{setup} --cache")).calls;
    let facts = || {
        let file =
            |path: &PathBuf| fs::metadata(path).map(|file| (path.clone(), file.ino(), file.ctime(), file.ctime_nsec()));
        scene.kept().keys().map(file).collect::<Result<Vec<_>, _>>().expect("files")
    };
    let before = facts();
    for line in [format!("{setup} --no-cache"), format!("EKSCRED_CACHE=off {setup}")] {
        assert_eq!(scene.run(&line).calls, calls);
    }
    assert_eq!(facts(), before);
}

/// What one token is printed as is the affair of each run.
#[test]
fn a_kept_token_is_printed_as_this_run_wants_it() {
    let scene = Scene::new().file(".aws/config", "[profile keys]\noutput = text\n");
    let first = scene.run("AWS_PROFILE=keys --cache");
    let (token, end) = (first.token(), scene.fill("{now+840}"));
    let document = |version: &str| {
        let named = first.outcome.stdout.replace("/v1beta1", &format!("/{version}"));
        assert!(named.contains(&format!("client.authentication.k8s.io/{version}\"")));
        named
    };
    let exec_info = |version: &str| {
        format!(
            "KUBERNETES_EXEC_INFO={{\"apiVersion\":\"client.authentication.k8s.io/{version}\"}} --cluster-name demo"
        )
    };
    for (line, stdout) in [
        (String::new(), document("v1beta1")),
        (exec_info("v1"), document("v1")),
        (exec_info("v1beta1"), document("v1beta1")),
        ("--api-version v1".to_owned(), document("v1")),
        (format!("{} --api-version v1beta1", exec_info("v1")), document("v1beta1")),
        ("--token-only".to_owned(), format!("{token}\n")),
        ("--query status.token --output json".to_owned(), format!("\"{token}\"\n")),
        // The profile's `output` decides, though nobody reads the profile.
        ("--query status.token".to_owned(), format!("{token}\n")),
        ("--query [status.expirationTimestamp,kind]".to_owned(), format!("{end}\tExecCredential\n")),
        ("AWS_DEFAULT_OUTPUT=json --query status.expirationTimestamp".to_owned(), format!("\"{end}\"\n")),
        ("--query status.expirationTimestamp -o yaml".to_owned(), format!("\"{end}\"\n")),
        ("--output yaml --query kind".to_owned(), "\"ExecCredential\"\n".to_owned()),
    ] {
        let later = scene.now + Duration::from_mins(1);
        let run = |cache: &str| scene.run_at(later, &format!("AWS_PROFILE=keys {cache} {line}")).outcome;
        let (kept, alone) = (run("--cache"), run("--no-cache"));
        assert_eq!((kept.stdout.as_str(), kept.stderr.as_str()), (stdout.as_str(), ""), "{line}");
        // As it is without the token that is kept, but for the time.
        assert_eq!((alone.stdout.len(), alone.stderr.as_str()), (stdout.len(), ""), "{line}: {alone}");
    }
    let unsupported = scene.run("AWS_DEFAULT_OUTPUT=table AWS_PROFILE=keys --cache --query kind").outcome;
    assert_eq!((unsupported.code, unsupported.stdout.as_str()), (253, ""), "{unsupported}");
    assert_eq!(scene.entries().len(), 1, "there is one token for all of them");
}
