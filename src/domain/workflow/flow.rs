//! A flow: named steps, and who may act in each.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, FlowId, SiteId, UserId};
use crate::domain::account::{By, Place, Role, User};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Name, `一审一校`; empty in the flow of sites that have none of their own.
    pub name: String,
    /// Whoever holds the role where the document stands may act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// These may act, whatever role they work in there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
    /// These may act in place of the others; the journal says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deputies: Vec<UserId>,
    /// Hours until the step is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u32>,
}

/// As what somebody acts in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is his.
    Own,
    /// In place of others.
    Deputy,
}

impl Step {
    /// As what `user` may act in the step for a document at `place`, if at all. Whoever does not work there may not,
    /// named or not.
    pub fn standing_of(&self, user: &User, place: Place<'_>) -> Option<Standing> {
        if !user.sees(place) {
            None
        } else if self.people.contains(&user.id) || self.role.is_some_and(|role| user.may(role, place)) {
            Some(Standing::Own)
        } else {
            self.deputies.contains(&user.id).then_some(Standing::Deputy)
        }
    }

    /// The same of who acts; ops and the server itself may always.
    pub fn standing(&self, by: &By, place: Place<'_>) -> Option<Standing> {
        match by.user() {
            Some(user) => self.standing_of(user, place),
            None => Some(Standing::Own),
        }
    }

    /// The role that it takes, for people.
    pub fn role_word(&self) -> &'static str {
        self.role.map_or("named", Role::word)
    }
}

/// The steps of a site or of one of its columns with those below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Number; 0 for the one that holds where nobody made another.
    pub id: FlowId,
    /// Site.
    pub site: SiteId,
    /// Column; `None` for the whole site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// The steps; whoever acts in the last one must be allowed to publish.
    pub steps: Vec<Step>,
    /// Nobody approves what he wrote.
    #[serde(default)]
    pub forbid_own: bool,
}

impl Flow {
    /// One step: whoever may publish, publishes.
    pub fn one_step(site: SiteId) -> Flow {
        let step = Step { role: Some(Role::Publisher), ..Step::default() };
        Flow { id: FlowId(0), site, channel: None, name: String::new(), steps: vec![step], forbid_own: false }
    }

    /// 三审三校: two reviews and the decision to publish, a working day each, and nobody approves his own words.
    /// `names` are those of flow and steps.
    pub fn three_reviews(site: SiteId, channel: Option<ChannelId>, names: [&str; 4]) -> Flow {
        let step =
            |name: &str, role| Step { name: name.to_owned(), role: Some(role), due_hours: Some(24), ..Step::default() };
        let [name, first, second, third] = names;
        let steps = vec![step(first, Role::Reviewer), step(second, Role::Reviewer), step(third, Role::Publisher)];
        Flow { id: FlowId(0), site, channel, name: name.to_owned(), steps, forbid_own: true }
    }
}
