//! `ekscred inspect`: take a token apart, judge it by the server's rules, and ask STS whose it is where that is wanted.

mod input;
mod text;

use anyhow::Result;
use time::OffsetDateTime;

use crate::aws::network::{Answer, Network};
use crate::aws::profiles::Files;
use crate::cache::Trail;
use crate::cli::{Format, Globals, Inspect};
use crate::config::{ClusterName, ProfileChoice};
use crate::error::{Failure, configuration, refusal, usage};
use crate::output;
use crate::token::CLUSTER_HEADER;
use crate::token::inspection::Inspection;
use crate::token::presigned::Presigned;
use crate::token::rules::{ANSWER, check_answer_to};
use crate::world::World;

/// Prints the report, also of a token that is refused; that is an error then.
pub(crate) fn run(globals: &Globals, arguments: &Inspect, world: &World) -> Result<()> {
    let cluster = cluster(arguments)?;
    if let Some(query) = &globals.query {
        output::check(query)?;
    }
    let input = input::read(arguments.file.as_deref(), world)?;
    let token = Presigned::new(&input.token);
    let now: OffsetDateTime = world.now().into();
    let mut inspection = Inspection::new(&token, input.credential.as_ref(), now);
    let asked = match (&cluster, inspection.first_failure()) {
        (Some(cluster), None) => verify(&mut inspection, &token, cluster, globals, world),
        _ => Ok(()),
    };
    world.print(&render(&inspection, globals, now)?)?;
    asked?;
    inspection.first_failure().map_or(Ok(()), |_| Err(complaint(&inspection).into()))
}

/// The cluster to ask for, where STS is to be asked.
fn cluster(arguments: &Inspect) -> Result<Option<ClusterName>> {
    match (&arguments.verify, &arguments.cluster_name) {
        (None, None) => Ok(None),
        (Some(_), Some(name)) => ClusterName::of_flag(name).map(Some),
        (Some(_), None) => Err(usage("--verify needs the cluster: STS is asked on its behalf")
            .hint("give the one that the token was made for, with --cluster-name NAME")
            .into()),
        (None, Some(_)) => Err(usage("--cluster-name serves only --verify: a token does not tell its cluster")
            .hint("give --verify, too, or leave --cluster-name out")
            .into()),
    }
}

/// Replays the request at STS, as a cluster does: rule 15. All others hold, so that the host is one of AWS's own.
fn verify(
    inspection: &mut Inspection,
    token: &Presigned<'_>,
    cluster: &ClusterName,
    globals: &Globals,
    world: &World,
) -> Result<()> {
    let Some(url) = token.replay_url() else { return Ok(()) };
    let trail = Trail::default();
    let files = Files::read(&trail, world)?;
    let profiles = files.profiles()?;
    let profile = ProfileChoice::make(globals.profile.as_deref(), world)?.find(&profiles)?;
    let network = Network::new(&globals.network, profile, world);
    let headers = [(CLUSTER_HEADER, cluster.as_str()), ("accept", "application/json")];
    let Answer { status, body, .. } = network.replay(&url, &headers)?;
    inspection.answered(cluster.as_str(), check_answer_to(token, status, &body));
    Ok(())
}

/// For a person, unless a format or a query says otherwise.
fn render(inspection: &Inspection, globals: &Globals, now: OffsetDateTime) -> Result<String> {
    match (&globals.query, globals.output) {
        (Some(query), format) => output::render(&output::select(inspection, query)?, format.unwrap_or(Format::Json)),
        (None, Some(format @ (Format::Json | Format::Yaml))) => output::render(inspection, format),
        (None, Some(Format::Text) | None) => Ok(text::render(inspection, now)),
    }
}

fn complaint(inspection: &Inspection) -> Failure {
    let Some(broken) = inspection.first_failure() else { return configuration("the token breaks no rule") };
    let message = format!(
        "the token breaks the server's rule {} ({}): {}",
        broken.rule,
        broken.demand,
        broken.why.as_deref().unwrap_or_default()
    );
    let failure = if broken.rule == ANSWER.number { refusal(message) } else { configuration(message) };
    failure.hint(broken.remedy.unwrap_or_default())
}
