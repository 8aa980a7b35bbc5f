//! What the templates of the admin pages see: `page` and the fields of their page struct.
//!
//! **Invariant:** holds nothing that its reader may not know; texts are keys
//! of the catalogues, times are Beijing time as `2026-11-20 09:30`.

mod account;
mod audit;
mod editor;
mod frame;
mod home;
mod media;
mod migration;
mod review;
mod site;
mod site_documents;
mod site_look;
mod text;
mod users;
mod webhooks;

pub use account::{
    AccountPage, FactorPage, LogInPage, PasswordPage, QrView, RecoveryCodesPage, SecondStepPage, SessionView,
    SessionsPage, TokenView, TokensPage,
};
pub use audit::{
    AuditChangeView, AuditEntryPage, AuditEntryView, AuditFilterView, AuditPage, ChoiceView, VerificationView,
};
pub use editor::{
    AttachedView, BrokenAnswer, BrokenView, ColumnChoice, ConflictPage, DocxFoundView, DocxNoteView, DocxPage,
    DocxProblemView, EDITOR_DONE, EditView, EditorPage, FieldChoiceView, FieldView, OtherView, PasteAnswer, PieceView,
    PresenceAnswer, PreviewLinkView, PreviewPage, RelatedView, SavedAnswer, SavedView,
};
pub use frame::{
    AboutPage, AdminCrumbView, AdminLink, AdminSiteLink, AdminView, LanguageView, LogInNoticeView, MessageView,
    PersonView, ProblemView, RefusedPage, SiteNavView,
};
pub use home::{
    AdminDocumentView, AdminDraftView, AdminHomePage, AdminSiteView, GrantView, LastLogInView, StaleColumnView,
};
pub use media::{
    CollectionView, CollectionsPage, FileProblemView, FileView, MediaChoosePage, MediaFilePage, MediaPage,
    MediaPagingView, MediaScopeView, MediaUseView, MediaVersionView, RightView, ShelfView, SpaceView, UploadView,
};
pub use migration::{
    FigureView, MigrationBulkPage, MigrationPage, MigrationReportPage, MigrationReviewPage, MigrationSheetPage,
    MovedColumnView, NamedFigureView, OldPagePage, OldPageRowView, RunView, SampleView, SignedView, SureView,
};
pub use review::{
    ActView, FlowView, FlowsPage, InboxPage, OfferView, PlaceChoice, PlacePage, ReceivedCountView, ReceivedPage,
    ReferenceView, RefusedActPage, SentView, SheetPage, SheetStepView, StepForm, WaitingView, WarnedPage, WhyView,
};
pub use site::{
    ColumnFormView, ColumnPage, ColumnRowView, ColumnsPage, CountView, NewColumnPage, NewSitePage, OptionGroupView,
    OptionView, PagesView, RuleView, ShortcutView, SiteDeskPage, SiteRowView, SitesPage, WaitingRowView,
};
pub use site_documents::{BulkPage, DocumentRowView, DocumentsPage, FailureView, TrashPage, TrashRowView};
pub use site_look::{
    FieldGroupView, LineFaultView, RedirectFilePage, RedirectFormView, RedirectRowView, RedirectsPage,
    SettingFieldView, SettingView, SiteGroupFormView, SiteSettingsPage, ThemePage, ThemeProblemsPage,
};
pub use text::{
    CheckPage, CheckRuleView, ComparePage, ComparedBlockView, ComparedFieldView, FindingView, HistoryPage,
    RevisionView, WordListView, WordsPage,
};
pub use users::{
    HeldGrantView, NewUserPage, PasswordOncePage, ScopeGroupView, ScopeView, UserPage, UserRowView, UsersPage,
};
pub use webhooks::{EventView, WebhookFormView, WebhookSecretView, WebhookTestView, WebhookView, WebhooksPage};
