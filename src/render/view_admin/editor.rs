//! What the pages around one document see: the editor, the comparison of two texts, the preview.

use minijinja::Value;
use serde::Serialize;

use super::MessageView;

/// What can just have been done with a document, in the address of its editor; its text is `editor.done.<word>`.
pub const EDITOR_DONE: [&str; 20] = [
    "saved",
    "merged",
    "discarded",
    "submitted",
    "recalled",
    "taken",
    "approved",
    "published",
    "scheduled",
    "returned",
    "withdrawn",
    "trashed",
    "moved",
    "copied",
    "referred",
    "unreferred",
    "pushed",
    "unpushed",
    "restored",
    "link_ended",
];

/// A document in the editor.
#[derive(Debug, Clone, Serialize)]
pub struct EditorPage {
    /// Number, 0 for one that is not there yet.
    pub document: u64,
    /// Slug of its site.
    pub site: String,
    /// Address of the editor, to which the form goes.
    pub action: String,
    /// State of the newest text, `draft`.
    pub state: &'static str,
    /// Address where visitors read it, or empty.
    pub public: String,
    /// True where visitors read an older text than the newest.
    pub newer: bool,
    /// The newest saved text.
    pub saved: Option<SavedView>,
    /// When what is shown was kept without being saved; empty if all is saved.
    pub kept: String,
    /// Revision that what is shown was made from.
    pub base: u64,
    /// Version of the text that is kept without being saved, 0 for none.
    pub version: u64,
    /// True where the person may change it.
    pub may_edit: bool,
    /// What is written.
    pub fields: EditView,
    /// Columns to choose from.
    pub columns: Vec<ColumnChoice>,
    /// Classes that themes know.
    pub classes: String,
    /// Rules that the text breaks.
    pub problems: Vec<BrokenView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Time of what an earlier page of the browser brought back, or empty.
    pub recovered: String,
    /// Names of others who have it open.
    pub others: String,
    /// What can be done with it, each an address below the editor's.
    pub acts: Vec<&'static str>,
    /// Address of a new preview link, once; or empty.
    pub link: String,
    /// When that link ends.
    pub link_until: String,
    /// Preview links that are good now.
    pub links: Vec<PreviewLinkView>,
    /// True where approving publishes, so that a time may be set for it.
    pub last_step: bool,
    /// What a new document calls its first save, so that one sent twice makes one document; empty for others.
    pub first: String,
}

/// A preview link; its secret is not told again.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewLinkView {
    /// Number.
    pub id: u64,
    /// Number of the revision that it shows.
    pub number: u32,
    /// Who made it.
    pub by: String,
    /// Good until then.
    pub until: String,
}

/// A saved text.
#[derive(Debug, Clone, Serialize)]
pub struct SavedView {
    /// Number in the history, from 1.
    pub number: u32,
    /// When.
    pub time: String,
    /// By whom.
    pub by: String,
}

/// The fields of a document.
#[derive(Debug, Clone, Default, Serialize)]
pub struct EditView {
    /// Title.
    pub title: String,
    /// Subtitle.
    pub subtitle: String,
    /// HTML.
    pub body: String,
    /// Summary.
    pub summary: String,
    /// Source.
    pub source: String,
    /// Author.
    pub author: String,
    /// Editor in charge.
    pub editor: String,
    /// Keywords with spaces between them.
    pub keywords: String,
    /// Formed date.
    pub formed: String,
    /// Document number.
    pub number: String,
    /// Number of the title picture, 0 for none.
    pub picture: u64,
    /// Its address.
    pub picture_url: String,
    /// Its text for those who do not see it.
    pub picture_alt: String,
    /// Attachments.
    pub attachments: Vec<AttachedView>,
    /// Address of an external-link document.
    pub link: String,
    /// True where it stands at the top of its column.
    pub pinned: bool,
    /// Until when, `2026-11-20T09:30`; empty for good.
    pub pinned_until: String,
    /// Until when it is valid; empty for good.
    pub valid_until: String,
    /// Related documents.
    pub related: Vec<RelatedView>,
    /// True where somebody has seen to it that nothing in it is secret.
    pub secrecy: bool,
    /// True where every editor of the column may change it.
    pub shared: bool,
}

/// An attachment.
#[derive(Debug, Clone, Serialize)]
pub struct AttachedView {
    /// Number.
    pub id: u64,
    /// What it is.
    pub title: String,
    /// Name of the file.
    pub name: String,
}

/// A related document.
#[derive(Debug, Clone, Serialize)]
pub struct RelatedView {
    /// Number.
    pub id: u64,
    /// Title.
    pub title: String,
}

/// A column to choose.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnChoice {
    /// Number.
    pub id: u64,
    /// Name with those above it.
    pub name: String,
    /// True for the one that is chosen.
    pub chosen: bool,
}

/// A broken rule.
#[derive(Debug, Clone, Serialize)]
pub struct BrokenView {
    /// Field at fault, `title`.
    pub field: &'static str,
    /// What is wrong, in words.
    pub text: String,
}

/// What a script is told that saved a text.
#[derive(Debug, Clone, Serialize)]
pub struct SavedAnswer {
    /// Revision that the next save is made from.
    pub base: u64,
    /// Version that the next save follows.
    pub version: u64,
    /// When, `10:31`.
    pub time: String,
    /// Address of the editor, with what was done.
    pub url: String,
    /// Where unsaved text goes.
    pub autosave: String,
    /// Number of a document that was made by it, else 0.
    pub document: u64,
}

/// What a script is told whose text breaks rules.
#[derive(Debug, Clone, Serialize)]
pub struct BrokenAnswer {
    /// What is wrong.
    pub broken: Vec<BrokenView>,
}

/// Who else has a document open.
#[derive(Debug, Clone, Serialize)]
pub struct PresenceAnswer {
    /// The others.
    pub others: Vec<OtherView>,
    /// The newest revision.
    pub head: u64,
}

/// Somebody else.
#[derive(Debug, Clone, Serialize)]
pub struct OtherView {
    /// Name for people.
    pub name: String,
}

/// What was pasted, cleaned.
#[derive(Debug, Clone, Serialize)]
pub struct PasteAnswer {
    /// HTML.
    pub html: String,
    /// Pictures that were stored.
    pub stored: usize,
    /// Pictures that could not be kept.
    pub lost: usize,
    /// Why not, in words, if a rule forbade it.
    pub why: String,
}

/// Two texts that were made from one.
#[derive(Debug, Clone, Serialize)]
pub struct ConflictPage {
    /// Address of the editor.
    pub action: String,
    /// The newest revision, which the outcome is made from.
    pub head: u64,
    /// Who has the other text.
    pub by: String,
    /// When it was saved.
    pub time: String,
    /// True where the other text is the person's own, from another window.
    pub own: bool,
    /// Fields that are clear, to be sent along: name and value.
    pub clear: Vec<FieldView>,
    /// Fields that both changed.
    pub fields: Vec<FieldChoiceView>,
    /// The body, piece by piece.
    pub pieces: Vec<PieceView>,
    /// How many choices there are.
    pub choices: usize,
}

/// A field and its value.
#[derive(Debug, Clone, Serialize)]
pub struct FieldView {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A field that both changed.
#[derive(Debug, Clone, Serialize)]
pub struct FieldChoiceView {
    /// Name; its title is the text `editor.<name>`.
    pub name: &'static str,
    /// As it was.
    pub base: String,
    /// As the person has it.
    pub mine: String,
    /// As the other has it.
    pub theirs: String,
}

/// A piece of the body.
#[derive(Debug, Clone, Serialize)]
pub struct PieceView {
    /// Number from 0.
    pub number: usize,
    /// Sanitised HTML, where it is clear what comes out.
    pub clear: String,
    /// True where it is to be chosen.
    pub choice: bool,
    /// As it was.
    pub base: String,
    /// As the person has it.
    pub mine: String,
    /// As the other has it.
    pub theirs: String,
}

/// The page around a preview.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewPage {
    /// Address of the editor.
    pub editor: String,
    /// Address of the page as visitors will see it.
    pub shown: String,
    /// `desktop` or `phone`.
    pub device: &'static str,
    /// Revision shown, 0 for what is not saved yet.
    pub revision: u64,
    /// Address that an external-link document leads to, or empty.
    pub leads_to: String,
}

/// Bringing a Word file.
#[derive(Debug, Clone, Serialize)]
pub struct DocxPage {
    /// Slug of the site.
    pub slug: String,
    /// Largest file in MB.
    pub largest: u64,
    /// Why a file could not be read.
    pub problem: Option<DocxProblemView>,
    /// What was read.
    pub found: Option<DocxFoundView>,
    /// Columns to choose from.
    pub columns: Vec<ColumnChoice>,
}

/// Why a Word file could not be read.
#[derive(Debug, Clone, Serialize)]
pub struct DocxProblemView {
    /// Name of the file.
    pub name: String,
    /// Key of the text, `docx.old`.
    pub key: String,
    /// Part at fault, or a number of MB; may be empty.
    pub value: String,
}

/// What was read of a Word file, to be saved as a draft.
#[derive(Debug, Clone, Serialize)]
pub struct DocxFoundView {
    /// Name of the file.
    pub name: String,
    /// Title, empty if none was found.
    pub title: String,
    /// Source that is proposed.
    pub source: String,
    /// Editor in charge that is proposed.
    pub editor: String,
    /// Sanitised HTML, to be shown.
    pub shown: Value,
    /// The same as it is sent.
    pub body: String,
    /// Pictures that were stored.
    pub stored: usize,
    /// What whoever brings it should know.
    pub notes: Vec<DocxNoteView>,
    /// Key of the text why a picture was not stored; empty if a rule forbade none.
    pub why: String,
    /// The number in that text.
    pub why_number: String,
}

/// Something about a Word file.
#[derive(Debug, Clone, Serialize)]
pub struct DocxNoteView {
    /// Its text is `docx.note.<key>`.
    pub key: &'static str,
    /// What it is about: a number, or the name of a picture.
    pub text: String,
    /// Words before the place, or empty.
    pub near: String,
}
