//! Who may come by which address: every route of the admin pages, for every role, in the own site and in another.
//!
//! The routes say themselves what they need (`Access`); this test comes by each of them as everybody. A new route is
//! tried without being named here, and one that takes a number or slug without saying whose fails at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use zhanqun::base::id::{ChannelId, DocumentId, SiteId};
use zhanqun::domain;
use zhanqun::domain::account::{By, Grant, Place, Role, Scope};
use zhanqun::domain::content::{self, Edit, Text};
use zhanqun::domain::media::{self, Upload};
use zhanqun::store::Committed;
use zhanqun::web::routes::{Access, routes};

use super::City;
use super::browser::{Browser, GOOD, encoded, user_with};
use super::city::{Answer, work};

/// Stands in everything unpublished of the other site, and nowhere else.
const SECRET: &str = "机密标记QX7391";

/// Routes whose parameter is not a site, column, document or file: whose they are is told by their own tests.
const OTHER_PARAMETERS: [&str; 4] = [
    "/admin/users/{user}",
    "/admin/audit/entries/{entry}",
    "/admin/preview/{token}",
    "/admin/preview/{token}/media/{media}/{*name}",
];

/// A site with something unpublished of every kind.
struct Ground {
    slug: &'static str,
    site: SiteId,
    channel: ChannelId,
    document: DocumentId,
    revisions: (u64, u64),
    media: u64,
}

impl Ground {
    async fn new(city: &City, slug: &'static str, mark: &'static str) -> Ground {
        Ground::in_column(city, slug, "tzgg", mark, mark).await
    }

    /// In a column; `file` marks the file, which belongs to the whole site.
    async fn in_column(
        city: &City,
        slug: &'static str,
        column: &str,
        mark: &'static str,
        file: &'static str,
    ) -> Ground {
        let site = city.app.site(slug).unwrap().site.id;
        let channel = city.channel(slug, column);
        let app = city.app.clone();
        work(move || {
            let now = app.clock.now();
            let text = |n: u32| Text {
                title: format!("{mark}拟稿{n}"),
                summary: format!("{mark}摘要"),
                body: format!("<p>{mark}正文{n}</p>"),
                ..Text::default()
            };
            let edit = Edit { channel, text: text(1), shared: true, ..Edit::default() };
            let first = content::create(&app.store, &By::ops(), &edit, now).unwrap();
            let edit = Edit { text: text(2), ..edit };
            let second = content::save(&app.store, &By::ops(), first.id, first.head, &edit, now + 1).unwrap();
            let name = format!("{file}.txt");
            let upload = Upload { site, file_name: &name, alt: file, ..Upload::default() };
            let media = media::add_bytes(&app.store, app.room(), &By::ops(), &upload, file.as_bytes(), now).unwrap();
            Ground {
                slug,
                site,
                channel,
                document: first.id,
                revisions: (first.head.0, second.head.0),
                media: media.id.0,
            }
        })
        .await
    }

    /// The address of a route with its parameter filled in.
    fn fill(&self, path: &str) -> String {
        path.replace("{site}", self.slug)
            .replace("{channel}", &self.channel.to_string())
            .replace("{column}", &self.channel.to_string())
            .replace("{document}", &self.document.to_string())
            .replace("{media}", &self.media.to_string())
            .replace("{revision}", &self.revisions.0.to_string())
            .replace("{token}", &"0".repeat(64))
            .replace("{*name}", "x.txt")
    }

    /// Everything of this site that may stand in a query or a form.
    fn named(&self) -> Vec<(&'static str, String)> {
        let (channel, document) = (self.channel.to_string(), self.document.to_string());
        vec![
            ("site", self.slug.into()),
            ("q", "QX7391".into()),
            ("query", "QX7391".into()),
            ("text", "QX7391".into()),
            ("state", "draft".into()),
            ("channel", channel.clone()),
            ("target", channel.clone()),
            ("to", channel.clone()),
            ("parent", channel.clone()),
            ("into", channel),
            ("document", document.clone()),
            ("documents", document.clone()),
            ("ids", document.clone()),
            ("related", document),
            ("a", self.revisions.0.to_string()),
            ("b", self.revisions.1.to_string()),
            ("base", self.revisions.0.to_string()),
            ("revision", self.revisions.0.to_string()),
            ("media", self.media.to_string()),
            ("picture", self.media.to_string()),
            ("attachment", self.media.to_string()),
            ("title", "改了".into()),
            ("body", "<p>改了</p>".into()),
            ("name", "改了".into()),
            ("opinion", "改了".into()),
            ("reason", "改了".into()),
            ("grant", format!("editor@site:{}", self.slug)),
            ("role", "editor".into()),
            ("scope", format!("site:{}", self.slug)),
            ("do", "give".into()),
            ("action", "publish".into()),
        ]
    }
}

/// Somebody of the site `mzj` in each role that a site has, of one of its columns, and those of the group.
async fn people(city: &City) -> Vec<(&'static str, Vec<Grant>)> {
    let site = city.app.site("mzj").unwrap().site.id;
    let channel = city.channel("mzj", "tzgg");
    let mut people = Vec::new();
    for role in [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager] {
        people.push((role.word(), vec![Grant { role, scope: Scope::Site(site) }]));
    }
    people.push(("columnist", vec![Grant { role: Role::Editor, scope: Scope::Channel(site, channel) }]));
    for role in [Role::Admin, Role::Security, Role::Auditor, Role::Supervisor] {
        people.push((role.word(), vec![Grant::group(role)]));
    }
    people.push(("nobody", Vec::new()));
    people
}

fn parameter(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('{')?;
    rest.split('}').next()
}

/// What a route is for somebody with these grants, in the site `mzj` or one of its columns.
fn may(access: Access, grants: &[Grant], site: SiteId) -> StatusCode {
    let fits = |roles: &[Role], grant: &Grant| roles.iter().any(|role| grant.role.fits(*role));
    let known = |grant: &&Grant| grant.role.works() && grant.scope.reaches(site);
    let manages = |grant: &Grant| grant.role == Role::Manager && grant.scope.covers(Place::Site(site));
    match access {
        Access::Anyone | Access::Person | Access::Desk => StatusCode::OK,
        Access::Group(roles) if grants.iter().any(|grant| grant.scope == Scope::Group && fits(roles, grant)) => {
            StatusCode::OK
        }
        Access::Group(_) => StatusCode::FORBIDDEN,
        Access::SiteUsers if grants.iter().any(manages) => StatusCode::OK,
        Access::SiteUsers if grants.iter().any(|grant| known(&grant)) => StatusCode::FORBIDDEN,
        Access::SiteUsers => StatusCode::NOT_FOUND,
        Access::Site(roles) | Access::Channel(roles) | Access::Document(roles) | Access::Media(roles) => {
            if grants.iter().any(|grant| fits(roles, grant) && grant.scope.reaches(site)) {
                StatusCode::OK
            } else if grants.iter().any(|grant| known(&grant)) {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::NOT_FOUND
            }
        }
    }
}

/// Who came, how and where to, what happened.
fn told(person: &str, method: &Method, target: &str, answer: &Answer) -> String {
    format!("{person}: {method} {target}: {}", answer.status)
}

/// Sends a form with everything in `named`, and the secret of the person's own pages.
async fn post(browser: &Browser<'_>, target: &str, named: &[(&'static str, String)]) -> Answer {
    let secret = super::browser::secret(&browser.get("/admin/sessions").await.body);
    let mut fields: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.push(("csrf", &secret));
    browser.post(target, &fields).await
}

/// Sites of the rows that commits wrote while it listens, each with who did what.
fn written_sites(city: &City) -> Arc<Mutex<Vec<(u64, String)>>> {
    let written = Arc::new(Mutex::new(Vec::new()));
    let tables: BTreeMap<u8, _> = domain::tables().into_iter().map(|table| (table.table, table)).collect();
    let into = written.clone();
    city.app.store.on_commit(move |committed: &Committed| {
        for change in &committed.changes {
            let site = change.row.as_ref().and_then(|row| {
                let (_, site) = (tables[&change.table].describe)(row.get().as_bytes()).ok()?;
                Some(site)
            });
            let what = format!("{} by {}", committed.action, committed.actor.name);
            into.lock().unwrap().push((site.unwrap_or(committed.site), what));
        }
    });
    written
}

#[test]
fn every_parameter_says_whose_it_is() {
    for route in routes() {
        let Some(parameter) = parameter(route.path) else { continue };
        let fits = match route.access {
            Access::Site(_) | Access::SiteUsers => parameter == "site",
            Access::Channel(_) => parameter == "channel",
            Access::Document(_) => parameter == "document",
            Access::Media(_) => parameter == "media",
            _ => OTHER_PARAMETERS.contains(&route.path),
        };
        assert!(fits, "{}: {:?} does not ask about {{{parameter}}}", route.path, route.access);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_does_not_exist() {
    let city = City::new();
    let other = Ground::new(&city, "jyj", SECRET).await;
    let own = Ground::new(&city, "mzj", "自家").await;
    let mut leaks = Vec::new();
    let mut tried = 0;
    let everybody = people(&city).await;
    for (name, grants) in &everybody {
        user_with(&city, name, grants.clone(), false).await;
    }
    let written = written_sites(&city);
    for (name, _) in everybody.iter().filter(|(name, _)| *name != "admin") {
        let browser = Browser::new(&city);
        assert_eq!(browser.log_in(name, GOOD).await.status, StatusCode::SEE_OTHER, "{name}");
        for route in routes() {
            if matches!(route.path, "/admin/log-out" | "/admin/login" | "/admin/language") {
                continue;
            }
            let guarded = !matches!(route.access, Access::Anyone | Access::Person | Access::Desk | Access::Group(_));
            let foreign = other.fill(route.path);
            let query = encoded(&other.named().iter().map(|(n, v)| (*n, v.as_str())).collect::<Vec<_>>());
            // The other site's address; then the own one with everything of the other site in query and form.
            let mut targets = vec![own.fill(route.path)];
            if guarded {
                targets.push(foreign.clone());
            }
            for target in targets {
                let asked = format!("{target}?{query}");
                for (method, answer) in [
                    (Method::GET, browser.get(&asked).await),
                    (Method::POST, post(&browser, &target, &other.named()).await),
                ] {
                    tried += 1;
                    if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                        continue;
                    }
                    // What was typed may be shown again; what belongs to it may not.
                    let body = answer.body.replace("QX7391\"", "").replace("QX7391<", "");
                    if body.contains(SECRET) {
                        leaks.push(format!("{}: shows the secret", told(name, &method, &asked, &answer)));
                    }
                    if guarded && target == foreign && answer.status != StatusCode::NOT_FOUND {
                        leaks.push(format!("{}: 404 is due", told(name, &method, &target, &answer)));
                    }
                    if answer.status.is_server_error() {
                        leaks.push(format!("{}: an error of ours", told(name, &method, &target, &answer)));
                    }
                }
            }
        }
    }
    let touched: Vec<_> = written.lock().unwrap().iter().filter(|(site, _)| *site == other.site.0).cloned().collect();
    assert!(tried > 20, "only {tried} tries");
    assert!(leaks.is_empty(), "{} of {tried}:\n{}", leaks.len(), leaks.join("\n"));
    assert!(touched.is_empty(), "rows of the other site were written: {touched:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_own_site_each_role_may_what_the_route_says() {
    let city = City::new();
    let own = Ground::new(&city, "mzj", "自家").await;
    let mut faults = Vec::new();
    for (name, grants) in people(&city).await {
        user_with(&city, name, grants.clone(), false).await;
        let browser = Browser::new(&city);
        assert_eq!(browser.log_in(name, GOOD).await.status, StatusCode::SEE_OTHER, "{name}");
        for route in routes() {
            if OTHER_PARAMETERS.contains(&route.path) {
                continue;
            }
            let target = own.fill(route.path);
            let answer = browser.get(&target).await;
            let due = may(route.access, &grants, own.site);
            let fits = match due {
                // A form without fields, a missing query: what it is for is shown by its own tests.
                StatusCode::OK => !matches!(answer.status, StatusCode::FORBIDDEN) && !answer.status.is_server_error(),
                due => answer.status == due || answer.status == StatusCode::METHOD_NOT_ALLOWED,
            };
            if !fits {
                faults.push(format!("{}, {due} is due", told(name, &Method::GET, &target, &answer)));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_column_of_the_own_site_is_another_place() {
    let city = City::new();
    let theirs = Ground::in_column(&city, "mzj", "gzdt", SECRET, "各栏目共用").await;
    let site = city.app.site("mzj").unwrap().site.id;
    let scope = Scope::Channel(site, city.channel("mzj", "tzgg"));
    let mut faults = Vec::new();
    for role in [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager] {
        let name = format!("lan.{}", role.word());
        user_with(&city, &name, vec![Grant { role, scope }], false).await;
        let browser = Browser::new(&city);
        assert_eq!(browser.log_in(&name, GOOD).await.status, StatusCode::SEE_OTHER, "{name}");
        let query = encoded(&theirs.named().iter().map(|(n, v)| (*n, v.as_str())).collect::<Vec<_>>());
        for route in routes() {
            if matches!(route.path, "/admin/log-out" | "/admin/login" | "/admin/language") {
                continue;
            }
            let target = theirs.fill(route.path);
            let placed = matches!(route.access, Access::Document(_) | Access::Channel(_));
            let asked = format!("{target}?{query}");
            for (method, answer) in [
                (Method::GET, browser.get(&asked).await),
                (Method::POST, post(&browser, &target, &theirs.named()).await),
            ] {
                if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                    continue;
                }
                let body = answer.body.replace("QX7391\"", "").replace("QX7391<", "");
                let wrong = body.contains(SECRET)
                    || answer.status.is_server_error()
                    || (placed && answer.status != StatusCode::NOT_FOUND);
                if wrong {
                    faults.push(told(&name, &method, &asked, &answer));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    let document: content::Document = zhanqun::store::Read::get(&city.app.store, theirs.document.0).unwrap().unwrap();
    assert_eq!((document.revisions, document.state), (2, content::State::Draft), "nobody changed it");
}
