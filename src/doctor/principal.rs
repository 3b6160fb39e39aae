//! Whom the cluster sees, by the two names that clusters go by, and what lets such a one in.

use crate::aws::arn::Arn;
use crate::aws::eks::Cluster;
use crate::token::inspection;
use crate::token::rules::Identity;

/// A user or a role.
pub(super) struct Principal {
    /// Its ARN as the aws-auth ConfigMap must have it: a role's without the role's path
    /// (<https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/268>).
    pub mapped: String,
    /// Its ARN as access entries have it, with the path, as far as that is known.
    entry: inspection::Principal,
}

impl Principal {
    /// The principal that STS has told. `roles` are ARNs from flags and files: where one is of the same role, it tells the path.
    pub(super) fn of<'r>(
        identity: Option<&Identity>,
        roles: impl IntoIterator<Item = Option<&'r str>>,
    ) -> Option<Self> {
        let identity = identity?;
        let mapped = identity.canonical_arn.clone();
        let known = roles.into_iter().flatten().find(|role| is_the_same(role, &mapped));
        let entry = match known {
            Some(arn) => inspection::Principal { arn: Some(arn.to_owned()), note: None },
            None => inspection::Principal::of(identity),
        };
        Some(Self { mapped, entry })
    }

    /// Whether an access entry for this ARN is for the principal.
    pub(super) fn is(&self, entry: &str) -> bool {
        is_the_same(entry, &self.mapped)
    }

    /// What lets it in, by where the cluster looks.
    pub(super) fn remedy(&self, cluster: Option<&Cluster>) -> String {
        match cluster {
            Some(cluster) if !cluster.uses_config_map() => self.create_command(cluster),
            Some(cluster) if cluster.uses_access_entries() => {
                format!("{}, or {}", self.create_command(cluster), self.config_map_advice())
            }
            Some(_) => self.config_map_advice(),
            None => format!(
                "see that the cluster's name is right; then somebody who may has to make an access entry for {}, or {}",
                self.mapped,
                self.config_map_advice()
            ),
        }
    }

    /// The commands that make an access entry.
    fn create_command(&self, cluster: &Cluster) -> String {
        let arn = self.entry.arn.as_deref().unwrap_or("ARN");
        let note = self.entry.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
        format!(
            "somebody who may has to run `aws eks create-access-entry --cluster-name {} --region {} --principal-arn {arn}`{note} \
             and `aws eks associate-access-policy` for what it may do",
            cluster.name,
            cluster.region()
        )
    }

    fn config_map_advice(&self) -> String {
        let (list, note) = match is_role(&self.mapped) {
            true => ("mapRoles", " (the role's ARN without its path)"),
            false => ("mapUsers", ""),
        };
        format!(
            "somebody who is in has to put into {list} of the ConfigMap aws-auth in kube-system: {}{note}",
            self.config_map_line()
        )
    }

    /// The item of `mapRoles` or `mapUsers`.
    pub(super) fn config_map_line(&self) -> String {
        let arn = &self.mapped;
        let name = arn.rsplit('/').next().unwrap_or_default();
        match is_role(arn) {
            true => format!("- {{rolearn: \"{arn}\", username: \"{name}:{{{{SessionName}}}}\", groups: [\"GROUP\"]}}"),
            false => format!("- {{userarn: \"{arn}\", username: \"{name}\", groups: [\"GROUP\"]}}"),
        }
    }
}

fn is_role(arn: &str) -> bool {
    Arn::parse(arn).is_some_and(|arn| arn.resource.starts_with("role/"))
}

/// Whether two ARNs are of one principal: a session's ARN tells no path of its role, and names are unique in an account.
fn is_the_same(one: &str, other: &str) -> bool {
    let parts = |text| {
        let arn = Arn::parse(text)?;
        let (kind, name) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let name = if kind == "role" { name.rsplit('/').next().unwrap_or_default() } else { name };
        Some((arn.account.to_owned(), kind.to_owned(), name.to_owned()))
    };
    one == other || (parts(one).is_some() && parts(one) == parts(other))
}
