//! Themes as they lie in the folder of themes, read as one set.
//!
//! **Invariant:** in a loaded set every parent exists, no theme is its own
//! ancestor, and every template could be parsed.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::{Environment, Value};

use crate::base::fault::Fault;
use crate::render::manifest::{FILE_NAME, Manifest, Setting};
use crate::render::messages::{Catalogue, Message, Messages};
use crate::render::static_file::{FileSet, StaticFile};
use crate::render::{admin, engine, frontend, messages};

/// Theme that is the parent of every theme that names none.
pub const BASE: &str = "base";

/// How many former sets of static files are kept, for pages that browsers opened before a change.
const RETIRED_SETS: usize = 24;

/// What lies in the folder of one theme.
#[derive(Debug)]
pub struct Source {
    /// Its folder.
    pub dir: PathBuf,
    /// `theme.toml`.
    pub manifest: Manifest,
    /// Templates by name, `channel/list.html`.
    pub templates: BTreeMap<String, TemplateSource>,
    /// Files below `static/`; the theme of the admin pages has those that the build bundled as well.
    pub files: BTreeMap<String, Arc<StaticFile>>,
    /// Catalogues below `locales/` by language.
    pub catalogues: BTreeMap<String, Catalogue>,
}

/// One template.
#[derive(Debug)]
pub struct TemplateSource {
    /// Where it lies.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Name of the theme.
    pub fn name(&self) -> &str {
        self.manifest.name.get_ref()
    }

    /// Name of the theme above, if there is one.
    pub fn parent(&self) -> Option<&str> {
        match &self.manifest.parent {
            Some(parent) if parent.get_ref().is_empty() => None,
            Some(parent) => Some(parent.get_ref()),
            None if self.name() == BASE => None,
            None => Some(BASE),
        }
    }
}

/// A theme with everything it takes from its parents.
pub struct Theme {
    /// Itself, its parent, and so on up to the theme that has none.
    pub chain: Vec<Arc<Source>>,
    /// Settings of the chain, the nearest declaration of each.
    pub settings: BTreeMap<String, Setting>,
    /// Its static files.
    pub files: Arc<FileSet>,
    /// Its texts.
    pub messages: Messages,
    pub(crate) environment: Environment<'static>,
    translators: BTreeMap<String, Value>,
}

impl Theme {
    /// Name of the theme.
    pub fn name(&self) -> &str {
        self.source().name()
    }

    /// The theme's own folder.
    pub fn source(&self) -> &Source {
        // The chain begins with the theme itself.
        &self.chain[0]
    }

    /// True where the theme stands on `base`, so that it can dress a public site.
    pub fn is_public(&self) -> bool {
        self.chain.iter().any(|source| source.name() == BASE)
    }

    /// The template behind a name, `channel/list.html` or `@base/channel/list.html`.
    pub fn template(&self, name: &str) -> Option<(&Arc<Source>, &TemplateSource)> {
        let (theme, name) = match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
            Some((theme, name)) => (Some(theme), name),
            None => (None, name),
        };
        self.chain
            .iter()
            .filter(|source| theme.is_none_or(|theme| theme == source.name()))
            .find_map(|source| source.templates.get(name).map(|template| (source, template)))
    }

    /// The file behind a name of a template; the name itself if there is none.
    pub fn template_file(&self, name: &str) -> PathBuf {
        self.template(name).map_or_else(|| PathBuf::from(name), |(_, template)| template.file.clone())
    }

    /// The function `t` in the language of a site.
    pub fn translator(&self, language: &str) -> Value {
        match self.translators.get(language) {
            Some(translator) => translator.clone(),
            None => self.messages.translator(language, None),
        }
    }

    /// A text without placeholders in a language; the key itself if no catalogue has it.
    pub fn text(&self, language: &str, key: &str) -> String {
        match self.messages.text(language, key) {
            Some(message) => message.fill(|_| None).to_string(),
            None => key.to_owned(),
        }
    }

    /// A text in a language; `None` if no catalogue has it.
    pub fn message(&self, language: &str, key: &str) -> Option<Arc<Message>> {
        self.messages.text(language, key).cloned()
    }

    /// What follows `prefix` in the keys of the texts of a language, in order.
    pub fn keys(&self, language: &str, prefix: &str) -> Vec<String> {
        self.messages.texts(language).filter_map(|(key, _)| key.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    /// Settings of a site with the theme's defaults where it has none.
    pub fn complete_settings(&self, settings: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let mut complete: BTreeMap<String, Value> = self
            .settings
            .iter()
            .map(|(key, setting)| (key.clone(), Value::from(minijinja::value::Serde(setting.default_value()))))
            .collect();
        complete.extend(settings.iter().map(|(key, value)| (key.clone(), value.clone())));
        complete
    }

    /// What is wrong with one setting of a site: unknown to the theme, or of the wrong kind.
    pub fn refuse_setting(&self, key: &str, value: &toml::Value) -> Option<String> {
        match self.settings.get(key) {
            Some(setting) => setting.refuse(value).map(|reason| format!("settings.{key} {reason}")),
            None => {
                let known: Vec<&str> = self.settings.keys().map(String::as_str).collect();
                Some(format!(
                    "settings.{key} is no setting of the theme {}, which has: {}",
                    self.name(),
                    known.join(", ")
                ))
            }
        }
    }
}

/// All themes of a folder, of one moment.
#[derive(Default)]
pub struct Themes {
    themes: BTreeMap<String, Arc<Theme>>,
    retired: Vec<Arc<FileSet>>,
    generation: u64,
}

impl Themes {
    /// Reads every folder below `dir` that holds a `theme.toml`.
    pub fn load(dir: &Path) -> Result<Themes, Vec<Fault>> {
        Themes::load_after(dir, &Themes::default())
    }

    /// Reads the folder again; files that did not change keep their packed
    /// forms, and the static files of `previous` keep being served.
    pub fn load_after(dir: &Path, previous: &Themes) -> Result<Themes, Vec<Fault>> {
        let mut faults = Vec::new();
        let sources = read_sources(dir, previous, &mut faults);
        let mut themes = BTreeMap::new();
        for source in sources.values() {
            match chain(source, &sources) {
                Ok(chain) => {
                    themes.insert(source.name().to_owned(), Arc::new(build(chain, &mut faults)));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() && themes.is_empty() {
            faults.push(Fault::file(dir, "holds no theme"));
        }
        if !faults.is_empty() {
            faults.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
            faults.dedup();
            return Err(faults);
        }
        let current =
            |set: &Arc<FileSet>| themes.values().any(|theme| theme.files.hash == set.hash && theme.name() == set.theme);
        let retired = previous
            .themes
            .values()
            .map(|theme| &theme.files)
            .chain(&previous.retired)
            .filter(|set| !current(set))
            .take(RETIRED_SETS)
            .cloned()
            .collect();
        Ok(Themes { themes, retired, generation: previous.generation + 1 })
    }

    /// Number of this set, from 1. A page that is kept is of its set: one
    /// that was rendered while the themes were swapped must not outlive them.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// A theme by its name.
    pub fn get(&self, name: &str) -> Option<&Arc<Theme>> {
        self.themes.get(name)
    }

    /// Every theme.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Theme>> {
        self.themes.values()
    }

    /// A static file by the parts of its address. Files of former sets are
    /// found too; a hash that is not known gives today's file, marked as such.
    pub fn file(&self, theme: &str, hash: &str, path: &str) -> Option<FoundFile> {
        let today = self.themes.get(theme).map(|theme| &theme.files);
        let exact = today.into_iter().chain(&self.retired).find(|set| set.theme == theme && set.hash == hash);
        match exact {
            Some(set) => set.get(path).map(|file| FoundFile { file, exact: true }),
            None => today?.get(path).map(|file| FoundFile { file, exact: false }),
        }
    }

    /// Packs every static file that is not packed yet; takes seconds.
    pub fn pack_files(&self) {
        for theme in self.themes.values() {
            for (_, file) in theme.files.files() {
                file.pack();
            }
        }
    }
}

/// A static file that was asked for.
#[derive(Debug)]
pub struct FoundFile {
    /// The file.
    pub file: Arc<StaticFile>,
    /// True where the address named exactly these bytes, so that the answer
    /// may be kept for ever; else it must not be kept.
    pub exact: bool,
}

fn read_sources(dir: &Path, previous: &Themes, faults: &mut Vec<Fault>) -> BTreeMap<String, Arc<Source>> {
    let mut sources = BTreeMap::new();
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(Fault::file(dir, format!("cannot be read: {error}")));
            return sources;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(folder) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if folder.starts_with('.') || !path.join(FILE_NAME).is_file() {
            continue;
        }
        if !folder.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            faults.push(Fault::file(&path, "the name of a theme may hold only a-z, 0-9 and -"));
            continue;
        }
        match read_source(&path, &folder, previous.get(&folder)) {
            Ok(source) => {
                sources.insert(folder, Arc::new(source));
            }
            Err(found) => faults.extend(found),
        }
    }
    sources
}

fn read_source(dir: &Path, folder: &str, previous: Option<&Arc<Theme>>) -> Result<Source, Vec<Fault>> {
    let mut faults = Vec::new();
    let manifest_file = dir.join(FILE_NAME);
    let manifest = read_text(&manifest_file)
        .map_err(|fault| vec![fault])
        .and_then(|text| Manifest::read(&manifest_file, folder, &text))
        .map_err(|found| faults.extend(found));
    let mut source = Source {
        dir: dir.to_path_buf(),
        manifest: match manifest {
            Ok(manifest) => manifest,
            Err(()) => return Err(faults),
        },
        templates: BTreeMap::new(),
        files: BTreeMap::new(),
        catalogues: BTreeMap::new(),
    };
    for (name, file) in files_below(&dir.join("templates"), &mut faults) {
        if name.ends_with(".html") {
            match read_text(&file) {
                Ok(text) => {
                    source.templates.insert(name, TemplateSource { file, text });
                }
                Err(fault) => faults.push(fault),
            }
        }
    }
    if folder == admin::THEME {
        source.files.extend(frontend::files().clone());
    }
    for (name, file) in files_below(&dir.join("static"), &mut faults) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
        if !name.bytes().all(plain) {
            faults.push(Fault::file(&file, "the name of a static file may hold only letters, digits and . _ -"));
            continue;
        }
        match std::fs::read(&file) {
            Ok(bytes) => {
                let fresh = StaticFile::new(&name, bytes);
                let kept =
                    previous.and_then(|theme| theme.source().files.get(&name)).filter(|old| old.hash() == fresh.hash());
                source.files.insert(name, kept.map_or_else(|| Arc::new(fresh), Arc::clone));
            }
            Err(error) => faults.push(Fault::file(&file, format!("cannot be read: {error}"))),
        }
    }
    for (name, file) in files_below(&dir.join("locales"), &mut faults) {
        let Some(name) = name.strip_suffix(".toml") else { continue };
        // `zh-CN.toml`, and `zh-CN/content.toml` for the texts of one feature.
        let language = name.split('/').next().unwrap_or(name);
        match read_text(&file).map_err(|fault| vec![fault]).and_then(|text| messages::read(&file, &text)) {
            Ok(catalogue) => {
                let texts = source.catalogues.entry(language.to_owned()).or_default();
                for (key, text) in catalogue {
                    if let Some(twin) = texts.get(&key) {
                        let message = format!("{key} stands in {} as well", twin.file.display());
                        faults.push(Fault::line(&file, text.line, message));
                    }
                    texts.insert(key, text);
                }
            }
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(source) } else { Err(faults) }
}

fn read_text(file: &Path) -> Result<String, Fault> {
    let bytes = std::fs::read(file).map_err(|error| Fault::file(file, format!("cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        // A byte order mark would stand before the doctype.
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count();
            Err(Fault::line(file, line, "is not UTF-8"))
        }
    }
}

/// Every file below a folder with its path from there; hidden files and backup files are left out.
fn files_below(dir: &Path, faults: &mut Vec<Fault>) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![(String::new(), dir.to_path_buf())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                faults.push(Fault::file(&folder, format!("cannot be read: {error}")));
                continue;
            }
        };
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            if name.starts_with(['.', '#']) || name.ends_with('~') {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                folders.push((format!("{prefix}{name}/"), path));
            } else {
                found.push((format!("{prefix}{name}"), path));
            }
        }
    }
    found.sort();
    found
}

/// A theme and its ancestors.
fn chain(source: &Arc<Source>, sources: &BTreeMap<String, Arc<Source>>) -> Result<Vec<Arc<Source>>, Fault> {
    let file = source.dir.join(FILE_NAME);
    let line =
        source.manifest.parent.as_ref().map_or(0, |parent| {
            read_text(&file).map_or(0, |text| Fault::at(&file, &text, parent.span().start, "").line)
        });
    let mut chain = vec![Arc::clone(source)];
    while let Some(parent) = chain.last().and_then(|last| last.parent()) {
        if chain.iter().any(|theme| theme.name() == parent) {
            let names: Vec<&str> = chain.iter().map(|theme| theme.name()).chain([parent]).collect();
            return Err(Fault::line(&file, line, format!("the parents go round: {}", names.join(" → "))));
        }
        let Some(next) = sources.get(parent) else {
            return Err(Fault::line(&file, line, format!("the parent theme \"{parent}\" is missing or has faults")));
        };
        chain.push(Arc::clone(next));
    }
    Ok(chain)
}

fn build(chain: Vec<Arc<Source>>, faults: &mut Vec<Fault>) -> Theme {
    let mut settings = BTreeMap::new();
    let mut files: Option<FileSet> = None;
    let mut addresses = HashMap::new();
    for source in chain.iter().rev() {
        settings.extend(source.manifest.settings.iter().map(|(key, setting)| (key.clone(), setting.clone())));
        let set = FileSet::new(source.name(), &source.files, files.as_ref());
        for name in source.files.keys() {
            addresses.insert(name.clone(), Value::from_safe_string(set.address(name)));
        }
        files = Some(set);
    }
    let files = Arc::new(files.unwrap_or_else(|| FileSet::new("", &BTreeMap::new(), None)));
    let messages = Messages::join(chain.iter().map(|source| &source.catalogues));
    let translators =
        messages.languages().map(|language| (language.to_owned(), messages.translator(language, None))).collect();
    let environment = engine::environment(&chain, addresses, faults);
    Theme { chain, settings, files, messages, environment, translators }
}
