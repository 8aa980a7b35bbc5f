//! What the pages of the media library see.

use serde::Serialize;

use super::MessageView;

/// The files of a library or collection.
#[derive(Debug, Clone, Serialize)]
pub struct MediaPage {
    /// Address of the page without its query.
    pub url: String,
    /// The library and the collections that the person may look into.
    pub shelves: Vec<ShelfView>,
    /// Number of the collection; 0 for the site's library.
    pub collection: u64,
    /// What is looked for.
    pub query: String,
    /// Kind that is looked for, or empty.
    pub kind: &'static str,
    /// Kinds to look for.
    pub kinds: Vec<&'static str>,
    /// Files of this page.
    pub files: Vec<FileView>,
    /// How many there are.
    pub total: u64,
    /// Pages before and after.
    pub paging: MediaPagingView,
    /// What may be uploaded here; none if the person adds nothing here.
    pub upload: Option<UploadView>,
    /// Space of the site.
    pub space: SpaceView,
    /// True where the person keeps the collections of the site.
    pub manages: bool,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Files that were not taken.
    pub problems: Vec<FileProblemView>,
}

/// A library or collection to look into.
#[derive(Debug, Clone, Serialize)]
pub struct ShelfView {
    /// Number; 0 for the site's library.
    pub id: u64,
    /// Name; empty for the library.
    pub name: String,
    /// True for a collection of the whole group.
    pub shared: bool,
    /// Files in it.
    pub files: u64,
    /// Address of its files.
    pub url: String,
    /// True if its files are shown.
    pub current: bool,
}

/// A file.
#[derive(Debug, Clone, Serialize)]
pub struct FileView {
    /// Number.
    pub id: u64,
    /// Address of its page.
    pub url: String,
    /// Public address.
    pub address: String,
    /// Name.
    pub name: String,
    /// Ending of the name in capitals: `PDF`.
    pub ending: String,
    /// Word of the kind: `picture`, `paper`, `recording`, `other`.
    pub kind: &'static str,
    /// Address of a small form of a picture; empty for other files.
    pub thumb: String,
    /// Text for those who do not see the picture.
    pub alt: String,
    /// True for a picture that needs a text and has none.
    pub lacks_alt: bool,
    /// Who made it.
    pub credit: String,
    /// Size to read: `38 KB`.
    pub size: String,
    /// Pixels, 0 if it is no picture.
    pub width: u32,
    /// Pixels, 0 if it is no picture.
    pub height: u32,
    /// When it was added.
    pub time: String,
}

/// Pages before and after.
#[derive(Debug, Clone, Serialize)]
pub struct MediaPagingView {
    /// This page, from 1.
    pub page: u64,
    /// How many there are, at least 1.
    pub pages: u64,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

/// What may be uploaded.
#[derive(Debug, Clone, Serialize)]
pub struct UploadView {
    /// Where to.
    pub url: String,
    /// Where to in pieces, by a script.
    pub pieces: String,
    /// Largest file in MB.
    pub largest: u64,
    /// Largest picture in MB.
    pub largest_picture: u64,
    /// Endings, for the field that chooses files: `.jpg,.pdf`.
    pub accept: String,
}

/// Space of a site's files.
#[derive(Debug, Clone, Serialize)]
pub struct SpaceView {
    /// Files.
    pub files: u64,
    /// Used, to read.
    pub used: String,
    /// All of it, to read; empty where there is no limit.
    pub all: String,
    /// Hundredths used, at most 100.
    pub percent: u64,
}

/// A file that was not taken.
#[derive(Debug, Clone, Serialize)]
pub struct FileProblemView {
    /// Its name.
    pub name: String,
    /// Key of the reason.
    pub key: String,
    /// Number that the reason may name.
    pub number: String,
}

/// A file of a library, for its own page.
#[derive(Debug, Clone, Serialize)]
pub struct MediaFilePage {
    /// The file.
    pub file: FileView,
    /// Address of its bytes.
    pub bytes: String,
    /// Address of a form that fits the page; empty for what is no picture.
    pub preview: String,
    /// True for a picture that says nothing.
    pub decorative: bool,
    /// True where the person may change it.
    pub changes: bool,
    /// True if the user may put other bytes under the address: what visitors read is for those who publish.
    pub replaces: bool,
    /// True for a file beside site.toml.
    pub declared: bool,
    /// True if visitors may read it now.
    pub public: bool,
    /// Who added it; empty if not known.
    pub owner: String,
    /// Documents that name it, as far as the person may know of them.
    pub uses: Vec<MediaUseView>,
    /// Further documents that name it, of which the person may not know.
    pub hidden_uses: u64,
    /// What stood there before, the newest first.
    pub versions: Vec<MediaVersionView>,
    /// Where it may be moved.
    pub shelves: Vec<ShelfView>,
    /// Endings that a replacement may have.
    pub accept: String,
    /// Largest file in MB.
    pub largest: u64,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Why nothing was done.
    pub problem: Option<FileProblemView>,
}

/// A document that names a file.
#[derive(Debug, Clone, Serialize)]
pub struct MediaUseView {
    /// Title.
    pub title: String,
    /// Address of the document's admin page.
    pub url: String,
    /// Short name of its site.
    pub site: String,
    /// `live`, `head` or `old`: where it names the file.
    pub place: &'static str,
}

/// What stood under an address before.
#[derive(Debug, Clone, Serialize)]
pub struct MediaVersionView {
    /// Its place, to bring it back.
    pub number: usize,
    /// Until when.
    pub until: String,
    /// Who put another in its place.
    pub by: String,
    /// Size to read.
    pub size: String,
    /// Address of its bytes.
    pub url: String,
}

/// The files from which one is chosen, inside another page.
#[derive(Debug, Clone, Serialize)]
pub struct MediaChoosePage {
    /// Address of the list without its query.
    pub url: String,
    /// Address of the library.
    pub library: String,
    /// The library and the collections from which the person may choose.
    pub shelves: Vec<ShelfView>,
    /// Number of the collection; 0 for the site's library.
    pub collection: u64,
    /// What is looked for.
    pub query: String,
    /// Kind that is looked for, or empty.
    pub kind: &'static str,
    /// Files.
    pub files: Vec<FileView>,
    /// How many there are.
    pub total: u64,
    /// Pages before and after.
    pub paging: MediaPagingView,
    /// What may be uploaded here; none if the person adds nothing here.
    pub upload: Option<UploadView>,
}

/// The collections of a site.
#[derive(Debug, Clone, Serialize)]
pub struct CollectionsPage {
    /// Address of the page.
    pub url: String,
    /// Collections that the site keeps.
    pub collections: Vec<CollectionView>,
    /// Lines of rights for a new one.
    pub blank: Vec<RightView>,
    /// Sites in which a role may be meant.
    pub scopes: Vec<MediaScopeView>,
    /// True on the portal, which keeps the shared ones.
    pub portal: bool,
    /// Space of the site in MB as set; empty for the usual one.
    pub quota: String,
    /// The usual space in MB, 0 for no limit.
    pub usual_quota: u64,
    /// True where the person sets it.
    pub sets_quota: bool,
    /// Space of the site.
    pub space: SpaceView,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Why nothing was done.
    pub problem: Option<FileProblemView>,
}

/// A collection with its rights.
#[derive(Debug, Clone, Serialize)]
pub struct CollectionView {
    /// Number.
    pub id: u64,
    /// Name.
    pub name: String,
    /// True for one of the whole group.
    pub shared: bool,
    /// Files in it.
    pub files: u64,
    /// Address of its files.
    pub url: String,
    /// Its rights, and empty lines for more.
    pub rights: Vec<RightView>,
}

/// A right in a collection.
#[derive(Debug, Clone, Serialize)]
pub struct RightView {
    /// `everyone`, `person` or the word of a role; empty for a line not filled in.
    pub who: String,
    /// `group` or the slug of a site, for a role.
    pub scope: String,
    /// Log-in name, for a person.
    pub person: String,
    /// `view`, `choose`, `add`, `edit`; empty to take the right away.
    pub level: String,
}

/// A site to choose.
#[derive(Debug, Clone, Serialize)]
pub struct MediaScopeView {
    /// Slug.
    pub slug: String,
    /// Short name.
    pub name: String,
}
