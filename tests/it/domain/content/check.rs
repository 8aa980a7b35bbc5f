//! Publishing checks: what they find, and what the group and sites decide.

use std::collections::BTreeMap;

use zhanqun::base::id::SiteId;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Edit, Finding, Rule, Severity, WordKind};
use zhanqun::domain::error::Error;

use crate::domain::group::{Group, NOW};

fn first_site(group: &Group) -> SiteId {
    group.save("mzj", "tzgg", "另一篇").site
}

fn check(group: &Group, change: impl FnOnce(&mut Edit)) -> Vec<Finding> {
    let mut edit = group.draft("mzj", "tzgg", "关于低保的通知");
    edit.text.source = "市民政局".into();
    edit.text.summary = "摘要".into();
    edit.secrecy = true;
    change(&mut edit);
    content::check(&group.store, &By::ops(), None, &edit).unwrap()
}

fn rules(found: &[Finding]) -> Vec<Rule> {
    found.iter().map(|finding| finding.rule).collect()
}

#[test]
fn each_rule_finds_its_fault_and_nothing_else() {
    let group = Group::new();
    assert_eq!(check(&group, |_| {}), []);
    let body = |html: &'static str| rules(&check(&group, |edit| edit.text.body = html.into()));
    assert_eq!(rules(&check(&group, |edit| edit.secrecy = false)), [Rule::Secrecy]);
    assert_eq!(rules(&check(&group, |edit| edit.text.source.clear())), [Rule::Source]);
    assert_eq!(rules(&check(&group, |edit| edit.text.summary.clear())), [Rule::Summary]);
    assert_eq!(body("<p><img src=\"https://a.example/a.png\"></p>"), [Rule::Alt]);
    assert_eq!(body("<p><img src=\"https://a.example/a.png\" alt=\"\"></p>"), []);
    assert_eq!(body("<h2>一</h2><h4>二</h4>"), [Rule::Headings]);
    assert_eq!(body("<h2>一</h2><h3>二</h3><h2>三</h2>"), []);
    assert_eq!(body("<table><tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>"), [Rule::TableHeads]);
    assert_eq!(body("<p><a href=\"https://a.example/\">点击这里</a></p>"), [Rule::LinkText]);
    assert_eq!(body("<p><a href=\"/mzj/tzgg/999.html\">低保办法</a></p>"), [Rule::Links]);
    assert_eq!(body("<p><a href=\"#fn-1\">[1]</a></p>"), [Rule::Links]);
    assert_eq!(body("<p><a href=\"#fn-1\" id=\"fnref-1\">[1]</a> <a id=\"fn-1\" href=\"#fnref-1\">[1]</a></p>"), []);
    assert_eq!(body("<p>工作布署</p>"), [Rule::Misspelt]);
    assert_eq!(body("<p>既然如此，按排序办理。</p>"), []);
    // A number with a right check digit, and one with a wrong one.
    assert_eq!(body("<p>11010519491231002X</p>"), [Rule::Identity]);
    assert_eq!(body("<p>110105194912310021</p>"), []);
    assert_eq!(body("<p>电话：13800138000。</p>"), [Rule::Phone]);
    assert_eq!(body("<p>0826-4821234，2026-11-25，https://a.example/13800138000</p>"), []);
    assert_eq!(body("<p>6222021234567890129</p>"), []);
    assert_eq!(body("<p>4111111111111111</p>"), [Rule::BankCard]);
}

#[test]
fn a_title_is_used_once_in_a_site() {
    let group = Group::new();
    let first = group.save("mzj", "tzgg", "关于低保的通知");
    let found = check(&group, |_| {});
    assert_eq!((found[0].rule, found[0].hint.as_str()), (Rule::Duplicate, first.id.to_string().as_str()));
    let own = content::check_document(&group.store, &By::ops(), first.id).unwrap();
    assert!(!rules(&own).contains(&Rule::Duplicate));
    content::trash(&group.store, &By::ops(), first.id, NOW).unwrap();
    assert_eq!(check(&group, |_| {}), []);
}

#[test]
fn words_of_group_and_site() {
    let group = Group::new();
    let site = first_site(&group);
    let entries = |text: &str| content::read_entries(text);
    content::set_words(&group.store, &By::ops(), None, WordKind::Sensitive, entries("# 说明\n王二=王某\n")).unwrap();
    content::set_words(&group.store, &By::ops(), Some(site), WordKind::Misspelt, entries("布署=布署\n低保户=低保对象"))
        .unwrap();
    let found = check(&group, |edit| edit.text.body = "<p>王二的布署，低保户。</p>".into());
    let told: Vec<(Rule, &str)> = found.iter().map(|finding| (finding.rule, finding.hint.as_str())).collect();
    assert_eq!(told, [(Rule::Sensitive, "王某"), (Rule::Misspelt, "低保对象")]);
    let many = (0..6000).map(|n| format!("词{n}\n")).collect::<String>();
    let refused = content::set_words(&group.store, &By::ops(), None, WordKind::Misspelt, entries(&many));
    assert!(matches!(refused, Err(Error::Rules { broken }) if broken[0].rule == "words.many"));
}

#[test]
fn the_group_decides_what_stops() {
    let group = Group::new();
    let rules: BTreeMap<Rule, Severity> = [(Rule::Secrecy, Severity::Stop), (Rule::Source, Severity::Off)].into();
    content::set_policy(&group.store, &By::ops(), rules).unwrap();
    let draft = group.save("mzj", "tzgg", "保密");
    let found = content::check_document(&group.store, &By::ops(), draft.id).unwrap();
    assert_eq!((found[0].rule, found[0].severity), (Rule::Secrecy, Severity::Stop));
    assert!(!found.iter().any(|finding| finding.rule == Rule::Source));
    // Ops and imports move what was published before.
    assert!(content::publish(&group.store, &By::ops(), draft.id, NOW).unwrap().is_live());
}
