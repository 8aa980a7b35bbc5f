//! The form of a column, typed and shown.

use serde::Deserialize;

use crate::base::id::ChannelId;
use crate::domain::site::{COLUMN_TYPES, Channel, ChannelKind, ColumnEdit, SiteNode, UpdateClass};
use crate::render::view_admin::{ColumnFormView, OptionView};

use super::views::{column_options, keyed, option};

/// The fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    pub(super) slug: String,
    parent: String,
    kind: String,
    column_type: String,
    update: String,
    page_size: String,
    feed: String,
    hidden: String,
    description: String,
    keywords: String,
    url: String,
    picture: String,
    takes: String,
}

impl Typed {
    /// A column as it is.
    pub(super) fn of(channel: &Channel) -> Typed {
        let tick = |ticked: bool| if ticked { "1".to_owned() } else { String::new() };
        Typed {
            name: channel.name.clone(),
            slug: channel.slug.clone(),
            parent: channel.parent.map(|parent| parent.to_string()).unwrap_or_default(),
            kind: channel.kind.word().to_owned(),
            column_type: channel.column_type.clone(),
            update: channel.update.word().to_owned(),
            page_size: channel.page_size.to_string(),
            feed: tick(channel.feed),
            hidden: tick(channel.hidden),
            description: channel.description.clone(),
            keywords: channel.keywords.join(" "),
            url: channel.url.clone(),
            picture: channel.picture.clone(),
            takes: tick(channel.takes_submissions),
        }
    }

    /// What a form for a new column begins with.
    pub(super) fn new(parent: &str) -> Typed {
        Typed {
            name: String::new(),
            slug: String::new(),
            parent: parent.to_owned(),
            kind: ChannelKind::List.word().to_owned(),
            column_type: COLUMN_TYPES[4].to_owned(),
            update: UpdateClass::None.word().to_owned(),
            page_size: "20".into(),
            feed: "1".into(),
            hidden: String::new(),
            description: String::new(),
            keywords: String::new(),
            url: String::new(),
            picture: String::new(),
            takes: String::new(),
        }
    }

    /// Of a column of the file the form holds only what the file leaves open.
    pub(super) fn for_column(self, channel: &Channel) -> Typed {
        if channel.declared { Typed { takes: self.takes, ..Typed::of(channel) } } else { self }
    }

    /// The column above.
    pub(super) fn parent(&self) -> Option<ChannelId> {
        self.parent.parse().ok().filter(|id| *id != 0).map(ChannelId)
    }

    /// As the action wants it; what is not one of the choices breaks a rule there.
    pub(super) fn edit(&self) -> ColumnEdit {
        let words = self.keywords.split([' ', '　', ',', '，', '、', ';', '；', '\n', '\r', '\t']);
        ColumnEdit {
            name: self.name.clone(),
            kind: ChannelKind::of(&self.kind).unwrap_or_default(),
            column_type: self.column_type.clone(),
            update: UpdateClass::of(&self.update).unwrap_or_default(),
            hidden: !self.hidden.is_empty(),
            page_size: self.page_size.trim().parse().unwrap_or(0),
            feed: !self.feed.is_empty(),
            description: self.description.clone(),
            keywords: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            url: self.url.clone(),
            picture: self.picture.clone(),
            takes_submissions: !self.takes.is_empty(),
        }
    }

    /// As the page shows it; `own` is the column itself, which does not stand below itself.
    pub(super) fn view(&self, node: &SiteNode, own: Option<ChannelId>) -> ColumnFormView {
        let kinds = ChannelKind::ALL.map(|kind| keyed(kind.word(), format!("column.kind.{}", kind.word()), &self.kind));
        let updates =
            UpdateClass::ALL.map(|class| keyed(class.word(), format!("column.update.{}", class.word()), &self.update));
        let mut types: Vec<OptionView> =
            COLUMN_TYPES.into_iter().map(|name| option(name, name, &self.column_type)).collect();
        if !types.iter().any(|choice| choice.chosen) {
            types.insert(0, option(&self.column_type, &self.column_type, &self.column_type));
        }
        let mut parents = vec![keyed("", "column.top".into(), &self.parent)];
        parents.extend(column_options(node, &self.parent, |channel| can_stand_above(node, channel, own)));
        ColumnFormView {
            name: self.name.clone(),
            slug: self.slug.clone(),
            kinds: kinds.to_vec(),
            types,
            updates: updates.to_vec(),
            parents,
            page_size: self.page_size.clone(),
            feed: !self.feed.is_empty(),
            hidden: !self.hidden.is_empty(),
            description: self.description.clone(),
            keywords: self.keywords.clone(),
            url: self.url.clone(),
            picture: self.picture.clone(),
            takes: !self.takes.is_empty(),
        }
    }
}

/// May `own` stand below `channel`?
fn can_stand_above(node: &SiteNode, channel: &Channel, own: Option<ChannelId>) -> bool {
    let inside = own.is_some_and(|own| node.chain(channel.id).iter().any(|above| above.id == own));
    channel.kind != ChannelKind::Link && channel.closing.is_none() && !inside
}
