//! What templates name and nothing answers to: templates, blocks, texts,
//! static files, variables, fields, filters, settings.
//!
//! **Invariant:** works on the text of the templates alone, so that branches
//! which no sample page takes are looked at too.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use minijinja::value::Serde;

use crate::base::fault::Fault;
use crate::render::check::sample::{self, PAGE_TEMPLATES};
use crate::render::syntax::{Named, Scan};
use crate::render::theme::Theme;

/// Names that every template may use without being given them.
const ALWAYS: [&str; 9] = ["site", "page", "nav", "t", "site_css", "latest", "loop", "self", "super"];

/// The same in admin pages.
const ADMIN_ALWAYS: [&str; 5] = ["page", "t", "loop", "self", "super"];

/// The scans of a theme's templates by full name, `@base/layout.html`.
pub struct Names<'a> {
    theme: &'a Theme,
    scans: BTreeMap<String, Scan>,
}

impl<'a> Names<'a> {
    /// Reads the templates of a theme and its parents.
    pub fn new(theme: &'a Theme) -> Names<'a> {
        let mut scans = BTreeMap::new();
        for source in &theme.chain {
            for (name, template) in &source.templates {
                // A template that cannot be parsed was refused when it was loaded.
                if let Ok(scan) = Scan::new(name, &template.text) {
                    scans.insert(full_name(source.name(), name), scan);
                }
            }
        }
        Names { theme, scans }
    }

    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, scan) in &self.scans {
            self.templates(name, scan, &mut faults);
            self.blocks(name, scan, &mut faults);
            self.texts(name, scan, &mut faults);
            self.operations(name, scan, &mut faults);
        }
        if self.theme.is_public() || self.theme.is_admin() {
            self.variables(&mut faults);
        }
        faults
    }

    /// Templates that can be part of a page, from the page templates down;
    /// `None` where a name is worked out while rendering.
    pub fn reachable(&self) -> Option<BTreeSet<String>> {
        let templates = if self.theme.is_admin() { sample::admin_templates() } else { PAGE_TEMPLATES.to_vec() };
        let mut waiting: Vec<String> = templates.iter().filter_map(|(name, _)| self.resolve(name)).collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            let Some(scan) = self.scans.get(&name) else { continue };
            if scan.computed {
                return None;
            }
            if reached.insert(name) {
                let next = scan.extends.iter().chain(&scan.includes).chain(&scan.optional);
                waiting.extend(next.filter_map(|named| self.resolve(&named.name)));
            }
        }
        Some(reached)
    }

    /// The full name of what a template means by a name.
    fn resolve(&self, name: &str) -> Option<String> {
        let (source, _) = self.theme.template(name)?;
        match name.starts_with('@') {
            true => Some(name.to_owned()),
            false => Some(full_name(source.name(), name)),
        }
    }

    fn fault(&self, template: &str, line: usize, message: String) -> Fault {
        Fault { file: self.theme.template_file(template), line, message }
    }

    fn templates(&self, name: &str, scan: &Scan, faults: &mut Vec<Fault>) {
        for named in scan.extends.iter().chain(&scan.includes) {
            if self.resolve(&named.name).is_none() {
                let message = format!("there is no template \"{}\" in {}", named.name, self.themes());
                faults.push(self.fault(name, named.line, message));
            }
        }
        for asset in &scan.assets {
            if !self.theme.files.files().any(|(file, _)| *file == asset.name) {
                let message = format!("there is no static file \"{}\" in {}", asset.name, self.themes());
                faults.push(self.fault(name, asset.line, message));
            }
        }
    }

    fn themes(&self) -> String {
        let names: Vec<&str> = self.theme.chain.iter().map(|source| source.name()).collect();
        format!("the themes {}", names.join(" → "))
    }

    /// Blocks of a child that no parent has are never shown.
    fn blocks(&self, name: &str, scan: &Scan, faults: &mut Vec<Fault>) {
        let Some(first) = &scan.extends else { return };
        let mut known: BTreeSet<&str> = scan.inner_blocks.iter().map(|block| block.name.as_str()).collect();
        let mut seen = BTreeSet::new();
        let mut next = self.resolve(&first.name);
        while let Some(parent) = next.take() {
            let Some(scan) = self.scans.get(&parent) else { return };
            if scan.computed {
                return;
            }
            known.extend(scan.blocks());
            if seen.insert(parent) {
                next = scan.extends.as_ref().and_then(|named| self.resolve(&named.name));
                if scan.extends.is_some() && next.is_none() {
                    return;
                }
            }
        }
        for block in &scan.outer_blocks {
            if !known.contains(block.name.as_str()) {
                let message = format!(
                    "block \"{}\" is in no template above, so it is never shown (theme {})",
                    block.name,
                    self.theme.name()
                );
                faults.push(self.fault(name, block.line, message));
            }
        }
    }

    fn texts(&self, name: &str, scan: &Scan, faults: &mut Vec<Fault>) {
        let languages: Vec<&str> = self.theme.messages.languages().collect();
        for text in &scan.texts {
            let key = &text.key.name;
            for language in &languages {
                let Some(message) = self.theme.messages.exact(language, key) else {
                    faults.push(self.fault(name, text.key.line, format!("t(\"{key}\") has no text in {language}")));
                    continue;
                };
                let Some(given) = &text.arguments else { continue };
                let wanted = message.arguments();
                for argument in wanted.iter().filter(|argument| !given.contains(**argument)) {
                    let message = format!("t(\"{key}\") is not given {argument}, which its text in {language} shows");
                    faults.push(self.fault(name, text.key.line, message));
                }
                for argument in given.iter().filter(|argument| !wanted.contains(argument.as_str())) {
                    let message =
                        format!("t(\"{key}\") is given {argument}, which its text in {language} does not show");
                    faults.push(self.fault(name, text.key.line, message));
                }
            }
        }
    }

    /// Filters and tests that do not exist.
    fn operations(&self, name: &str, scan: &Scan, faults: &mut Vec<Fault>) {
        let mut state = self.theme.environment.empty_state();
        for filter in &scan.filters {
            let answer = state.apply_filter(&filter.name, &[]);
            if answer.is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter) {
                faults.push(self.fault(name, filter.line, format!("there is no filter \"{}\"", filter.name)));
            }
        }
        for test in &scan.tests {
            let answer = state.perform_test(&test.name, &[]);
            if answer.is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownTest) {
                faults.push(self.fault(name, test.line, format!("there is no test \"{}\"", test.name)));
            }
        }
    }

    /// Variables that no page has, and fields that `site` and `page` have not.
    fn variables(&self, faults: &mut Vec<Fault>) {
        let (always, fields, site, page) = self.seen();
        let bound: BTreeSet<&str> =
            self.scans.values().flat_map(|scan| scan.bound.iter().map(String::as_str)).collect();
        let mut known: BTreeSet<String> = always.iter().map(|name| (*name).to_owned()).collect();
        known.extend(self.theme.environment.globals().map(|(name, _)| name.to_owned()));
        known.extend(fields.iter().flat_map(keys));
        for (name, scan) in &self.scans {
            for variable in &scan.variables {
                if !known.contains(&variable.name) && !bound.contains(variable.name.as_str()) {
                    let message = format!("\"{}\" is given to no page and set by no template", variable.name);
                    faults.push(self.fault(name, variable.line, message));
                }
            }
            for path in &scan.paths {
                let (root, fields) = path.name.split_once('.').unwrap_or((&path.name, ""));
                let value = match root {
                    "site" => site.as_ref(),
                    "page" => page.as_ref(),
                    _ => None,
                };
                if let Some(value) = value.filter(|_| !bound.contains(root)) {
                    faults.extend(self.field(name, path, value, root, fields));
                }
            }
        }
    }

    /// What pages of the theme see: names that are always there, fields of each page, `site` and `page`.
    fn seen(&self) -> (&'static [&'static str], Vec<Value>, Option<Value>, Option<Value>) {
        if self.theme.is_admin() {
            let samples = sample::admin_pages();
            let page = samples.iter().find(|sample| sample.page.person.is_some());
            let page = page.map(|sample| Value::from(Serde(&sample.page)));
            return (&ADMIN_ALWAYS, samples.into_iter().map(|sample| sample.fields).collect(), None, page);
        }
        let samples = sample::pages();
        let page = samples.first().map(|sample| Value::from(Serde(&sample.page)));
        let site = Some(Value::from(Serde(sample::noticed())));
        (&ALWAYS, samples.into_iter().map(|sample| sample.fields).collect(), site, page)
    }

    fn field(&self, template: &str, path: &Named, value: &Value, root: &str, fields: &str) -> Option<Fault> {
        let mut value = value.clone();
        let mut above = root.to_owned();
        for field in fields.split('.') {
            if above == "site.settings" {
                return (!self.theme.settings.contains_key(field)).then(|| {
                    let message = format!("no theme.toml of {} declares the setting \"{field}\"", self.themes());
                    self.fault(template, path.line, message)
                });
            }
            let next = value.get_attr(field).unwrap_or(Value::UNDEFINED);
            if next.is_undefined() {
                return Some(self.fault(template, path.line, format!("{above} has no field \"{field}\"")));
            }
            if next.is_none() {
                return None;
            }
            above = format!("{above}.{field}");
            value = next;
        }
        None
    }
}

fn full_name(theme: &str, name: &str) -> String {
    format!("@{theme}/{name}")
}

/// Names of the fields of a page struct.
fn keys(fields: &Value) -> Vec<String> {
    fields.try_iter().into_iter().flatten().filter_map(|key| key.as_str().map(str::to_owned)).collect()
}
