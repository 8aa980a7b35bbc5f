//! A text on its way through the steps of its flow.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::test_runner::TestRunner;
use zhanqun::base::id::{DocumentId, RevisionId};
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::content::{self, Document, Edit, State};
use zhanqun::domain::mail;
use zhanqun::domain::workflow::{self, ActKind, Flow, Step, What};

use zhanqun::store::Read;

use super::group::NOW;
use super::office::{HOUR, Office, outcome, person};

#[test]
fn returned_once_then_approved_three_times_and_every_act_is_kept() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let draft = office.draft("关于发放高龄津贴的通知");
    let sent = content::submit(store, &office.editor, draft.id, draft.head, "请审", NOW).unwrap();
    assert_eq!((sent.state, sent.live), (State::InReview, None));
    let waiting = workflow::inbox(store, &office.reviewer, NOW + 25 * HOUR).unwrap();
    assert_eq!((waiting.len(), waiting[0].step.as_str(), waiting[0].overdue), (1, "一审一校", true));
    assert_eq!(waiting[0].due, Some(NOW + 24 * HOUR));
    assert!(workflow::inbox(store, &office.publisher, NOW).unwrap().is_empty(), "it is not his turn");
    // The head of section takes it and sends it back with a word.
    content::take(store, &office.reviewer, draft.id, NOW + 1).unwrap();
    assert_eq!(outcome(content::send_back(store, &office.reviewer, draft.id, draft.head, "  ", NOW + 2)), "required");
    content::send_back(store, &office.reviewer, draft.id, draft.head, "第二段日期有误", NOW + 2).unwrap();
    assert_eq!(office.now(&draft).state, State::Draft);
    let back = workflow::inbox(store, &office.editor, NOW + 3).unwrap();
    assert_eq!((back[0].what, back[0].opinion.as_str()), (What::Mend, "第二段日期有误"));
    // Mended, it goes the whole way.
    let mended = content::save(store, &office.editor, draft.id, draft.head, &office.edit("高龄津贴"), NOW + 4).unwrap();
    content::submit(store, &office.editor, draft.id, mended.head, "已改", NOW + 5).unwrap();
    assert!(workflow::inbox(store, &office.editor, NOW + 5).unwrap().is_empty());
    for (by, opinion) in
        [(&office.reviewer, "一审通过"), (&office.reviewer, "二审通过"), (&office.publisher, "同意发布")]
    {
        assert!(!office.now(&draft).is_live());
        content::approve(store, by, draft.id, mended.head, opinion, None, NOW + 6).unwrap();
    }
    let published = office.now(&draft);
    assert_eq!((published.state, published.live, published.published), (State::Published, Some(mended.head), NOW + 6));
    let case = workflow::case(store, draft.id).unwrap().unwrap();
    let kinds: Vec<ActKind> = case.acts.iter().map(|act| act.kind).collect();
    assert_eq!(
        kinds,
        [
            ActKind::Submitted,
            ActKind::Taken,
            ActKind::Returned,
            ActKind::Submitted,
            ActKind::Approved,
            ActKind::Approved,
            ActKind::Approved
        ]
    );
    let last = case.acts.last().unwrap();
    assert_eq!((last.by.as_str(), last.step.as_str(), last.opinion.as_str()), ("chen.ju", "三审签发", "同意发布"));
    assert_eq!(case.round().len(), 4, "the sheet shows the last round");
}

#[test]
fn one_step_is_the_default_and_only_the_publisher_takes_it() {
    let office = Office::new();
    let store = &office.group.store;
    let draft = office.draft("通知");
    for by in [&office.editor, &office.colleague, &office.reviewer, &office.manager] {
        assert_eq!(outcome(content::publish(store, by, draft.id, NOW)), "forbidden");
    }
    for (name, by) in office.outsiders() {
        assert_eq!(outcome(content::publish(store, by, draft.id, NOW)), "none", "{name}");
    }
    assert!(content::publish(store, &office.publisher, draft.id, NOW).unwrap().is_live());
    assert_eq!(outcome(content::publish(store, &office.publisher, draft.id, NOW)), "publish.nothing");
    let case = workflow::case(store, draft.id).unwrap().unwrap();
    assert!(!case.is_open() && case.acts.len() == 2, "publishing at once is written down as well");
    let second = office.draft("第二件");
    content::submit(store, &office.editor, second.id, second.head, "", NOW).unwrap();
    assert_eq!(outcome(content::approve(store, &office.reviewer, second.id, second.head, "", None, NOW)), "forbidden");
    content::approve(store, &office.publisher, second.id, second.head, "", None, NOW).unwrap();
    assert!(office.now(&second).is_live());
}

#[test]
fn steps_are_never_left_out() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let draft = office.draft("通知");
    for by in [&office.publisher, &office.admin] {
        assert_eq!(outcome(content::publish(store, by, draft.id, NOW)), "publish.steps");
        assert_eq!(outcome(content::schedule(store, by, draft.id, NOW + HOUR, NOW)), "publish.steps");
        assert_eq!(outcome(content::approve(store, by, draft.id, draft.head, "", None, NOW)), "review.none");
    }
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    assert_eq!(outcome(content::approve(store, &office.publisher, draft.id, draft.head, "", None, NOW)), "forbidden");
    assert_eq!(outcome(content::publish(store, &office.publisher, draft.id, NOW)), "publish.steps");
    assert_eq!(outcome(content::approve(store, &office.editor, draft.id, draft.head, "", None, NOW)), "forbidden");
    for (name, by) in office.outsiders() {
        assert_eq!(outcome(content::approve(store, by, draft.id, draft.head, "", None, NOW)), "none", "{name}");
        assert_eq!(outcome(content::take(store, by, draft.id, NOW)), "none", "{name}");
        assert_eq!(outcome(content::send_back(store, by, draft.id, draft.head, "不", NOW)), "none", "{name}");
        assert_eq!(outcome(content::recall(store, by, draft.id, NOW)), "none", "{name}");
    }
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW).unwrap();
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW).unwrap();
    // In the last step publishing is approving.
    content::publish(store, &office.publisher, draft.id, NOW).unwrap();
    // Ops may leave them out, and the journal says who did.
    let other = office.draft("急件");
    content::publish(store, &By::ops(), other.id, NOW).unwrap();
    let case = workflow::case(store, other.id).unwrap().unwrap();
    assert!(case.acts.iter().all(|act| act.by == "cli"));
}

#[test]
fn the_revision_that_was_read_is_the_one_that_is_approved() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let draft = office.draft("第一稿");
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW).unwrap();
    let changed = content::save(store, &office.editor, draft.id, draft.head, &office.edit("第二稿"), NOW).unwrap();
    let case = workflow::case(store, draft.id).unwrap().unwrap();
    assert_eq!((case.step, case.revision), (Some(0), changed.head), "the review begins anew");
    assert_eq!(outcome(content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW)), "stale");
    assert_eq!(outcome(content::send_back(store, &office.reviewer, draft.id, draft.head, "旧", NOW)), "stale");
    assert_eq!(outcome(content::submit(store, &office.editor, draft.id, draft.head, "", NOW)), "stale");
    // A published document keeps its live text until the newer one has gone the same way.
    for by in [&office.reviewer, &office.reviewer, &office.publisher] {
        content::approve(store, by, draft.id, changed.head, "", None, NOW).unwrap();
    }
    let third = content::save(store, &office.editor, draft.id, changed.head, &office.edit("第三稿"), NOW).unwrap();
    assert!(third.counts_as(State::Published) && third.counts_as(State::Draft));
    let sent = content::submit(store, &office.editor, draft.id, third.head, "", NOW).unwrap();
    assert_eq!((sent.state, sent.live, sent.card.title.as_str()), (State::InReview, Some(changed.head), "第二稿"));
    assert_eq!(content::placed(store, draft.id).unwrap().unwrap().revision.text.title, "第二稿");
    content::send_back(store, &office.reviewer, draft.id, third.head, "不改", NOW).unwrap();
    let back = office.now(&draft);
    assert_eq!((back.state, back.live), (State::Published, Some(changed.head)));
}

#[test]
fn nobody_approves_his_own_words_where_the_site_forbids_it() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let both = [Role::Editor, Role::Reviewer, Role::Publisher];
    let grants = both.map(|role| Grant { role, scope: Scope::Site(office.mzj) }).to_vec();
    let writer = person(&office.group, "zhou.chu", grants);
    let own = content::create(store, &writer, &office.edit("自己写的"), NOW).unwrap();
    content::submit(store, &writer, own.id, own.head, "", NOW).unwrap();
    assert_eq!(outcome(content::approve(store, &writer, own.id, own.head, "", None, NOW)), "review.own");
    // What he changed is his, too, whoever saves it last.
    let draft = office.draft("别人写的");
    let his = content::save(store, &writer, draft.id, draft.head, &office.edit("他改的"), NOW).unwrap();
    let last = content::save(store, &office.editor, draft.id, his.head, &office.edit("他改的。"), NOW).unwrap();
    content::submit(store, &office.editor, draft.id, last.head, "", NOW).unwrap();
    assert_eq!(outcome(content::approve(store, &writer, draft.id, last.head, "", None, NOW)), "review.own");
    content::approve(store, &office.reviewer, draft.id, last.head, "", None, NOW).unwrap();
    // In one step it is forbidden as well, where the flow says so.
    let flow = Flow { name: "签发".into(), forbid_own: true, ..named(&office, Flow::one_step(office.mzj)) };
    workflow::set_flow(store, &office.manager, &flow).unwrap();
    let alone = content::create(store, &writer, &office.edit("一人"), NOW).unwrap();
    assert_eq!(outcome(content::publish(store, &writer, alone.id, NOW)), "review.own");
    content::publish(store, &office.publisher, alone.id, NOW).unwrap();
}

fn named(_: &Office, mut flow: Flow) -> Flow {
    flow.steps.iter_mut().for_each(|step| step.name = "签发".into());
    flow
}

#[test]
fn i_am_on_it_keeps_others_out_until_they_take_it_over() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let grants = vec![Grant { role: Role::Reviewer, scope: Scope::Site(office.mzj) }];
    let other = person(&office.group, "qian.ke", grants);
    let draft = office.draft("通知");
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    content::take(store, &office.reviewer, draft.id, NOW).unwrap();
    let seen = workflow::inbox(store, &other, NOW).unwrap();
    assert_eq!(seen[0].taken_by, office.reviewer.user().map(|user| user.id));
    assert_eq!(outcome(content::approve(store, &other, draft.id, draft.head, "", None, NOW)), "review.taken");
    assert_eq!(outcome(content::send_back(store, &other, draft.id, draft.head, "不", NOW)), "review.taken");
    content::take(store, &other, draft.id, NOW).unwrap();
    content::approve(store, &other, draft.id, draft.head, "", None, NOW).unwrap();
}

#[test]
fn people_and_deputies_are_named_by_the_manager() {
    let office = Office::new();
    let store = &office.group.store;
    let id = |by: &By| by.user().unwrap().id;
    let deputy = person(&office.group, "he.ke", vec![Grant { role: Role::Editor, scope: Scope::Site(office.mzj) }]);
    let step = |name: &str, people, deputies| Step {
        name: name.into(),
        people,
        deputies,
        due_hours: Some(8),
        ..Step::default()
    };
    let flow = Flow {
        name: "签批".into(),
        steps: vec![
            step("科室", vec![id(&office.reviewer)], vec![id(&deputy)]),
            Step { role: Some(Role::Publisher), ..step("签发", vec![], vec![]) },
        ],
        ..Flow::one_step(office.mzj)
    };
    for by in [&office.editor, &office.reviewer, &office.publisher] {
        assert_eq!(outcome(workflow::set_flow(store, by, &flow)), "forbidden");
    }
    for (name, by) in office.outsiders() {
        assert_eq!(outcome(workflow::set_flow(store, by, &flow)), "none", "{name}");
    }
    let stranger =
        Flow { steps: vec![step("外人", vec![id(&office.stranger)], vec![]), flow.steps[1].clone()], ..flow.clone() };
    assert_eq!(outcome(workflow::set_flow(store, &office.manager, &stranger)), "step.person");
    let open_end =
        Flow { steps: vec![Step { role: Some(Role::Reviewer), ..step("完", vec![], vec![]) }], ..flow.clone() };
    assert_eq!(outcome(workflow::set_flow(store, &office.manager, &open_end)), "flow.last");
    workflow::set_flow(store, &office.manager, &flow).unwrap();
    let draft = office.draft("通知");
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    let other_reviewer =
        person(&office.group, "qian.ke", vec![Grant { role: Role::Reviewer, scope: Scope::Site(office.mzj) }]);
    assert_eq!(outcome(content::approve(store, &other_reviewer, draft.id, draft.head, "", None, NOW)), "forbidden");
    assert!(workflow::inbox(store, &deputy, NOW).unwrap()[0].deputy);
    content::approve(store, &deputy, draft.id, draft.head, "代审", None, NOW).unwrap();
    let case = workflow::case(store, draft.id).unwrap().unwrap();
    assert!(case.acts.last().unwrap().deputy);
    // A case on its way keeps its steps; the next one takes those of today.
    workflow::remove_flow(store, &office.manager, office.mzj, None).unwrap();
    assert_eq!(workflow::case(store, draft.id).unwrap().unwrap().flow.steps.len(), 2);
    content::approve(store, &office.publisher, draft.id, draft.head, "", None, NOW).unwrap();
    assert!(office.now(&draft).is_live());
}

#[test]
fn those_who_may_act_are_reminded_once_of_an_overdue_step() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let draft = office.draft("通知");
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    assert!(workflow::reminders(store, NOW + 24 * HOUR - 1).unwrap().is_empty());
    let late = workflow::reminders(store, NOW + 24 * HOUR).unwrap();
    let reviewer = office.reviewer.user().unwrap().id;
    assert_eq!(late.len(), 1);
    assert!(late[0].users.contains(&reviewer) && !late[0].users.contains(&office.editor.user().unwrap().id));
    let title = |id: DocumentId| store.get::<Document>(id.0).unwrap().unwrap().card.title;
    assert_eq!(workflow::remind(store, true, title, NOW + 24 * HOUR).unwrap(), 1);
    let letters = mail::due(store, NOW + 24 * HOUR, 99).unwrap();
    assert!(letters.iter().any(|letter| letter.to == "zhang.ke@city.example"));
    assert!(letters.iter().all(|letter| letter.arguments["title"] == "通知" && letter.to != "li.fang@city.example"));
    assert_eq!(workflow::remind(store, true, title, NOW + 25 * HOUR).unwrap(), 0);
    assert!(workflow::reminders(store, NOW + 30 * HOUR).unwrap().is_empty());
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW + 30 * HOUR).unwrap();
    content::take(store, &office.reviewer, draft.id, NOW + 30 * HOUR).unwrap();
    let again = workflow::reminders(store, NOW + 54 * HOUR).unwrap();
    assert_eq!(again[0].users, [reviewer], "the next step is one of its own, and somebody is on it");
}

#[test]
fn approved_for_later_it_appears_then_whatever_is_saved_meanwhile() {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let draft = office.draft("明日发布");
    content::submit(store, &office.editor, draft.id, draft.head, "", NOW).unwrap();
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW).unwrap();
    content::approve(store, &office.reviewer, draft.id, draft.head, "", None, NOW).unwrap();
    let at = NOW + 20 * HOUR;
    assert_eq!(
        outcome(content::approve(store, &office.publisher, draft.id, draft.head, "", Some(NOW), NOW)),
        "schedule.past"
    );
    content::approve(store, &office.publisher, draft.id, draft.head, "", Some(at), NOW).unwrap();
    assert_eq!(office.now(&draft).state, State::Scheduled);
    let later = content::save(store, &office.editor, draft.id, draft.head, &office.edit("未审的改动"), NOW).unwrap();
    let done = content::run_due(store, at + 5 * HOUR).unwrap();
    assert_eq!((done.appeared, done.late), (1, vec![(draft.id, 5 * HOUR)]), "the server was down then");
    let live = office.now(&draft);
    assert_eq!((live.live, live.head), (Some(draft.head), later.head));
    assert_eq!(content::placed(store, draft.id).unwrap().unwrap().revision.text.title, "明日发布");
}

/// What somebody tries.
#[derive(Debug, Clone, Copy)]
enum Try {
    Save(usize),
    Submit(usize),
    Take(usize),
    Approve(usize, bool),
    Return(usize),
    Recall(usize),
    Publish(usize),
    Schedule(usize),
    Withdraw(usize),
    Restore(usize),
    Tag(usize),
    Due,
}

fn tries() -> impl Strategy<Value = Try> {
    let who = 0..6_usize;
    prop_oneof![
        1 => who.clone().prop_map(Try::Save),
        4 => who.clone().prop_map(Try::Submit),
        1 => who.clone().prop_map(Try::Take),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, later)| Try::Approve(who, later)),
        10 => who.clone().prop_map(|who| Try::Approve(who, false)),
        1 => who.clone().prop_map(Try::Return),
        1 => who.clone().prop_map(Try::Recall),
        1 => who.clone().prop_map(Try::Publish),
        1 => who.clone().prop_map(Try::Schedule),
        1 => who.clone().prop_map(Try::Withdraw),
        1 => who.clone().prop_map(Try::Restore),
        1 => who.prop_map(Try::Tag),
        2 => Just(Try::Due),
    ]
}

/// True if the acts hold a submission of `revision` that was approved in each step, without a break.
fn went_all_steps(case: &workflow::Case, revision: RevisionId) -> bool {
    let mut passed: Vec<&str> = Vec::new();
    for act in &case.acts {
        match act.kind {
            ActKind::Approved if act.revision == revision => passed.push(&act.step),
            ActKind::Taken => {}
            _ if passed.len() >= 3 => {}
            _ => passed.clear(),
        }
    }
    passed.len() >= 3 && passed[..3] == ["一审一校", "二审二校", "三审签发"]
}

#[test]
fn no_sequence_of_actions_publishes_what_did_not_take_every_step() {
    let cases = if std::env::var_os("ZHANQUN_LONG").is_some() { 200 } else { 16 };
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    // One that goes all the way, that it is seen what the others are watched for.
    let straight: Vec<Try> =
        (0..6).map(Try::Submit).chain((0..3).flat_map(|_| (0..6).map(|who| Try::Approve(who, false)))).collect();
    let published = AtomicUsize::new(run(&straight));
    let several = proptest::collection::vec(tries(), 30..70);
    runner
        .run(&several, |tries| {
            published.fetch_add(run(&tries), Ordering::Relaxed);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    assert!(published.into_inner() > 0, "no sequence came to its end, so nothing was shown");
}

/// Tries everything in turn and looks at what visitors read after each; how often that changed.
fn run(tries: &[Try]) -> usize {
    let office = Office::with_three_reviews();
    let store = &office.group.store;
    let people =
        [&office.editor, &office.reviewer, &office.publisher, &office.manager, &office.admin, &office.stranger];
    let first = office.draft("通知");
    let mut now = NOW;
    let (mut seen, mut published) = (None, 0);
    for (number, tried) in tries.iter().enumerate() {
        now += HOUR;
        let document: Document = office.now(&first);
        let (id, head) = (document.id, document.head);
        let edit: Edit = office.edit(&format!("通知{number}"));
        // What is refused is refused; what visitors read is looked at below.
        let _ = match *tried {
            Try::Save(who) => content::save(store, people[who], id, head, &edit, now).map(drop),
            Try::Submit(who) => content::submit(store, people[who], id, head, "", now).map(drop),
            Try::Take(who) => content::take(store, people[who], id, now).map(drop),
            Try::Approve(who, later) => {
                content::approve(store, people[who], id, head, "", later.then_some(now + 3 * HOUR), now).map(drop)
            }
            Try::Return(who) => content::send_back(store, people[who], id, head, "改", now).map(drop),
            Try::Recall(who) => content::recall(store, people[who], id, now).map(drop),
            Try::Publish(who) => content::publish(store, people[who], id, now).map(drop),
            Try::Schedule(who) => content::schedule(store, people[who], id, now + 2 * HOUR, now).map(drop),
            Try::Withdraw(who) => content::withdraw(store, people[who], id, "", now).map(drop),
            Try::Restore(who) => content::restore_revision(store, people[who], id, head, first.head, now).map(drop),
            Try::Tag(who) => content::tag(store, people[who], id, &[format!("词{number}")], now).map(drop),
            Try::Due => content::run_due(store, now).map(drop),
        };
        let live = office.now(&first).live;
        if let Some(live) = live {
            let case = workflow::case(store, id).unwrap().unwrap();
            assert!(went_all_steps(&case, live), "{tried:?} published {live}: {:#?}", case.acts);
        }
        published += usize::from(live.is_some() && live != seen);
        seen = live;
    }
    published
}
