//! Columns of the old site that a table of their own names.

use std::collections::{HashMap, HashSet};

use crate::base::fault::Fault;
use crate::domain::content::plain_text;
use crate::migrate::old::OldColumn;

use super::fields::{Columns, filled};
use super::sheet::Sheet;

/// Most columns that a site has.
const MOST: usize = 10_000;

/// A column.
#[derive(Debug)]
struct Class {
    id: String,
    parent: String,
    column: OldColumn,
}

/// One table of them.
#[derive(Debug)]
pub(super) struct Classes {
    fields: Columns,
    all: Vec<Class>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Classes {
    /// Reads a table.
    pub(super) fn read(
        fields: &Columns,
        sheet: &Sheet,
        kind: &str,
        absolute: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Classes, Fault> {
        let mut classes =
            Classes { fields: fields.clone(), all: Vec::new(), by_id: HashMap::new(), by_name: HashMap::new() };
        let table = fields.table.to_lowercase();
        sheet.rows(0, &mut |_, row| {
            let Ok(row) = row else { return Ok(()) };
            let (id, name) = (row.text(&fields.id), plain_text(&row.text(&fields.name)));
            if id.is_empty() || classes.by_id.contains_key(&id) || classes.all.len() >= MOST {
                return Ok(());
            }
            let cell = |column: &str| row.text(if column == "id" { &fields.id } else { column });
            let addresses = fields.addresses.iter().filter_map(|pattern| absolute(&filled(pattern, &cell)?)).collect();
            let at = classes.all.len();
            classes.by_id.insert(id.clone(), at);
            classes.by_name.entry(name.clone()).or_insert(at);
            let order = row.text(&fields.order).parse::<f64>().map_or(at as i64, |order| order as i64);
            let column = OldColumn { key: format!("{kind}:{table}/{id}"), parent: None, name, addresses, order };
            classes.all.push(Class { id, parent: row.text(&fields.parent), column });
            Ok(())
        })?;
        Ok(classes)
    }

    /// Are these the columns that a column of that name has numbers or names of?
    fn is_of(&self, column: &str) -> bool {
        column.eq_ignore_ascii_case(&self.fields.id) || column.eq_ignore_ascii_case(&self.fields.name)
    }

    /// The key of the column with this number, or this name where `column` is called like their names.
    fn key(&self, column: &str, value: &str) -> Option<&str> {
        let by = if column.eq_ignore_ascii_case(&self.fields.name) && !column.eq_ignore_ascii_case(&self.fields.id) {
            &self.by_name
        } else {
            &self.by_id
        };
        by.get(value).and_then(|at| self.all.get(*at)).map(|class| class.column.key.as_str())
    }
}

/// The key of the column that a value of a table's column is: in the table of columns whose number or name is called
/// alike, or in the only one.
pub(super) fn key<'a>(tables: &'a [Classes], column: &str, value: &str) -> Option<&'a str> {
    if column.is_empty() || value.is_empty() {
        return None;
    }
    let own = tables.iter().find(|classes| classes.is_of(column));
    match (own, tables) {
        (Some(classes), _) => classes.key(column, value),
        (None, [only]) => only.key(column, value),
        _ => None,
    }
}

/// Puts each column below the one above it.
pub(super) fn connect(tables: &mut [Classes]) {
    let mut parents: Vec<Vec<Option<String>>> = Vec::new();
    for classes in &*tables {
        let name = &classes.fields.parent;
        let other = tables.iter().find(|other| other.is_of(name) && !name.is_empty());
        let above = other.unwrap_or(classes);
        let found = classes.all.iter().map(|class| {
            let key = if other.is_some() {
                above.key(name, &class.parent)
            } else {
                above.key(&above.fields.id, &class.parent)
            };
            key.filter(|key| *key != class.column.key).map(str::to_owned)
        });
        parents.push(found.collect());
    }
    for (classes, parents) in tables.iter_mut().zip(parents) {
        for (class, parent) in classes.all.iter_mut().zip(parents) {
            class.column.parent = parent.filter(|_| class.parent != class.id);
        }
    }
}

/// All columns, those above before those below; one that is below itself, however far, is below none.
pub(super) fn in_order(tables: &[Classes]) -> Vec<OldColumn> {
    let mut left: Vec<&OldColumn> = tables.iter().flat_map(|classes| &classes.all).map(|class| &class.column).collect();
    let mut given = HashSet::new();
    let mut all = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let before = all.len();
        left.retain(|column| {
            let ready = column.parent.as_ref().is_none_or(|parent| given.contains(parent));
            if ready {
                given.insert(column.key.clone());
                all.push((*column).clone());
            }
            !ready
        });
        if all.len() == before {
            all.extend(left.drain(..).map(|column| OldColumn { parent: None, ..column.clone() }));
        }
    }
    all
}
