//! A site group with its people: the portal, the bureaus of civil affairs and of education, and somebody in each role.

use zhanqun::base::id::{ChannelId, SiteId};
use zhanqun::domain::account::{By, Grant, Role, Scope, User};
use zhanqun::domain::content::{self, Document, Edit};
use zhanqun::domain::error::Error;
use zhanqun::domain::workflow::{self, Flow};
use zhanqun::store::Read;

use super::group::{BUREAU, Group, NOW, PORTAL, editor};

pub const HOUR: i64 = 3_600_000;

pub struct Office {
    pub group: Group,
    pub mzj: SiteId,
    pub jyj: SiteId,
    pub www: SiteId,
    /// 李芳, writes in civil affairs.
    pub editor: By,
    /// 王强, writes in civil affairs, too.
    pub colleague: By,
    /// 张科, head of section.
    pub reviewer: By,
    /// 陈局, deputy director.
    pub publisher: By,
    /// 赵管, manages the site.
    pub manager: By,
    /// Everything in education.
    pub stranger: By,
    /// 信息公开办: publishes on the portal.
    pub office: By,
    pub supervisor: By,
    pub auditor: By,
    pub admin: By,
}

impl Office {
    pub fn new() -> Office {
        let group = Group::empty();
        let portal = PORTAL.replace("slug = \"yw\"\n", "slug = \"yw\"\ntakes_submissions = true\n");
        group.write("sites/www/site.toml", &portal);
        group.write("sites/mzj/site.toml", BUREAU);
        let schools = BUREAU.replace("民政局", "教育局").replace("mzj", "jyj");
        group.write("sites/jyj/site.toml", &schools);
        group.apply().unwrap();
        let site = |slug: &str| group.directory().by_slug(slug).unwrap().site.id;
        let (www, mzj, jyj) = (site("www"), site("mzj"), site("jyj"));
        let at = |role, site| vec![Grant { role, scope: Scope::Site(site) }];
        let all = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];
        Office {
            editor: person(&group, "li.fang", at(Role::Editor, mzj)),
            colleague: person(&group, "wang.qiang", at(Role::Editor, mzj)),
            reviewer: person(&group, "zhang.ke", at(Role::Reviewer, mzj)),
            publisher: person(&group, "chen.ju", at(Role::Publisher, mzj)),
            manager: person(&group, "zhao.guan", at(Role::Manager, mzj)),
            stranger: person(&group, "sun.xue", all.map(|role| Grant { role, scope: Scope::Site(jyj) }).to_vec()),
            office: person(&group, "gong.kai", at(Role::Publisher, www)),
            supervisor: person(&group, "du.cha", vec![Grant::group(Role::Supervisor)]),
            auditor: person(&group, "shen.ji", vec![Grant::group(Role::Auditor)]),
            admin: person(&group, "guan.li", vec![Grant::group(Role::Admin)]),
            www,
            mzj,
            jyj,
            group,
        }
    }

    /// With the three steps of 三审三校 in civil affairs.
    pub fn with_three_reviews() -> Office {
        let office = Office::new();
        let flow = Flow::three_reviews(office.mzj, None, ["三审三校", "一审一校", "二审二校", "三审签发"]);
        workflow::set_flow(&office.group.store, &office.manager, &flow).unwrap();
        office
    }

    pub fn notices(&self) -> ChannelId {
        self.group.channel("mzj", "tzgg")
    }

    pub fn edit(&self, title: &str) -> Edit {
        self.group.draft("mzj", "tzgg", title)
    }

    /// 李芳 begins a notice.
    pub fn draft(&self, title: &str) -> Document {
        content::create(&self.group.store, &self.editor, &self.edit(title), NOW).unwrap()
    }

    /// The document as it is now.
    pub fn now(&self, document: &Document) -> Document {
        self.group.store.get(document.id.0).unwrap().unwrap()
    }

    /// Those who see no draft of civil affairs.
    pub fn outsiders(&self) -> [(&'static str, &By); 4] {
        [
            ("stranger", &self.stranger),
            ("office", &self.office),
            ("supervisor", &self.supervisor),
            ("auditor", &self.auditor),
        ]
    }
}

/// Somebody who may log in; nobody does in these tests, so there is no password.
pub fn person(group: &Group, name: &str, grants: Vec<Grant>) -> By {
    let mut tx = group.store.transaction(editor(), "test.person");
    let row = serde_json::json!({
        "id": tx.new_id(),
        "name": name,
        "display_name": format!("{name} 同志"),
        "email": format!("{name}@city.example"),
        "password": "",
        "password_set": NOW,
        "grants": grants,
        "created": NOW,
    });
    let user: User = serde_json::from_value(row).unwrap();
    tx.put(&user).unwrap();
    group.store.commit(tx).unwrap();
    By::person(&user, "192.0.2.7")
}

/// Outcome of an action in a word: `ok`, `none` (not found), `forbidden`, `stale` or the broken rule.
pub fn outcome<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(Error::NotFound { .. }) => "none".into(),
        Err(Error::Forbidden { .. }) => "forbidden".into(),
        Err(Error::Stale { .. }) => "stale".into(),
        Err(Error::Rules { broken }) => broken[0].rule.into(),
        Err(other) => panic!("{other}"),
    }
}
