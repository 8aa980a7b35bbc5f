//! Flows: which steps a text takes in a site or a column, and who may act in each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, SiteId, UserId};
use crate::domain::account::{self, Role};
use crate::domain::site;
use crate::domain::workflow::{self, Flow, Step};

use super::columns;
use super::page::{PageQuery, Wanted, reply};
use super::{Call, Problem, Reply, etag};

/// A step of a flow.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Step")]
pub struct StepView {
    /// Name; empty in the flow of sites that have none of their own.
    name: String,
    /// Whoever holds this role there may act: `editor`, `reviewer`, `publisher` or `manager`.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// Numbers of users who may act.
    people: Vec<u64>,
    /// Numbers of users who may act in place of the others.
    deputies: Vec<u64>,
    /// Hours until the step is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_hours: Option<u32>,
}

impl StepView {
    fn of(step: &Step) -> StepView {
        StepView {
            name: step.name.clone(),
            role: step.role.map(|role| role.word().to_owned()),
            people: step.people.iter().map(|id| id.0).collect(),
            deputies: step.deputies.iter().map(|id| id.0).collect(),
            due_hours: step.due_hours,
        }
    }

    fn step(self, call: &Call, site: SiteId) -> Result<Step, Problem> {
        let role = |word: String| {
            let known = Role::of(&word).filter(|role| role.works());
            known.ok_or_else(|| Problem::rule("word.unknown", "role", word))
        };
        Ok(Step {
            name: self.name,
            role: self.role.map(role).transpose()?,
            people: people(call, site, &self.people)?,
            deputies: people(call, site, &self.deputies)?,
            due_hours: self.due_hours,
        })
    }
}

/// People by their numbers. Of those who do not work in the site nothing is told, not even that they are there.
fn people(call: &Call, site: SiteId, numbers: &[u64]) -> Result<Vec<UserId>, Problem> {
    let mut found = Vec::new();
    for number in numbers {
        let user = account::user(&call.app().store, UserId(*number))?.filter(|user| user.works_in(site));
        found.push(user.ok_or_else(|| Problem::rule("step.person", "steps", number))?.id);
    }
    Ok(found)
}

/// The steps of a site or of one of its columns.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Flow")]
pub struct FlowView {
    /// Number of the column; missing for the whole site.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    /// Name.
    name: String,
    /// The steps in order.
    steps: Vec<StepView>,
    /// Nobody approves what he wrote.
    forbid_own: bool,
}

impl FlowView {
    /// As it is shown.
    pub(super) fn of(flow: &Flow) -> FlowView {
        FlowView {
            column: flow.channel.map(|channel| channel.0),
            name: flow.name.clone(),
            steps: flow.steps.iter().map(StepView::of).collect(),
            forbid_own: flow.forbid_own,
        }
    }
}

/// The flow that holds at a place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FlowInForce")]
pub struct InForce {
    #[serde(flatten)]
    flow: FlowView,
    /// It was made for just this place; otherwise it is that of a column above, of the site or of the group.
    own: bool,
}

/// A flow as somebody wants it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FlowSettings", example = serde_json::json!({
    "name": "两级审核", "forbid_own": true,
    "steps": [{ "name": "审核", "role": "reviewer", "due_hours": 24 }, { "name": "签发", "role": "publisher" }]
}))]
pub struct Settings {
    /// Name.
    #[serde(default)]
    name: String,
    /// The steps in order; whoever acts in the last one must be allowed to publish.
    steps: Vec<StepView>,
    /// Nobody approves what he wrote.
    #[serde(default)]
    forbid_own: bool,
}

/// Where a flow holds: the site of the address, or its column.
fn place(call: &Call) -> Result<(SiteId, Option<ChannelId>), Problem> {
    if call.target.starts_with("/api/v1/sites/") {
        return Ok((call.site()?.site.id, None));
    }
    let channel = columns::find(call)?;
    Ok((channel.site, Some(channel.id)))
}

fn in_force(call: &Call, (site, channel): (SiteId, Option<ChannelId>)) -> Result<InForce, Problem> {
    let store = &call.app().store;
    let own = workflow::stored_flow(store, site, channel)?;
    let flow = match (&own, channel) {
        (Some(own), _) => own.clone(),
        (None, Some(channel)) => workflow::flow_of(store, &site::branch(store, channel)?)?,
        (None, None) => Flow::one_step(site),
    };
    Ok(InForce { flow: FlowView::of(&flow), own: own.is_some() })
}

/// `GET /sites/{site}/flows`: those that were made for the site and its columns.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let store = &call.app().store;
    let mut flows = workflow::flows(store, call.site()?.site.id)?;
    // Those of columns that the actor does not see are not there.
    flows.retain(|flow| {
        let sees = |channel| site::branch(store, channel).is_ok_and(|branch| call.by.sees(branch.place()));
        flow.channel.is_none_or(sees)
    });
    let (found, next) = wanted.of(flows)?;
    reply(call, found.iter().map(FlowView::of).collect(), next)
}

/// `GET /sites/{site}/flow`, `GET /columns/{channel}/flow`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&in_force(call, place(call)?)?)
}

/// `PUT /sites/{site}/flow`, `PUT /columns/{channel}/flow`: cases on their way keep theirs.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn set(call: &Call) -> Result<Reply, Problem> {
    let (site, channel) = place(call)?;
    call.require_seen(&etag::of(&in_force(call, (site, channel))?))?;
    let Settings { name, steps, forbid_own } = call.json()?;
    let steps = steps.into_iter().map(|step| step.step(call, site)).collect::<Result<_, _>>()?;
    let flow = Flow { channel, name, steps, forbid_own, ..Flow::one_step(site) };
    workflow::set_flow(&call.app().store, &call.by, &flow)?;
    Reply::resource(&in_force(call, (site, channel))?)
}

/// `DELETE /sites/{site}/flow`, `DELETE /columns/{channel}/flow`: what holds above it holds then.
///
/// # Errors
/// `not_found` where there is none of its own; `forbidden`, `if_match`, `changed`.
pub fn remove(call: &Call) -> Result<Reply, Problem> {
    let (site, channel) = place(call)?;
    call.require_seen(&etag::of(&in_force(call, (site, channel))?))?;
    workflow::remove_flow(&call.app().store, &call.by, site, channel)?;
    Ok(Reply::done())
}
