//! Is it valid? Rules of flows and opinions.

use crate::domain::account::Role;
use crate::domain::error::{Broken, Error, Result};

use super::Flow;

/// Most steps of a flow.
pub const MOST_STEPS: usize = 9;
/// Longest name of a flow or step, in characters.
pub const LONGEST_NAME: usize = 30;
/// Longest opinion, in characters.
const LONGEST_OPINION: usize = 2000;
/// Longest due time: a quarter of a year.
const LONGEST_DUE: u32 = 24 * 92;
/// Most people named in one step.
const MOST_PEOPLE: usize = 50;

/// May a site work by this flow? Every rule that it breaks is told, with the step (from 1) as the value.
///
/// # Errors
/// `required`, `flow.name`, `flow.steps`, `step.name`, `step.nobody`, `step.role`, `step.people`, `step.due`,
/// `flow.last`.
pub fn check_flow(flow: &Flow) -> Result<(), Vec<Broken>> {
    let mut found = Vec::new();
    let mut broken = |rule, field, value: String| found.push(Broken { rule, field, value });
    match flow.name.trim() {
        "" => broken("required", "name", String::new()),
        name if name.chars().count() > LONGEST_NAME => broken("flow.name", "name", String::new()),
        _ => {}
    }
    if flow.steps.is_empty() || flow.steps.len() > MOST_STEPS {
        broken("flow.steps", "steps", flow.steps.len().to_string());
    }
    for (index, step) in flow.steps.iter().enumerate() {
        let number = (index + 1).to_string();
        let name = step.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            broken("step.name", "steps", number.clone());
        }
        if step.role.is_none() && step.people.is_empty() {
            broken("step.nobody", "steps", number.clone());
        }
        if step.role.is_some_and(|role| !role.works()) {
            broken("step.role", "steps", number.clone());
        }
        if step.people.len() > MOST_PEOPLE || step.deputies.len() > MOST_PEOPLE {
            broken("step.people", "steps", number.clone());
        }
        if step.due_hours.is_some_and(|hours| hours == 0 || hours > LONGEST_DUE) {
            broken("step.due", "steps", number);
        }
    }
    // Whoever takes the last step publishes; a role that may not would leave it to nobody.
    if let Some(last) = flow.steps.last()
        && last.role.is_some_and(|role| !matches!(role, Role::Publisher | Role::Admin))
    {
        broken("flow.last", "steps", flow.steps.len().to_string());
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// May it stand as an opinion?
pub(super) fn check_opinion(opinion: &str) -> Result<()> {
    if opinion.chars().count() > LONGEST_OPINION {
        return Err(Error::rule("opinion.long", "opinion", LONGEST_OPINION));
    }
    Ok(())
}
