//! Documents: texts, revisions, the steps of a review, offers between sites, links to what is not published.

use http::Method;

use crate::domain::account::Role;
use crate::web::api::{FindingView, Operation};
use crate::web::api::{document_view as view, documents, docx, offers, page, review};
use crate::web::routes::Access;

use super::{DOCUMENT, SITE, delete, get, post, put};

const PUBLISH: Access = Access::Document(&[Role::Publisher]);
const RECEIVES: Access = Access::Site(&[Role::Publisher]);

pub(super) fn operations() -> Vec<Operation> {
    [of_documents(), of_revisions(), of_reviews(), of_offers()].into_iter().flatten().collect()
}

fn of_documents() -> Vec<Operation> {
    vec![
        get("/sites/{site}/documents", SITE, "listDocuments", "Documents, the last changed first.", documents::list)
            .asks::<documents::DocumentsQuery>()
            .gives_page::<view::DocumentView>(),
        post("/sites/{site}/documents", SITE, "createDocument", "Makes a draft.", documents::create)
            .takes::<view::TextView>()
            .makes::<view::DocumentView>(),
        post(
            "/sites/{site}/documents/docx",
            Access::Site(&[Role::Editor]),
            "createDocumentFromDocx",
            "Makes a draft from a Word file.",
            docx::import,
        )
        .asks::<docx::DocxQuery>()
        .takes_file()
        .makes::<docx::DocxView>(),
        get(
            "/sites/{site}/trash",
            SITE,
            "listTrash",
            "Documents in the trash, the last one first.",
            documents::trashed,
        )
        .asks::<page::PageQuery>()
        .gives_page::<view::DocumentView>(),
        get("/documents/{document}", DOCUMENT, "getDocument", "A document with its newest text.", documents::show)
            .gives::<view::DocumentDetail>(),
        put("/documents/{document}", DOCUMENT, "saveDocument", "Saves a text as a new revision.", documents::save)
            .takes::<view::TextView>()
            .gives::<view::DocumentView>(),
        delete(
            "/documents/{document}",
            Access::Document(&[Role::Manager]),
            "purgeDocument",
            "Removes a document in the trash for good.",
            documents::purge,
        ),
        post("/documents/{document}/move", DOCUMENT, "moveDocument", "To another column.", documents::move_to)
            .takes::<documents::Target>()
            .gives::<view::DocumentView>(),
        post("/documents/{document}/copy", DOCUMENT, "copyDocument", "Makes a draft from it.", documents::copy)
            .takes::<documents::Target>()
            .makes::<view::DocumentView>(),
        post("/documents/{document}/trash", DOCUMENT, "trashDocument", "Puts it in the trash.", documents::trash)
            .gives::<view::DocumentView>(),
        post("/documents/{document}/put-back", DOCUMENT, "putBackDocument", "Out of the trash.", documents::put_back)
            .takes::<documents::PutBack>()
            .gives::<view::DocumentView>(),
        get(
            "/documents/{document}/references",
            DOCUMENT,
            "listReferences",
            "Where else it is shown.",
            documents::references,
        )
        .asks::<page::PageQuery>()
        .gives_page::<view::ReferenceView>(),
        // Whoever may refer to anything published need not work where it stands; the action decides.
        post(
            "/documents/{document}/references",
            Access::Desk,
            "referToDocument",
            "Shows it in a column of another site.",
            documents::refer,
        )
        .takes::<documents::ReferTo>()
        .makes::<view::ReferenceView>(),
        get(
            "/documents/{document}/references/{reference}",
            DOCUMENT,
            "getReference",
            "A place where it is shown.",
            documents::reference,
        )
        .gives::<view::ReferenceView>(),
        delete(
            "/documents/{document}/references/{reference}",
            DOCUMENT,
            "removeReference",
            "Shows it there no longer.",
            documents::remove_reference,
        ),
    ]
}

fn of_revisions() -> Vec<Operation> {
    vec![
        get(
            "/documents/{document}/revisions",
            DOCUMENT,
            "listRevisions",
            "Saved texts, the newest first.",
            documents::revisions,
        )
        .asks::<page::PageQuery>()
        .gives_page::<view::RevisionView>(),
        get(
            "/documents/{document}/revisions/{revision}",
            DOCUMENT,
            "getRevision",
            "A saved text.",
            documents::revision,
        )
        .gives::<view::RevisionView>(),
        post(
            "/documents/{document}/revisions/{revision}/restore",
            DOCUMENT,
            "restoreRevision",
            "Makes a saved text the newest again.",
            documents::restore,
        )
        .takes::<documents::Seen>()
        .gives::<view::DocumentView>(),
    ]
}

fn of_reviews() -> Vec<Operation> {
    vec![
        get("/inbox", Access::Desk, "inbox", "What waits for the person, the first due first.", review::inbox)
            .asks::<page::PageQuery>()
            .gives_page::<review::WaitingView>(),
        get("/documents/{document}/case", DOCUMENT, "getCase", "Its way through the review.", review::case)
            .gives::<review::CaseView>(),
        post("/documents/{document}/submit", DOCUMENT, "submitDocument", "Hands the newest text in.", review::submit)
            .takes::<review::Submit>()
            .gives::<view::DocumentView>(),
        post("/documents/{document}/take", DOCUMENT, "takeDocument", "\"I am on it\".", review::take)
            .gives::<review::CaseView>(),
        post("/documents/{document}/approve", DOCUMENT, "approveDocument", "Approves it in its step.", review::approve)
            .takes::<review::Decision>()
            .gives::<view::DocumentView>(),
        post("/documents/{document}/return", DOCUMENT, "returnDocument", "Back to its writer.", review::send_back)
            .takes::<review::SendBack>()
            .gives::<view::DocumentView>(),
        post("/documents/{document}/recall", DOCUMENT, "recallDocument", "Out of the review again.", review::recall)
            .gives::<view::DocumentView>(),
        post(
            "/documents/{document}/publish",
            PUBLISH,
            "publishDocument",
            "Publishes the newest text.",
            review::publish,
        )
        .takes::<review::Publish>()
        .gives::<view::DocumentView>(),
        post(
            "/documents/{document}/schedule",
            PUBLISH,
            "scheduleDocument",
            "Publishes it at a time.",
            review::schedule,
        )
        .takes::<review::Schedule>()
        .gives::<view::DocumentView>(),
        post("/documents/{document}/expire", PUBLISH, "expireDocument", "Its validity ends now.", review::expire)
            .gives::<view::DocumentView>(),
        get(
            "/documents/{document}/check",
            DOCUMENT,
            "checkDocument",
            "What the publishing checks find in the newest text.",
            review::check,
        )
        .asks::<page::PageQuery>()
        .gives_page::<FindingView>(),
        post("/documents/{document}/withdraw", PUBLISH, "withdrawDocument", "Off the site.", review::withdraw)
            .takes::<review::Withdraw>()
            .gives::<view::DocumentView>(),
    ]
}

fn of_offers() -> Vec<Operation> {
    const LINK: &str = "/documents/{document}/preview-links/{link}";
    vec![
        get("/documents/{document}/offers", DOCUMENT, "listOffers", "What became of its offers.", offers::list)
            .asks::<page::PageQuery>()
            .gives_page::<offers::OfferView>(),
        post("/documents/{document}/offers", DOCUMENT, "offerDocument", "Offers it to another site.", offers::push)
            .takes::<offers::Push>()
            .makes::<offers::OfferView>(),
        post(
            "/documents/{document}/offers/{offer}/take-back",
            DOCUMENT,
            "takeBackOffer",
            "Takes an offer back while it waits.",
            offers::take_back,
        )
        .gives::<offers::OfferView>(),
        get("/sites/{site}/received", RECEIVES, "listReceived", "What other sites offer.", offers::received)
            .asks::<page::PageQuery>()
            .gives_page::<offers::ReceivedView>(),
        post(
            "/sites/{site}/received/{offer}/accept",
            RECEIVES,
            "acceptOffer",
            "Takes an offer, as a reference or as a draft.",
            offers::accept,
        )
        .takes::<offers::Accepting>()
        .gives::<offers::DecidedView>(),
        post(
            "/sites/{site}/received/{offer}/refuse",
            RECEIVES,
            "refuseOffer",
            "Does not take an offer, and says why.",
            offers::refuse,
        )
        .takes::<offers::Refusing>()
        .gives::<offers::DecidedView>(),
        get(
            "/documents/{document}/preview-links",
            DOCUMENT,
            "listPreviewLinks",
            "Links that are good now, without their addresses.",
            offers::links,
        )
        .asks::<page::PageQuery>()
        .gives_page::<offers::LinkView>(),
        post(
            "/documents/{document}/preview-links",
            DOCUMENT,
            "makePreviewLink",
            "A link to a revision for people without a log-in; its address is told this once.",
            offers::make_link,
        )
        .takes::<offers::Wish>()
        .makes::<offers::LinkView>(),
        // A link does not change, so there is no version to have seen.
        Operation::new(Method::DELETE, LINK, DOCUMENT, "endPreviewLink", "Ends a link.", offers::end_link),
    ]
}
