//! Identity is a type: an id of a document never passes for one of a site.
//!
//! All ids come from one sequence of the group (`store::Transaction::new_id`),
//! so a number is unique in the group and never used twice.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(/// A site (站点).
    SiteId);
id!(/// A column (栏目).
    ChannelId);
id!(/// A document (文稿).
    DocumentId);
id!(/// A saved state of a document's text.
    RevisionId);
id!(/// A document shown in a column of another site (引用).
    ReferenceId);
id!(/// A picture or attachment.
    MediaId);
id!(/// A shelf of files with rights of its own.
    CollectionId);
id!(/// An old address.
    RedirectId);
id!(/// A person who may log in.
    UserId);
id!(/// A log-in of a person in one browser.
    SessionId);
id!(/// An unsaved text of a person.
    WorkingId);
id!(/// A link to an unpublished text.
    PreviewId);
id!(/// A flow of review steps.
    FlowId);
id!(/// A document offered to another site.
    SubmissionId);
id!(/// A key of a program that acts for a person.
    TokenId);
id!(/// A mail that waits to be sent.
    LetterId);
id!(/// An address of another program that is told of what happens.
    WebhookId);
id!(/// What became of a page of an old site.
    OldPageId);
id!(/// A column of an import that its unit has signed off.
    SignOffId);
id!(/// A link to an old site that has not moved in yet.
    PendingLinkId);
id!(/// A letter of the public (来信).
    InquiryId);
id!(/// A frozen copy of an old site.
    CopyId);
id!(/// An address of a frozen copy.
    CopiedId);
