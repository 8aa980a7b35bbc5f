//! The application: configuration, store, site group, themes, cache and clock, composed once.
//!
//! **Invariant:** time, files and the store are reached through here, so that tests fix them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use arc_swap::{ArcSwap, Guard};

use crate::base::clock::Clock;
use crate::base::fault::Fault;
use crate::base::id::RedirectId;
use crate::cache::{Cache, Recorder, Source};
use crate::config::Config;
use crate::domain;
use crate::domain::account::{By, Gate};
use crate::domain::content::{self, Titles};
use crate::domain::media::{self, NewMedia, Room, Space};
use crate::domain::site::{self, Declaration, Directory, Site, SiteNode};
use crate::outside::Poster;
use crate::render::engine::Engine;
use crate::store::{self, Actor, Blobs, Committed, Derived, Progress, Record, Store, Touched, Unfinished};

/// Raised with every change of a table's keys, so that older data is indexed anew at the next start.
const INDEX_VERSION: u32 = 2;

/// Told what a commit touched.
type Tell = Box<dyn Fn(&Touched) + Send + Sync>;

/// Everything a request, job or command needs; shared by all of them.
pub struct App {
    /// Settings of ops.
    pub config: Config,
    /// Rows.
    pub store: Store,
    /// Bytes of media.
    pub blobs: Blobs,
    /// Files made from media, which can be made again.
    pub derived: Derived,
    /// Uploads that come in pieces.
    pub unfinished: Unfinished,
    /// Sites and columns in memory.
    directory: ArcSwap<Directory>,
    /// Titles for search.
    pub titles: Titles,
    /// Space that the files of sites use.
    pub space: Space,
    /// Themes.
    pub engine: Arc<Engine>,
    /// Finished pages.
    pub cache: Arc<Cache>,
    /// Limits of log-ins and what is remembered of them.
    pub gate: Gate,
    /// Sends messages to other programs.
    pub poster: Poster,
    /// Clock.
    pub clock: Clock,
    /// Scheme and host of the portal's main address, `https://www.huaying.example`.
    origin: ArcSwap<String>,
    /// Drops the pages that show what changed; the web pipeline also renders hot ones again.
    touched: OnceLock<Tell>,
    /// Held while site files are applied: a command and the watcher may want it at the same time.
    applying: Mutex<()>,
    /// Old addresses that were asked for since the last count.
    hits: Mutex<HashMap<RedirectId, u64>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Why the application could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Files that people write have mistakes.
    #[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
    /// The data directory cannot be used.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// An action of the start failed.
    #[error(transparent)]
    Domain(#[from] domain::error::Error),
}

impl App {
    /// Opens store and themes and reads the site group. Applies nothing.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(config: Config, clock: Clock, progress: &dyn Progress) -> Result<Arc<App>, OpenError> {
        let engine = Arc::new(Engine::open(&config.themes.dir).map_err(OpenError::Faults)?);
        let store = Store::open(Self::store_options(&config, &clock), progress)?;
        let blobs = Blobs::open(&config.storage.dir, config.storage.min_free_mb << 20)?;
        // The store is locked, so nobody else is receiving files.
        blobs.sweep()?;
        let derived = Derived::open(&config.storage.dir, config.storage.min_free_mb << 20)?;
        let unfinished = Unfinished::open(&config.storage.dir, config.storage.min_free_mb << 20)?;
        let directory = Directory::read(&store)?;
        let cache = Cache::new(config.cache.bytes(), clock.clone());
        let app = Arc::new(App {
            origin: ArcSwap::from_pointee(String::new()),
            directory: ArcSwap::from_pointee(directory),
            titles: Titles::default(),
            space: Space::default(),
            touched: OnceLock::new(),
            applying: Mutex::default(),
            hits: Mutex::default(),
            gate: Gate::new(&config.session).with_mail(config.mail.is_on()),
            config,
            store,
            blobs,
            derived,
            unfinished,
            engine,
            cache,
            poster: Poster::default(),
            clock,
        });
        app.renew_origin();
        let follower = Arc::downgrade(&app);
        app.store.on_commit(move |committed| {
            if let Some(app) = follower.upgrade() {
                app.follow(committed);
            }
        });
        Ok(app)
    }

    /// What the store is opened with.
    pub fn store_options(config: &Config, clock: &Clock) -> store::Options {
        let mut options = store::Options::new(&config.storage.dir, domain::tables());
        options.index_version = INDEX_VERSION;
        options.clock = clock.clone();
        options.cache_bytes = config.storage.cache_mb << 20;
        options.min_free_bytes = config.storage.min_free_mb << 20;
        options
    }

    /// Keeps what is in memory in step with a commit; runs before the commit is acknowledged.
    fn follow(&self, committed: &Committed) {
        let mut touched = committed.touched.clone();
        let directory = self.directory.load();
        let changed = directory.changed(committed);
        if !changed.is_empty() {
            match directory.renewed(&self.store, &changed) {
                Ok(renewed) => {
                    self.directory.store(Arc::new(renewed));
                    self.renew_origin();
                }
                Err(error) => tracing::error!(%error, "the site group could not be read again"),
            }
            // Pages read sites and columns from memory and note the site's row for both.
            touched.rows.extend(changed.iter().map(|site| (Site::TABLE, site.0)));
        }
        self.titles.follow(committed);
        self.space.follow(committed);
        match self.touched.get() {
            Some(tell) => tell(&touched),
            None => {
                self.cache.invalidate(&touched);
            }
        }
    }

    /// Names who drops pages when something changed; the first caller stays.
    pub fn on_touched(&self, tell: impl Fn(&Touched) + Send + Sync + 'static) {
        let _ = self.touched.set(Box::new(tell));
    }

    /// An old address was asked for.
    pub fn count_hit(&self, redirect: RedirectId) {
        let mut hits = self.hits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *hits.entry(redirect).or_default() += 1;
    }

    /// The hits counted since the last call.
    pub fn take_hits(&self) -> Vec<(RedirectId, u64)> {
        let mut hits = self.hits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        hits.drain().collect()
    }

    /// A text of the catalogues in the language of a site.
    pub fn text(&self, node: &SiteNode, key: &str) -> String {
        let themes = self.engine.themes();
        themes.get(&node.site.theme).map(|theme| theme.text(&node.site.lang, key)).unwrap_or_default()
    }

    fn renew_origin(&self) {
        let directory = self.directory.load();
        let host = directory.portal().and_then(|node| node.site.hosts.first().cloned());
        let scheme =
            if self.config.server.https.is_empty() && !self.config.server.public_https { "http" } else { "https" };
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        self.origin.store(Arc::new(format!("{scheme}://{host}")));
    }

    /// What adding files takes beside the store.
    pub fn room(&self) -> Room<'_> {
        Room { blobs: &self.blobs, space: &self.space, config: &self.config.media }
    }

    /// Sites and columns as they are now.
    pub fn directory(&self) -> Guard<Arc<Directory>> {
        self.directory.load()
    }

    /// Scheme and host of the portal's main address, without a slash at the end.
    pub fn origin(&self) -> Arc<String> {
        self.origin.load_full()
    }

    /// Begins to record what a page reads.
    pub fn recorder(&self) -> Recorder {
        let source: Source = Arc::new(self.store.clone());
        Recorder::new(source, self.cache.clone())
    }

    /// Reads for a page that is shown once and kept nowhere.
    pub fn recorder_apart(&self) -> Recorder {
        let source: Source = Arc::new(self.store.clone());
        Recorder::apart(source, self.cache.clone())
    }

    /// A site by slug.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn site(&self, slug: &str) -> domain::error::Result<Arc<SiteNode>> {
        self.directory().by_slug(slug).cloned().ok_or_else(|| domain::error::Error::not_found("site", slug))
    }

    /// Reads the site files and finds what is wrong with them, themes and settings included.
    ///
    /// # Errors
    /// Every fault.
    pub fn read_sites(config: &Config, engine: &Engine) -> Result<Vec<Declaration>, Vec<Fault>> {
        let declarations = site::read_all(&config.sites.dir)?;
        let faults = check_themes(&declarations, engine);
        if faults.is_empty() { Ok(declarations) } else { Err(faults) }
    }

    /// Applies the site files; into an empty data directory it also loads their initial documents.
    ///
    /// # Errors
    /// Faults of the files, before anything is written; or the store's refusal.
    pub fn apply_sites(&self) -> Result<Start, OpenError> {
        let _turn = self.applying.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let declarations = App::read_sites(&self.config, &self.engine).map_err(OpenError::Faults)?;
        let empty = self.store.seq() == 0;
        let mut initial = Vec::new();
        if empty {
            let mut faults = Vec::new();
            for declaration in &declarations {
                match content::read_initial(declaration) {
                    Ok(documents) => initial.push((declaration.clone(), documents)),
                    Err(mut more) => faults.append(&mut more),
                }
            }
            faults.extend(check_references(&declarations, &initial));
            if !faults.is_empty() {
                return Err(OpenError::Faults(faults));
            }
        }
        let applied = site::apply(&self.store, &By::system(), &declarations)?;
        for refused in &applied.refused {
            tracing::warn!("the state of a site stays as it is: {refused}");
        }
        self.bring_files(&declarations)?;
        let documents = if initial.iter().any(|(_, documents)| !documents.is_empty()) {
            let directory = self.directory.load_full();
            content::load_initial(&self.store, &self.blobs, &directory, &initial, self.clock.now())?
        } else {
            0
        };
        Ok(Start { applied, documents })
    }

    /// Stores the files that site files name, logo and banner above all; those that did not change stay.
    fn bring_files(&self, declarations: &[Declaration]) -> Result<(), OpenError> {
        let directory = self.directory.load_full();
        for declaration in declarations {
            let Some(node) = directory.by_slug(&declaration.slug) else { continue };
            let folder = declaration.file.parent().unwrap_or(Path::new(""));
            let mut tx = self.store.transaction(Actor::system(), "site.files").site(node.site.id.0);
            let mut changed = false;
            for name in declaration.files() {
                let path = folder.join(name);
                let bytes = std::fs::read(&path)
                    .map_err(|error| OpenError::Faults(vec![Fault::file(&path, error.to_string())]))?;
                let new = NewMedia {
                    site: node.site.id,
                    file_name: name,
                    bytes: &bytes,
                    alt: "",
                    batch: None,
                    origin: name,
                    open: true,
                    now: self.clock.now(),
                };
                changed |= media::bring(&mut tx, &self.blobs, &new)?.1;
            }
            if changed {
                self.store.commit(tx)?;
            }
        }
        Ok(())
    }

    /// Data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.config.storage.dir.clone()
    }
}

/// What the start did.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Sites and columns.
    pub applied: site::Applied,
    /// Initial documents loaded.
    pub documents: usize,
}

/// Themes and settings that the site files name must exist.
fn check_themes(declarations: &[Declaration], engine: &Engine) -> Vec<Fault> {
    let themes = engine.themes();
    let mut faults = Vec::new();
    for declaration in declarations {
        match themes.get(&declaration.theme).filter(|theme| theme.is_public()) {
            None => {
                let message = format!("theme \"{}\": there is no such public theme", declaration.theme);
                faults.push(Fault::line(&declaration.file, declaration.theme_line, message));
            }
            Some(theme) => {
                for fault in theme.setting_faults(&declaration.settings) {
                    let line = if fault.rule == "colour.contrast" { declaration.colour_line } else { 0 };
                    faults.push(Fault { file: declaration.file.clone(), line, message: fault.reason });
                }
            }
        }
    }
    faults
}

/// Columns that initial documents want to stand in by reference must be declared.
pub fn check_references(
    declarations: &[Declaration],
    initial: &[(Declaration, Vec<content::InitialDocument>)],
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for document in initial.iter().flat_map(|(_, documents)| documents) {
        for place in &document.refer {
            let (slug, path) = place.split_once('/').unwrap_or((place, ""));
            let known = declarations
                .iter()
                .find(|declaration| declaration.slug == slug)
                .is_some_and(|declaration| declaration.channels.iter().any(|channel| channel.path == path));
            if !known {
                faults.push(Fault::file(&document.file, format!("refer \"{place}\": no such site and column")));
            }
        }
    }
    faults
}
