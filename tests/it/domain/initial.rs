//! Initial documents: every mistake with its line; loading and taking back.

use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, LIVE_OF_SITE};
use zhanqun::domain::media::MEDIA_OF_SITE;
use zhanqun::store::{ListKey, Read};

use super::group::{Group, NOW, in_words};

const HEAD: &str = "+++\ntitle = \"通知\"\npublished = \"2026-11-20 09:30\"\n";

fn faults(text: &str) -> Vec<String> {
    let group = Group::new();
    group.write("sites/mzj/content/tzgg/a.md", text);
    let declarations = group.read().unwrap();
    let declaration = declarations.iter().find(|declaration| declaration.slug == "mzj").unwrap();
    in_words(&content::read_initial(declaration).err().unwrap_or_default())
}

#[test]
fn every_mistake_names_its_line() {
    for (text, expected) in [
        ("no head".to_owned(), "tzgg/a.md:1: the file must begin with +++"),
        ("+++\ntitle = \"x\"\n".to_owned(), "tzgg/a.md:1: the file must begin with +++"),
        (
            "+++\ntitle = \"\"\npublished = \"2026-11-20 09:30\"\n+++\nx".to_owned(),
            "tzgg/a.md:2: title must not be empty",
        ),
        ("+++\ntitle = \"x\"\npublished = \"yesterday\"\n+++\nx".to_owned(), "tzgg/a.md:3: published \"yesterday\""),
        ("+++\ntitle = \"x\"\n+++\nx".to_owned(), "published"),
        (format!("{HEAD}colour = \"red\"\n+++\nx"), "tzgg/a.md:4: unknown field `colour`"),
        (format!("{HEAD}formed = \"2026-13-01\"\n+++\nx"), "tzgg/a.md:4: formed \"2026-13-01\" must be YYYY-MM-DD"),
        (format!("{HEAD}valid_until = \"soon\"\n+++\nx"), "tzgg/a.md:4: valid_until \"soon\" must be YYYY-MM-DD"),
        (
            format!("{HEAD}picture = \"gone.png\"\npicture_alt = \"x\"\n+++\nx"),
            "tzgg/a.md:4: picture \"gone.png\" is not in",
        ),
        (
            format!("{HEAD}attachments = [ {{ file = \"gone.docx\", title = \"x\" }} ]\n+++\nx"),
            "tzgg/a.md:4: attachment \"gone.docx\" is not in",
        ),
        (format!("{HEAD}pinned = \"yes\"\n+++\nx"), "tzgg/a.md:4: "),
    ] {
        let found = faults(&text);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{text}\n{found:?}");
        assert!(found.iter().all(|fault| !fault.contains('\n')), "{found:?}");
    }
    assert!(faults(&format!("{HEAD}+++\n正文")).is_empty());
}

#[test]
fn loaded_once_as_the_run_demo_and_taken_back() {
    let group = Group::new();
    group.write("sites/mzj/content/files/a.txt", "附件");
    group.write(
        "sites/mzj/content/tzgg/a.md",
        &format!("{HEAD}attachments = [ {{ file = \"a.txt\", title = \"附件\" }} ]\nrefer = [\"www/yw\"]\nvalid_until = \"2026-12-31\"\n+++\n见[附件](a.txt)。\n\n**完**"),
    );
    let declarations = group.read().unwrap();
    let initial: Vec<_> = declarations.iter().map(|d| (d.clone(), content::read_initial(d).unwrap())).collect();
    let loaded = content::load_initial(&group.store, &group.blobs, &group.directory(), &initial, NOW).unwrap();
    assert_eq!(loaded, 1);
    let site = group.directory().by_slug("mzj").unwrap().site.id;
    let entries = group.store.list(ListKey::new(LIVE_OF_SITE, &[site.0]), zhanqun::store::Position::FIRST, 9).unwrap();
    let placed = content::placed(&group.store, zhanqun::base::id::DocumentId(entries[0].id)).unwrap().unwrap();
    let text = placed.revision.text;
    assert!(text.body.contains("href=\"/mzj/media/") && text.body.contains("<strong>完</strong>"), "{}", text.body);
    assert_eq!((text.attachments.len(), text.summary.as_str()), (1, "见附件。 完"));
    assert_eq!(zhanqun::base::clock::minute(placed.item.document.published), "2026-11-20 09:30");
    let portal = group.channel("www", "yw");
    assert_eq!(content::live(&group.store, ListKey::new(content::LIVE_OF_CHANNEL, &[portal.0]), 9).unwrap().len(), 1);
    assert_eq!(content::remove_batch(&group.store, &By::ops(), "demo").unwrap(), 1);
    for list in [
        ListKey::new(LIVE_OF_SITE, &[site.0]),
        ListKey::new(MEDIA_OF_SITE, &[site.0]),
        ListKey::new(content::LIVE_OF_CHANNEL, &[portal.0]),
    ] {
        assert_eq!(group.store.count(list).unwrap(), 0);
    }
}
