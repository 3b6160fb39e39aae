//! The three entries of an EKS cluster in a kubeconfig: what the cluster, the user and the context say, what they are
//! called, and which of several files they go to.
//!
//! Kubeconfigs in, the same with edits out. What is not ours in an entry stays: a namespace, a proxy, `tls-server-name`,
//! variables, fields that nobody knows.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use super::List;
use super::document::{Document, Refusal, Step};
use super::exec::{CONVERTED_FROM, Call, Exec, Identity, Plugin};
use crate::aws::eks::Cluster;
use crate::cli::UpdateKubeconfig;
use crate::world::{AWS_DEFAULT_PROFILE, AWS_PROFILE};

/// The newest that clients know; kubectl has it since 1.22.
const API_VERSION: &str = "client.authentication.k8s.io/v1";

/// What kubectl says where it does not find the command. No sign in it makes YAML want quotes.
const INSTALL_HINT: &str = "ekscred gets the tokens for this cluster; install it, then run ekscred update-kubeconfig";

/// All ways in but `exec`, which client-go lets no two of be together.
const OTHER_CREDENTIALS: [&str; 9] = [
    "auth-provider",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "password",
    "token",
    "tokenFile",
    "username",
];

/// What the entries of a cluster are to say.
pub struct Wish<'a> {
    /// What EKS says of it.
    pub cluster: &'a Cluster,
    /// Names, a role, a namespace and the like, where they are given.
    pub flags: &'a UpdateKubeconfig,
    /// The profile that tokens are for; without one, whatever clients are started with decides.
    pub profile: Option<&'a str>,
    /// What clients are to run.
    pub command: &'a str,
}

/// The files of a kubeconfig, open for edits.
pub struct Desk<'a> {
    /// What they say.
    pub documents: &'a mut [Document],
    /// Where they are, in the same order.
    pub files: &'a [PathBuf],
    /// Which of them gets what is new.
    pub default: usize,
}

/// An item of one of a kubeconfig's lists.
pub struct Item {
    list: List,
    name: String,
    /// What is ours below `cluster:`, `user:` or `context:`.
    value: Value,
}

/// What became of a wish.
pub struct Written {
    /// The context's entry.
    pub context: Item,
    /// The user's.
    pub user: Item,
    /// The cluster's own.
    pub cluster: Item,
    /// Whether the cluster was not there before.
    pub is_new: bool,
    /// The file that the context is in.
    pub file: usize,
}

impl Item {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The item as it stands in the list.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({"name": self.name, (self.list.item_key()): self.value})
    }
}

impl Wish<'_> {
    /// Makes the entries say it, and the context the current one where `is_current` says so.
    ///
    /// # Errors
    /// A place that cannot be edited.
    pub fn write(&self, desk: &mut Desk<'_>, is_current: bool) -> Result<Written> {
        let arn = &self.cluster.arn;
        let former_home = desk.holder(List::Clusters, arn);
        let home = former_home.unwrap_or(desk.default);
        let cluster = self.cluster_item(desk.get(List::Clusters, arn));
        desk.put(&cluster, home)?;

        let name = self.user_name(desk);
        let user = self.user(name, desk, home)?;

        let name = self.flags.alias.clone().unwrap_or_else(|| user.name.clone());
        let mut value = json!({"cluster": arn, "user": user.name});
        if let Some(namespace) = &self.flags.namespace {
            value["namespace"] = json!(namespace);
        }
        let context = Item { list: List::Contexts, name, value };
        let file = desk.put(&context, home)?;
        if is_current {
            desk.make_current(&context.name, home)?;
        }
        Ok(Written { context, user, cluster, is_new: former_home.is_none(), file })
    }

    fn cluster_item(&self, existing: Option<&Value>) -> Item {
        let mut value = json!({"server": self.cluster.endpoint});
        // client-go refuses a certificate authority beside this one, which only a person can have put there.
        let is_insecure = existing.is_some_and(|cluster| cluster["insecure-skip-tls-verify"] == true);
        if let Some(authority) = self.cluster.certificate_authority.as_ref().filter(|_| !is_insecure) {
            value["certificate-authority-data"] = json!(authority);
        }
        if let Some(url) = &self.flags.proxy_url {
            value["proxy-url"] = json!(url);
        }
        Item { list: List::Clusters, name: self.cluster.arn.clone(), value }
    }

    /// The user's name: what a flag says, else the ARN, or that and a label where others have it. So several roles and
    /// profiles live side by side, and who comes again finds their own.
    fn user_name(&self, desk: &Desk<'_>) -> String {
        if let Some(name) = &self.flags.user_alias {
            return name.clone();
        }
        let arn = &self.cluster.arn;
        let labelled = format!("{arn}@{}", self.label());
        let mut name = arn.clone();
        let mut others = [labelled.clone()].into_iter().chain((2..).map(|number| format!("{labelled}-{number}")));
        while desk.get(List::Users, &name).is_some_and(|user| !self.is_for_us(user)) {
            name = others.next().unwrap_or_default();
        }
        name
    }

    /// What tells this identity from others, for people: the role, else the profile.
    fn label(&self) -> &str {
        let role = self.flags.role_arn.as_ref().and_then(|arn| arn.rsplit('/').next());
        role.or(self.profile).unwrap_or("default")
    }

    /// Whether `user` gets its tokens as whom we want.
    fn is_for_us(&self, user: &Value) -> bool {
        let wanted = Identity { role_arn: self.flags.role_arn.clone(), profile: self.profile.map(str::to_owned) };
        matches!(Exec::of(user), Some(Ok(exec)) if exec.identity() == Some(wanted))
    }

    /// Edits the user.
    fn user(&self, name: String, desk: &mut Desk<'_>, home: usize) -> Result<Item> {
        let existing = desk.get(List::Users, &name).cloned().unwrap_or_default();
        let exec = Exec::of(&existing);
        let block = self.exec_block(&existing["exec"], exec.as_ref().and_then(|exec| exec.as_ref().ok()));
        let has_exec = exec.is_some();
        let user = Item { list: List::Users, name, value: json!({"exec": block}) };
        let file = desk.put(&user, home)?;
        let below = [Step::Key("users"), Step::Named(&user.name), Step::Key("user")];
        if !has_exec {
            for key in OTHER_CREDENTIALS {
                desk.remove(file, &[&below[..], &[Step::Key(key)]].concat())?;
            }
        }
        // The profile is an argument now: there it beats keys in the environment.
        let env = [&below[..], &[Step::Key("exec"), Step::Key("env")]].concat();
        let mut removed = false;
        // With arguments that only ekscred takes there is no way back to another command.
        let way_back = self.flags.cache.as_ref().map(|_| CONVERTED_FROM);
        for variable in [AWS_PROFILE.name, AWS_DEFAULT_PROFILE.name].into_iter().chain(way_back) {
            removed |= desk.remove(file, &[&env[..], &[Step::Named(variable)]].concat())?;
        }
        if removed && desk.documents[file].get(&env).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            desk.remove(file, &env)?;
        }
        Ok(user)
    }

    /// The `exec` block, as far as it is ours. What is said there about input or a missing command stays.
    fn exec_block(&self, existing: &Value, exec: Option<&Exec>) -> Value {
        let or = |key, default| existing[key].as_str().filter(|text| !text.is_empty()).unwrap_or(default);
        json!({
            "apiVersion": API_VERSION,
            "args": exec.and_then(|exec| self.kept_args(exec)).unwrap_or_else(|| self.args()),
            "command": self.command,
            "installHint": or("installHint", INSTALL_HINT),
            "interactiveMode": or("interactiveMode", "IfAvailable"),
        })
    }

    /// The arguments as the AWS CLI's update-kubeconfig writes them, then our own.
    fn args(&self) -> Vec<String> {
        let Cluster { name, id, .. } = self.cluster;
        let (flag, cluster) = id.as_deref().map_or(("--cluster-name", name.as_str()), |id| ("--cluster-id", id));
        let mut args = vec!["--region", self.cluster.region(), "eks", "get-token", flag, cluster, "--output", "json"];
        args.extend(self.profile.iter().flat_map(|profile| ["--profile", profile]));
        args.extend(self.flags.role_arn.iter().flat_map(|role| ["--role-arn", role]));
        args.extend(self.flags.cache.iter().map(|_| "--cache"));
        args.into_iter().map(str::to_owned).collect()
    }

    /// Arguments of ekscred's own that get the same tokens already: somebody may have added to them.
    fn kept_args(&self, exec: &Exec) -> Option<Vec<String>> {
        let Call { plugin, globals, arguments } = exec.call.as_ref().ok()?;
        let (name, id) = match &self.cluster.id {
            None => (Some(&self.cluster.name), None),
            id => (None, id.as_ref()),
        };
        let is_same = *plugin == Plugin::Ekscred
            && globals.region.as_deref() == Some(self.cluster.region())
            && globals.profile.as_deref() == self.profile
            && arguments.cluster_name.as_ref() == name
            && arguments.cluster_id.as_ref() == id
            && arguments.role.role_arn == self.flags.role_arn;
        let lacks_cache = self.flags.cache.is_some() && arguments.cache.cache.is_none();
        let more = lacks_cache.then(|| "--cache".to_owned());
        is_same.then(|| exec.args.iter().cloned().chain(more).collect())
    }
}

impl Desk<'_> {
    /// The file from which kubectl takes an item: the first that has it.
    fn holder(&self, list: List, name: &str) -> Option<usize> {
        let path = [Step::Key(list.key()), Step::Named(name)];
        self.documents.iter().position(|document| document.get(&path).is_some())
    }

    /// What stands there below `cluster:`, `user:` or `context:`.
    fn get(&self, list: List, name: &str) -> Option<&Value> {
        let path = [Step::Key(list.key()), Step::Named(name)];
        let item = self.documents.iter().find_map(|document| document.get(&path))?;
        Some(item.get(list.item_key()).unwrap_or(&Value::Null))
    }

    /// Makes an item say what `item` does, where kubectl would find it; or adds it to `home`. Gives the file.
    fn put(&mut self, item: &Item, home: usize) -> Result<usize> {
        let file = self.holder(item.list, &item.name).unwrap_or(home);
        let path = [Step::Key(item.list.key()), Step::Named(&item.name), Step::Key(item.list.item_key())];
        let done = merge(&mut self.documents[file], &path, &item.value);
        self.checked(file, done)?;
        Ok(file)
    }

    /// Removes what is at the end of `path`, and tells whether there was something.
    fn remove(&mut self, file: usize, path: &[Step<'_>]) -> Result<bool> {
        let is_there = self.documents[file].get(path).is_some();
        if is_there {
            let done = self.documents[file].remove(path);
            self.checked(file, done)?;
        }
        Ok(is_there)
    }

    /// Sets the current context in the file from which kubectl takes it.
    fn make_current(&mut self, context: &str, home: usize) -> Result<()> {
        let path = [Step::Key("current-context")];
        let mut names = self.documents.iter().map(|document| document.get(&path).and_then(Value::as_str));
        let file = names.position(|name| name.is_some_and(|name| !name.is_empty())).unwrap_or(home);
        let done = self.documents[file].set(&path, &json!(context));
        self.checked(file, done)
    }

    fn checked(&self, file: usize, done: Result<(), Refusal>) -> Result<()> {
        Ok(done.map_err(|refusal| refusal.in_file(&self.files[file]))?)
    }
}

/// Sets what `value` says, field by field, and leaves what else is there.
fn merge(document: &mut Document, path: &[Step<'_>], value: &Value) -> Result<(), Refusal> {
    match (document.get(path), value) {
        (Some(Value::Object(_)), Value::Object(fields)) => {
            fields.iter().try_for_each(|(key, value)| merge(document, &[path, &[Step::Key(key)]].concat(), value))
        }
        _ => document.set(path, value),
    }
}
