//! The flows of a site: which steps a text takes, and who may act in each.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{ChannelId, UserId};
use crate::domain::account::{self, Role};
use crate::domain::error::{Broken, Error, Result as Done};
use crate::domain::site::{ChannelKind, SiteNode};
use crate::domain::workflow::{self, Flow, MOST_STEPS, Step};
use crate::render::view_admin::{FlowView, FlowsPage, PlaceChoice, StepForm};

use super::desk::{message, see};
use super::review::{column_name, problems};
use super::{Asked, Desk, Pairs, Refusal, blocking};

/// Roles that may be asked in a step.
const ROLES: [Role; 4] = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];
/// Empty steps to fill in.
const MORE: usize = 2;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    /// The column; 0 for the site.
    #[serde(default)]
    channel: u64,
    /// `three` fills the form with 三审三校.
    #[serde(default)]
    template: String,
    #[serde(default)]
    done: String,
}

/// The page.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(asked): Asked<Question>) -> Result<Response, Refusal> {
    let app = desk.admin.app.clone();
    let names = ["flow.three", "flow.three.first", "flow.three.second", "flow.three.third"].map(|key| desk.text(key));
    let page = blocking(move || {
        let node = app.site(&slug)?;
        let channel = column(&node, asked.channel)?;
        let flow = if asked.template == "three" {
            Some(Flow::three_reviews(node.site.id, channel, names.each_ref().map(String::as_str)))
        } else {
            workflow::stored_flow(&app.store, node.site.id, channel)?
        };
        let mut page = page(&app, &node, channel)?;
        if let Some(flow) = flow {
            fill(&app, &mut page, &flow)?;
        }
        page.notice =
            (asked.done == "saved" || asked.done == "removed").then(|| message(&format!("flow.done.{}", asked.done)));
        Ok::<_, Error>(page)
    });
    let page = page.await?.map_err(Refusal::from)?;
    Ok(desk.page(StatusCode::OK, "workflow/flows.html", "nav.workflow", page)?)
}

/// Saves or removes the flow of a place.
pub async fn save(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let back = format!("/admin/sites/{slug}/workflow");
    let done = blocking(move || -> Done<Result<&'static str, (FlowsPage, Error)>> {
        let node = app.site(&slug)?;
        let channel = column(&node, pairs.text("place").parse().unwrap_or_default())?;
        if pairs.ticked("remove") {
            return Ok(match workflow::remove_flow(&app.store, &by, node.site.id, channel) {
                Ok(()) => Ok("removed"),
                Err(error) => Err((page(&app, &node, channel)?, error)),
            });
        }
        let mut typed = page(&app, &node, channel)?;
        typed.name = pairs.text("name").to_owned();
        typed.forbid_own = pairs.ticked("forbid_own");
        typed.steps = (1..=MOST_STEPS).map(|number| step_form(&pairs, number)).collect();
        let saved = flow_of(&app, &node, channel, &typed).and_then(|flow| workflow::set_flow(&app.store, &by, &flow));
        Ok(match saved {
            Ok(_) => Ok("saved"),
            Err(error) => {
                typed.steps.retain(|step| !is_empty(step));
                pad(&mut typed.steps);
                Err((typed, error))
            }
        })
    });
    match done.await?.map_err(Refusal::from)? {
        Ok(word) => Ok(see(&format!("{back}?done={word}"))),
        Err((mut page, error)) => {
            page.problems = problems(error)?;
            Ok(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "workflow/flows.html", "nav.workflow", page)?)
        }
    }
}

fn column(node: &SiteNode, number: u64) -> Done<Option<ChannelId>> {
    match number {
        0 => Ok(None),
        number if node.channels.contains_key(&ChannelId(number)) => Ok(Some(ChannelId(number))),
        number => Err(Error::not_found("column", number)),
    }
}

fn step_form(pairs: &Pairs, number: usize) -> StepForm {
    let field = |name: &str| pairs.text(&format!("{name}{number}")).trim().to_owned();
    StepForm {
        number,
        name: field("name"),
        role: field("role"),
        people: field("people"),
        deputies: field("deputies"),
        hours: field("hours"),
    }
}

fn is_empty(step: &StepForm) -> bool {
    step.name.is_empty() && step.people.is_empty() && step.deputies.is_empty() && step.role.is_empty()
}

/// What was typed, as a flow.
fn flow_of(app: &App, node: &SiteNode, channel: Option<ChannelId>, typed: &FlowsPage) -> Done<Flow> {
    let mut broken = Vec::new();
    let mut steps = Vec::new();
    for step in typed.steps.iter().filter(|step| !is_empty(step)) {
        let due_hours = match step.hours.as_str() {
            "" => None,
            // What is no number breaks the rule of due times.
            hours => Some(hours.parse().unwrap_or(0)),
        };
        let mut people = |names: &str| -> Done<Vec<UserId>> {
            let mut found = Vec::new();
            for name in names.split([' ', ',', '，', '、']).filter(|name| !name.is_empty()) {
                match account::user_by_name(&app.store, name)? {
                    Some(user) => found.push(user.id),
                    // The same as somebody who works elsewhere: who exists is not told.
                    None => broken.push(Broken { rule: "step.person", field: "steps", value: name.to_owned() }),
                }
            }
            Ok(found)
        };
        steps.push(Step {
            name: step.name.clone(),
            role: Role::of(&step.role),
            people: people(&step.people)?,
            deputies: people(&step.deputies)?,
            due_hours,
        });
    }
    if !broken.is_empty() {
        return Err(Error::Rules { broken });
    }
    Ok(Flow { channel, name: typed.name.clone(), steps, forbid_own: typed.forbid_own, ..Flow::one_step(node.site.id) })
}

/// The page with an empty form.
fn page(app: &App, node: &SiteNode, channel: Option<ChannelId>) -> Done<FlowsPage> {
    let flows = workflow::flows(&app.store, node.site.id)?;
    let url = format!("/admin/sites/{}/workflow", node.site.slug);
    let mut places = Vec::new();
    below(node, None, channel, &mut places);
    let mut steps = Vec::new();
    pad(&mut steps);
    Ok(FlowsPage {
        site: node.site.slug.clone(),
        stored: flows.iter().any(|flow| flow.channel == channel),
        flows: flows
            .iter()
            .map(|flow| FlowView {
                name: flow.name.clone(),
                place: flow.channel.map(|channel| column_name(node, channel)).unwrap_or_default(),
                url: format!("{url}?channel={}", flow.channel.map_or(0, |channel| channel.0)),
                steps: flow.steps.iter().map(|step| step.name.clone()).collect(),
                forbid_own: flow.forbid_own,
            })
            .collect(),
        places,
        place: channel.map_or(0, |channel| channel.0),
        place_name: channel.map(|channel| column_name(node, channel)).unwrap_or_default(),
        name: String::new(),
        forbid_own: false,
        steps,
        roles: ROLES.iter().map(|role| role.word()).collect(),
        problems: Vec::new(),
        notice: None,
    })
}

fn below(node: &SiteNode, parent: Option<ChannelId>, chosen: Option<ChannelId>, found: &mut Vec<PlaceChoice>) {
    for channel in node.below(parent).filter(|channel| channel.kind != ChannelKind::Link) {
        let name = column_name(node, channel.id);
        found.push(PlaceChoice { id: channel.id.0, name, chosen: chosen == Some(channel.id) });
        below(node, Some(channel.id), chosen, found);
    }
}

/// Adds empty steps and numbers them all.
fn pad(steps: &mut Vec<StepForm>) {
    let wanted = (steps.len() + MORE).min(MOST_STEPS);
    steps.resize(wanted, StepForm::default());
    for (index, step) in steps.iter_mut().enumerate() {
        step.number = index + 1;
    }
}

fn fill(app: &App, page: &mut FlowsPage, flow: &Flow) -> Done<()> {
    page.name = flow.name.clone();
    page.forbid_own = flow.forbid_own;
    page.steps.clear();
    for step in &flow.steps {
        page.steps.push(StepForm {
            number: 0,
            name: step.name.clone(),
            role: step.role.map(Role::word).unwrap_or_default().to_owned(),
            people: names(app, &step.people)?,
            deputies: names(app, &step.deputies)?,
            hours: step.due_hours.map(|hours| hours.to_string()).unwrap_or_default(),
        });
    }
    pad(&mut page.steps);
    Ok(())
}

fn names(app: &App, people: &[UserId]) -> Done<String> {
    let mut names = Vec::new();
    for id in people {
        names.extend(account::user(&app.store, *id)?.map(|user| user.name));
    }
    Ok(names.join(" "))
}
