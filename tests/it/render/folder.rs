//! A folder of themes that a test writes.

use std::path::PathBuf;
use std::sync::Arc;

use zhanqun::render::check::sample;
use zhanqun::render::engine::{Engine, Frame, SiteFrame};
use zhanqun::render::view::{PageView, SiteView};

/// A temporary folder of themes.
pub struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    /// A folder with the given files below it, each with its text.
    pub fn with(files: &[(&str, &str)]) -> Folder {
        let folder = Folder { dir: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().to_path_buf()
    }

    pub fn write(&self, path: &str, text: &str) {
        let file = self.dir.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub fn open(&self) -> Engine {
        Engine::open(&self.path()).unwrap_or_else(|faults| panic!("{faults:?}"))
    }

    /// The faults of loading, each as `file:line: message` with the path below the folder.
    pub fn load_faults(&self) -> Vec<String> {
        match Engine::open(&self.path()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(|fault| self.below(&fault.to_string())).collect(),
        }
    }

    /// A text without the path of the folder.
    pub fn below(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.dir.path().display()), "")
    }
}

/// `theme.toml` of a theme.
pub fn manifest(name: &str, parent: &str) -> String {
    match parent {
        "" => format!("name = \"{name}\"\ntitle = \"{name}\"\n"),
        parent => format!("name = \"{name}\"\ntitle = \"{name}\"\nparent = \"{parent}\"\n"),
    }
}

/// The frame of a sample page in a theme.
pub fn frame(engine: &Engine, theme: &str) -> Frame {
    frame_with(engine, theme, |_, _| {})
}

/// The same, changed first.
pub fn frame_with(engine: &Engine, theme: &str, change: impl Fn(&mut SiteView, &mut PageView)) -> Frame {
    let mut sample = sample::pages().swap_remove(0);
    change(&mut sample.site, &mut sample.page);
    let site: SiteFrame = engine.site_frame(theme, &sample.site, &sample.nav).unwrap();
    Frame { site: Arc::new(site), page: sample.page, latest: sample::latest() }
}
