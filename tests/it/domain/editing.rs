//! Saving, unsaved texts, revisions, trash, copies, references, lists: who may, and what comes of it.

use zhanqun::base::id::DocumentId;
use zhanqun::domain::account::{Grant, Role, Scope};
use zhanqun::domain::content::desk::{self, Filter};
use zhanqun::domain::content::{self, Edit, FOREVER, State, Titles};
use zhanqun::domain::error::Error;
use zhanqun::domain::workflow::{self, Flow};
use zhanqun::store::{Position, Read};

use super::group::NOW;
use super::office::{HOUR, Office, outcome, person};

#[test]
fn a_stale_save_is_told_the_newest_revision_and_changes_nothing() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("第一稿");
    let second = content::save(store, &office.editor, draft.id, draft.head, &office.edit("第二稿"), NOW).unwrap();
    let stale = content::save(store, &office.reviewer, draft.id, draft.head, &office.edit("旧的"), NOW);
    assert!(matches!(stale, Err(Error::Stale { head }) if head == second.head));
    assert_eq!(office.now(&draft), second);
}

#[test]
fn editors_change_their_own_and_shared_drafts_and_outsiders_see_nothing() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("李芳的");
    let edit = office.edit("改了");
    assert_eq!(outcome(content::save(store, &office.colleague, draft.id, draft.head, &edit, NOW)), "forbidden");
    assert_eq!(outcome(content::trash(store, &office.colleague, draft.id, NOW)), "forbidden");
    assert_eq!(outcome(content::submit(store, &office.colleague, draft.id, draft.head, "", NOW)), "forbidden");
    let shared = Edit { shared: true, ..office.edit("共享") };
    let draft = content::save(store, &office.editor, draft.id, draft.head, &shared, NOW).unwrap();
    let draft = content::save(store, &office.colleague, draft.id, draft.head, &shared, NOW).unwrap();
    for (name, by) in office.outsiders() {
        let mut seen = vec![
            outcome(content::document(store, by, draft.id)),
            outcome(content::revision(store, by, draft.id, draft.head)),
            outcome(content::revisions(store, by, draft.id, Position::FIRST, 9)),
            outcome(content::working(store, by, draft.id)),
            outcome(content::workings(store, by, draft.id)),
            outcome(content::references(store, by, draft.id)),
            outcome(content::save(store, by, draft.id, draft.head, &edit, NOW)),
            outcome(content::autosave(store, by, draft.id, draft.head, 0, &edit, NOW)),
            outcome(content::discard_working(store, by, draft.id)),
            outcome(content::restore_revision(store, by, draft.id, draft.head, draft.head, NOW)),
            outcome(content::tag(store, by, draft.id, &["词".into()], NOW)),
            outcome(content::submit(store, by, draft.id, draft.head, "", NOW)),
            outcome(content::schedule(store, by, draft.id, NOW + HOUR, NOW)),
            outcome(content::withdraw(store, by, draft.id, "", NOW)),
            outcome(content::expire(store, by, draft.id, NOW)),
            outcome(content::move_to(store, by, draft.id, office.group.channel("mzj", "jj/zz"), NOW)),
            outcome(content::copy(store, by, draft.id, office.group.channel("jyj", "tzgg"), NOW)),
            outcome(content::refer(store, by, draft.id, office.group.channel("www", "yw"), None, None)),
            outcome(content::trash(store, by, draft.id, NOW)),
            outcome(content::put_back(store, by, draft.id, None, NOW)),
            outcome(content::purge(store, by, draft.id)),
            outcome(content::create(store, by, &edit, NOW)),
        ];
        seen.dedup();
        assert_eq!(seen, ["none"], "{name}");
        // A number that nobody has is answered the same.
        assert_eq!(outcome(content::document(store, by, DocumentId(999_999))), "none");
    }
    assert_eq!(office.now(&draft), draft);
}

#[test]
fn what_is_typed_is_kept_once_a_person_and_is_no_revision() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("通知");
    let typed = |title: &str| Edit {
        text: content::Text { title: title.into(), ..content::Text::default() },
        ..office.edit("")
    };
    let first = content::autosave(store, &office.editor, draft.id, draft.head, 0, &typed(""), NOW).unwrap();
    assert_eq!(first.version, 1, "unfinished texts are kept, too");
    let second = content::autosave(store, &office.editor, draft.id, draft.head, 1, &typed("打到一半"), NOW).unwrap();
    assert_eq!((second.id, second.version), (first.id, 2));
    // Another window of the same person does not write over it.
    assert_eq!(
        outcome(content::autosave(store, &office.editor, draft.id, draft.head, 1, &typed("旧窗口"), NOW)),
        "stale"
    );
    assert_eq!(content::working(store, &office.editor, draft.id).unwrap(), Some(second));
    assert_eq!(content::working(store, &office.reviewer, draft.id).unwrap(), None, "everybody has his own");
    content::autosave(store, &office.reviewer, draft.id, draft.head, 0, &typed("审核人的"), NOW).unwrap();
    assert_eq!(content::workings(store, &office.editor, draft.id).unwrap().len(), 2);
    assert_eq!(desk::unsaved(store, &office.editor, 9).unwrap().len(), 1);
    assert_eq!(office.now(&draft), draft, "the document is as it was");
    let saved = content::save(store, &office.editor, draft.id, draft.head, &office.edit("存了"), NOW).unwrap();
    assert_eq!(content::working(store, &office.editor, draft.id).unwrap(), None);
    // What the other typed is kept, but not saved over the new revision.
    let other = content::working(store, &office.reviewer, draft.id).unwrap().unwrap();
    assert_eq!(
        outcome(content::autosave(store, &office.reviewer, draft.id, other.base, 1, &typed("再打"), NOW)),
        "stale"
    );
    content::autosave(store, &office.reviewer, draft.id, saved.head, 1, &typed("看过新稿再打"), NOW).unwrap();
    content::discard_working(store, &office.reviewer, draft.id).unwrap();
    assert_eq!(content::workings(store, &office.editor, draft.id).unwrap(), []);
    assert_eq!(content::revisions(store, &office.editor, draft.id, Position::FIRST, 9).unwrap().len(), 2);
}

#[test]
fn what_is_stored_is_clean_and_stays_as_it_is() {
    let office = Office::new();
    let store = &office.group.store;
    let mut edit = office.edit(" 两行\n标题 ");
    edit.text.body = "<p onclick=\"x()\">好<script>alert(1)</script></p><img src=x onerror=alert(1)>".into();
    let draft = content::create(store, &office.editor, &edit, NOW).unwrap();
    let stored = content::revision(store, &office.editor, draft.id, draft.head).unwrap();
    assert_eq!(stored.text.title, "两行 标题");
    assert!(
        !stored.text.body.contains("script")
            && !stored.text.body.contains("onclick")
            && !stored.text.body.contains("onerror")
    );
    let same = Edit::of(&draft, &stored);
    let again = content::save(store, &office.editor, draft.id, draft.head, &same, NOW).unwrap();
    assert_eq!(content::revision(store, &office.editor, draft.id, again.head).unwrap().text, stored.text);
    let mut link = office.edit("外链");
    link.text.link = "javascript:alert(1)".into();
    assert_eq!(outcome(content::create(store, &office.editor, &link, NOW)), "url.form");
    link.text.link = "https://www.gov.cn/zhengce/1.htm".into();
    content::create(store, &office.editor, &link, NOW).unwrap();
}

#[test]
fn an_old_revision_comes_back_as_a_new_one() {
    let office = Office::new();
    let store = &office.group.store;
    let first = office.draft("第一稿");
    let second = content::save(store, &office.editor, first.id, first.head, &office.edit("第二稿"), NOW).unwrap();
    let other = office.draft("别的");
    assert_eq!(
        outcome(content::restore_revision(store, &office.editor, first.id, second.head, other.head, NOW)),
        "none",
        "a revision of another document"
    );
    assert_eq!(outcome(content::revision(store, &office.editor, first.id, other.head)), "none");
    let third = content::restore_revision(store, &office.editor, first.id, second.head, first.head, NOW).unwrap();
    assert_eq!((third.revisions, third.card.title.as_str()), (3, "第一稿"));
    let titles = content::revisions(store, &office.editor, first.id, Position::FIRST, 9).unwrap();
    let titles: Vec<_> = titles.into_iter().map(|revision| revision.text.title).collect();
    assert_eq!(titles, ["第一稿", "第二稿", "第一稿"]);
}

#[test]
fn pins_end_by_themselves_and_terms_take_effect_with_publication() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("置顶");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    let edit = Edit { pinned_until: Some(NOW + HOUR), valid_until: Some(NOW + 2 * HOUR), ..office.edit("置顶") };
    let saved = content::save(store, &office.editor, draft.id, draft.head, &edit, NOW).unwrap();
    assert!(!saved.pinned && saved.valid_until.is_none(), "an editor does not pin what visitors see");
    assert!(content::publish(store, &office.publisher, draft.id, NOW).unwrap().pinned);
    assert_eq!(content::run_due(store, NOW + HOUR).unwrap().unpinned, 1);
    assert!(!office.now(&draft).pinned && office.now(&draft).is_live());
    assert_eq!(content::run_due(store, NOW + 2 * HOUR).unwrap().left, 1);
    assert_eq!(office.now(&draft).state, State::Expired);
    let past = Edit { valid_until: Some(NOW - 1), pinned_until: Some(FOREVER), ..office.edit("过期") };
    let late = content::create(store, &office.editor, &past, NOW).unwrap();
    assert_eq!(outcome(content::publish(store, &office.publisher, late.id, NOW)), "valid_until.past");
}

#[test]
fn the_trash_keeps_everything_until_it_is_purged() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("误删");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    assert_eq!(outcome(content::trash(store, &office.publisher, draft.id, NOW)), "trash.live");
    assert_eq!(outcome(content::withdraw(store, &office.editor, draft.id, "", NOW)), "forbidden");
    content::withdraw(store, &office.publisher, draft.id, "内容有误", NOW).unwrap();
    assert_eq!(outcome(content::trash(store, &office.editor, draft.id, NOW)), "forbidden", "it was published once");
    content::trash(store, &office.publisher, draft.id, NOW).unwrap();
    let filter = Filter { site: Some(office.mzj), ..Filter::default() };
    assert_eq!(desk::list(store, &Titles::default(), &office.editor, &filter, 0, 9).unwrap().1, 0);
    assert_eq!(desk::trash(store, &office.editor, office.mzj, 0, 9).unwrap().1, 1);
    assert_eq!(outcome(desk::trash(store, &office.stranger, office.mzj, 0, 9)), "none");
    assert_eq!(
        outcome(content::save(store, &office.editor, draft.id, draft.head, &office.edit("x"), NOW)),
        "document.trashed"
    );
    assert_eq!(outcome(content::publish(store, &office.publisher, draft.id, NOW)), "document.trashed");
    content::put_back(store, &office.editor, draft.id, None, NOW).unwrap();
    assert_eq!(office.now(&draft).state, State::Withdrawn);
    assert_eq!(outcome(content::purge(store, &office.manager, draft.id)), "trash.not_there");
    content::trash(store, &office.publisher, draft.id, NOW).unwrap();
    assert_eq!(outcome(content::purge(store, &office.publisher, draft.id)), "forbidden");
    content::purge(store, &office.manager, draft.id).unwrap();
    assert!(store.get::<content::Document>(draft.id.0).unwrap().is_none());
    assert!(store.get::<content::Revision>(draft.head.0).unwrap().is_none());
}

#[test]
fn copies_need_both_places_and_references_what_is_public() {
    let office = Office::new();
    let store = &office.group.store;
    let grants = [office.mzj, office.jyj].map(|site| Grant { role: Role::Editor, scope: Scope::Site(site) }).to_vec();
    let both = person(&office.group, "ma.liang", grants);
    let draft = office.draft("内部草稿");
    let (schools, portal) = (office.group.channel("jyj", "tzgg"), office.group.channel("www", "yw"));
    assert_eq!(
        outcome(content::copy(store, &office.editor, draft.id, schools, NOW)),
        "none",
        "he does not know that column"
    );
    assert_eq!(
        outcome(content::copy(store, &office.stranger, draft.id, schools, NOW)),
        "none",
        "nor she that document"
    );
    let copy = content::copy(store, &both, draft.id, schools, NOW).unwrap();
    assert_eq!((copy.site, copy.state, copy.card.title.as_str()), (office.jyj, State::Draft, "内部草稿"));
    assert!(content::document(store, &office.editor, copy.id).is_err());
    // A column of one's own takes a publisher.
    assert_eq!(outcome(content::refer(store, &office.publisher, draft.id, portal, None, None)), "none");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    assert_eq!(
        outcome(content::refer(store, &office.editor, draft.id, office.group.channel("mzj", "jj/zz"), None, None)),
        "forbidden"
    );
    // The 信息公开办 and the supervisor refer to what is published, on the portal.
    content::refer(store, &office.office, draft.id, portal, Some("转发"), None).unwrap();
    assert_eq!(outcome(content::refer(store, &office.supervisor, draft.id, portal, None, None)), "refer.twice");
    assert_eq!(outcome(content::refer(store, &office.supervisor, draft.id, schools, None, None)), "none");
    content::refer(store, &office.supervisor, draft.id, office.group.channel("www", "bm/dt"), None, None).unwrap();
    assert_eq!(outcome(content::refer(store, &office.stranger, draft.id, schools, None, None)), "none");
    let seen = content::references(store, &office.editor, draft.id).unwrap();
    assert_eq!(seen, [], "the other site's tree is not shown");
    let reference =
        content::live(store, zhanqun::store::ListKey::new(content::LIVE_OF_CHANNEL, &[portal.0]), 9).unwrap();
    let reference = reference[0].reference.clone().unwrap();
    assert_eq!(outcome(content::remove_reference(store, &office.publisher, reference.id)), "none");
    content::remove_reference(store, &office.office, reference.id).unwrap();
}

#[test]
fn a_live_document_is_moved_by_publishers_only() {
    let office = Office::new();
    let store = &office.group.store;
    let page = office.group.channel("mzj", "jj/zz");
    let draft = office.draft("通知");
    content::move_to(store, &office.editor, draft.id, page, NOW).unwrap();
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    assert_eq!(outcome(content::move_to(store, &office.editor, draft.id, office.notices(), NOW)), "forbidden");
    content::move_to(store, &office.publisher, draft.id, office.notices(), NOW).unwrap();
    let elsewhere = Edit { channel: page, ..office.edit("通知") };
    let document = office.now(&draft);
    assert_eq!(
        outcome(content::save(store, &office.editor, draft.id, document.head, &elsewhere, NOW)),
        "move.not_draft"
    );
}

#[test]
fn a_live_document_does_not_slip_past_the_steps_of_another_column() {
    let office = Office::new();
    let store = &office.group.store;
    let page = office.group.channel("mzj", "jj/zz");
    let flow = Flow::three_reviews(office.mzj, Some(page), ["三审三校", "一审一校", "二审二校", "三审签发"]);
    workflow::set_flow(store, &office.manager, &flow).unwrap();
    let draft = office.draft("通知");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    assert_eq!(outcome(content::move_to(store, &office.publisher, draft.id, page, NOW)), "publish.steps");
    // Where both columns have the same steps it has gone through them.
    let whole = Flow { channel: None, ..flow };
    workflow::set_flow(store, &office.manager, &whole).unwrap();
    content::move_to(store, &office.publisher, draft.id, page, NOW).unwrap();
}

#[test]
fn lists_show_what_one_works_with_and_count_it() {
    let office = Office::new();
    let store = &office.group.store;
    let titles = Titles::default();
    let columnist = person(
        &office.group,
        "lan.mu",
        vec![Grant { role: Role::Editor, scope: Scope::Channel(office.mzj, office.notices()) }],
    );
    let own = content::create(store, &columnist, &office.edit("栏目通知"), NOW).unwrap();
    office.draft("李芳的通知");
    let page = Edit { channel: office.group.channel("mzj", "jj/zz"), ..office.edit("职责") };
    content::create(store, &office.editor, &page, NOW).unwrap();
    content::publish(store, &office.publisher, own.id, NOW + 1).unwrap();
    let list = |by, filter: &Filter| {
        let (documents, total) = desk::list(store, &titles, by, filter, 0, 9).unwrap();
        assert_eq!(documents.len() as u64, total);
        documents.into_iter().map(|document| document.card.title).collect::<Vec<_>>()
    };
    let site = Filter { site: Some(office.mzj), ..Filter::default() };
    assert_eq!(list(&office.reviewer, &site), ["栏目通知", "职责", "李芳的通知"]);
    assert_eq!(list(&columnist, &site), ["栏目通知", "李芳的通知"]);
    let drafts = Filter { state: Some(State::Draft), ..site.clone() };
    assert_eq!(list(&office.reviewer, &drafts), ["职责", "李芳的通知"]);
    assert_eq!(list(&columnist, &drafts), ["李芳的通知"]);
    assert_eq!(list(&columnist, &Filter { query: "通知 栏目".into(), ..Filter::default() }), ["栏目通知"]);
    assert_eq!(list(&columnist, &Filter { query: "职责".into(), ..Filter::default() }), [] as [&str; 0]);
    let author = Filter { author: office.editor.user().map(|user| user.id), ..site.clone() };
    assert_eq!(list(&columnist, &author), ["李芳的通知"]);
    for (name, by) in office.outsiders() {
        assert_eq!(outcome(desk::list(store, &titles, by, &site, 0, 9)), "none", "{name}");
        let channel = Filter { channel: Some(office.notices()), ..Filter::default() };
        assert_eq!(outcome(desk::list(store, &titles, by, &channel, 0, 9)), "none", "{name}");
        assert_eq!(outcome(desk::counts(store, by, office.mzj, None)), "none", "{name}");
        assert_eq!(list(by, &Filter { query: "通知".into(), ..Filter::default() }), [] as [&str; 0], "{name}");
    }
    let counts = desk::counts(store, &office.reviewer, office.mzj, None).unwrap();
    assert_eq!((counts.of(State::Draft), counts.of(State::Published), counts.all), (2, 1, 3));
    let counts = desk::counts(store, &columnist, office.mzj, None).unwrap();
    assert_eq!((counts.of(State::Draft), counts.of(State::Published), counts.all), (1, 1, 2));
    assert_eq!(desk::own(store, &office.editor, State::Draft, 1).unwrap()[0].card.title, "职责");
    // Visitors' search finds what is live only.
    assert_eq!(titles.search(store, None, "通知", 0, 9).unwrap(), (vec![own.id.0], 1));
}
