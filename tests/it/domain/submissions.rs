//! A document offered to the portal.

use zhanqun::domain::content::{self, LIVE_OF_CHANNEL, State};
use zhanqun::domain::submission::{self, Fate, How};
use zhanqun::store::ListKey;

use super::group::NOW;
use super::office::{Office, outcome};

#[test]
fn offered_taken_and_shown() {
    let office = Office::new();
    let store = &office.group.store;
    let portal = office.group.channel("www", "yw");
    let draft = office.draft("高龄津贴");
    assert_eq!(outcome(submission::push(store, &office.editor, draft.id, portal, "", NOW)), "push.not_live");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    for column in [office.group.channel("www", "bm/dt"), office.group.channel("jyj", "tzgg")] {
        assert_eq!(outcome(submission::push(store, &office.editor, draft.id, column, "", NOW)), "none", "not opened");
    }
    assert_eq!(outcome(submission::push(store, &office.colleague, draft.id, portal, "", NOW)), "forbidden");
    for (name, by) in office.outsiders() {
        assert_eq!(outcome(submission::push(store, by, draft.id, portal, "", NOW)), "none", "{name}");
    }
    let sent = submission::push(store, &office.editor, draft.id, portal, "请上首页", NOW).unwrap();
    assert_eq!(outcome(submission::push(store, &office.editor, draft.id, portal, "", NOW)), "push.twice");
    let waiting = submission::received(store, &office.office, office.www).unwrap();
    assert_eq!((waiting.len(), waiting[0].0.note.as_str(), waiting[0].1.id), (1, "请上首页", draft.id));
    assert!(submission::received(store, &office.publisher, office.www).unwrap().is_empty());
    for by in [&office.editor, &office.publisher, &office.stranger, &office.supervisor, &office.auditor] {
        assert_eq!(outcome(submission::accept(store, by, sent.id, How::Reference, "", NOW)), "none");
        assert_eq!(outcome(submission::refuse(store, by, sent.id, "不", NOW)), "none");
    }
    assert_eq!(outcome(submission::take_back(store, &office.office, sent.id, NOW)), "none");
    submission::accept(store, &office.office, sent.id, How::Reference, "民政局发放高龄津贴", NOW + 1).unwrap();
    let shown = content::live(store, ListKey::new(LIVE_OF_CHANNEL, &[portal.0]), 9).unwrap();
    assert_eq!(shown[0].title(), "民政局发放高龄津贴");
    let seen = submission::sent(store, &office.editor, draft.id).unwrap();
    assert_eq!((seen[0].word, seen[0].decided), ("referred", NOW + 1));
    assert_eq!(outcome(submission::refuse(store, &office.office, sent.id, "晚了", NOW)), "offer.decided");
    assert_eq!(outcome(submission::sent(store, &office.stranger, draft.id)), "none");
}

#[test]
fn taken_as_a_copy_it_goes_the_way_of_that_site() {
    let office = Office::new();
    let store = &office.group.store;
    let portal = office.group.channel("www", "yw");
    let draft = office.draft("救助标准");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    let sent = submission::push(store, &office.publisher, draft.id, portal, "", NOW).unwrap();
    let taken = submission::accept(store, &office.office, sent.id, How::Copy, "", NOW).unwrap();
    let Fate::Accepted { how: How::Copy, number } = taken.fate else { panic!("{taken:?}") };
    let copy = content::document(store, &office.office, zhanqun::base::id::DocumentId(number)).unwrap();
    assert_eq!((copy.site, copy.state, copy.channel), (office.www, State::Draft, portal));
    assert!(content::document(store, &office.editor, copy.id).is_err());
}

#[test]
fn refused_with_a_reason_taken_back_and_gone() {
    let office = Office::new();
    let store = &office.group.store;
    let portal = office.group.channel("www", "yw");
    let draft = office.draft("内部活动");
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    let sent = submission::push(store, &office.editor, draft.id, portal, "", NOW).unwrap();
    assert_eq!(outcome(submission::refuse(store, &office.office, sent.id, " ", NOW)), "required");
    submission::refuse(store, &office.office, sent.id, "不属于要闻", NOW).unwrap();
    let seen = submission::sent(store, &office.editor, draft.id).unwrap();
    assert_eq!((seen[0].word, seen[0].reason.as_str()), ("refused", "不属于要闻"));
    let again = submission::push(store, &office.editor, draft.id, portal, "", NOW + 1).unwrap();
    submission::take_back(store, &office.editor, again.id, NOW).unwrap();
    assert_eq!(submission::count_received(store, &office.office, office.www).unwrap(), 0);
    let third = submission::push(store, &office.editor, draft.id, portal, "", NOW + 2).unwrap();
    content::withdraw(store, &office.publisher, draft.id, "", NOW).unwrap();
    assert_eq!(outcome(submission::accept(store, &office.office, third.id, How::Reference, "", NOW)), "offer.gone");
    // What is written there from now on is not for others to see.
    assert!(submission::received(store, &office.office, office.www).unwrap().is_empty());
    assert_eq!(submission::count_received(store, &office.office, office.www).unwrap(), 0);
}
