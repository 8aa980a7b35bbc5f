//! site.toml with every kind of mistake: one clear line each, with file and line.

use super::group::{BUREAU, Group, PORTAL, in_words};

const BASE: &str = "name = \"民政局\"\nkind = \"department\"\nparent = \"www\"\ntheme = \"county\"\n";
const COLUMN: &str = "[[column]]\nslug = \"tzgg\"\nname = \"通知\"\ntype = \"政策文件\"\n";

/// The faults of a group with this file for `mzj`.
fn faults(folder: &str, text: &str) -> Vec<String> {
    let group = Group::empty();
    group.write("sites/www/site.toml", PORTAL);
    group.write(&format!("sites/{folder}/site.toml"), text);
    in_words(&group.read().err().unwrap_or_default())
}

#[test]
fn every_mistake_has_one_line() {
    let with = |more: &str| format!("{BASE}{more}");
    let column = |more: &str| format!("{BASE}{COLUMN}{more}");
    let second = |text: &str| format!("{BASE}{COLUMN}\n{text}");
    for (text, expected) in [
        ("name = ".to_owned(), "mzj/site.toml:1: "),
        (BASE.replace("name = \"民政局\"\n", ""), "missing field `name`"),
        (BASE.replace("民政局", " "), "mzj/site.toml:1: name must not be empty"),
        (BASE.replace("department", "bureau"), "mzj/site.toml:2: unknown variant `bureau`"),
        (BASE.replace("\"www\"", "\"nobody\""), "mzj/site.toml:0: parent \"nobody\": no such site"),
        (BASE.replace("theme = \"county\"\n", ""), "missing field `theme`"),
        (with("colour = \"red\"\n"), "mzj/site.toml:5: unknown field `colour`"),
        (with("hosts = [\"UPPER.example\"]\n"), "mzj/site.toml:5: hosts \"UPPER.example\": is not a host name"),
        (with("hosts = [\"a.example\",\n  \"no host\"]\n"), "mzj/site.toml:6: hosts \"no host\": is not a host name"),
        (with("hosts = [\"a.example:8080\"]\n"), "is not a host name"),
        (with("old_hosts = [\"www.city.example\"]\n"), "host \"www.city.example\" belongs to"),
        (with("site_code = \"123\"\n"), "mzj/site.toml:5: site_code \"123\" must be 10 letters and digits"),
        (with("state = \"closed\"\n"), "mzj/site.toml:5: unknown variant `closed`"),
        (with("state = \"redirected\"\n"), "needs `redirect`"),
        (
            with("state = \"redirected\"\nredirect = \"somewhere\"\n"),
            "mzj/site.toml:6: redirect \"somewhere\" must begin with",
        ),
        (with("[settings]\ncolour = \"red\"\n"), "mzj/site.toml:6: colour \"red\": must look like #b4232a"),
        (with("[settings]\ncolour = 7\n"), "mzj/site.toml:6: colour must be a text"),
        (with("[contact]\nfax = \"1\"\n"), "mzj/site.toml:6: unknown field `fax`"),
        (column("kind = \"gallery\"\n"), "mzj/site.toml:9: unknown variant `gallery`"),
        (column("page_size = 0\n"), "mzj/site.toml:9: page_size must be 1 to 200"),
        (column("page_size = 201\n"), "mzj/site.toml:9: page_size must be 1 to 200"),
        (column("url = \"https://x.example/\"\n"), "mzj/site.toml:9: url belongs to columns of kind = \"link\" only"),
        (column("parent = \"gone\"\n"), "mzj/site.toml:9: column \"tzgg\": no column \"gone\" above it"),
        (column("unknown = 1\n"), "mzj/site.toml:9: unknown field `unknown`"),
        (column("update = \"daily\"\n"), "mzj/site.toml:9: unknown variant `daily`"),
        (second("[[column]]\nslug = \"a\"\nname = \"甲\"\n"), "missing field `type`"),
        (
            second("[[column]]\nslug = \"a\"\nname = \"\"\ntype = \"政策文件\"\n"),
            "mzj/site.toml:12: name must not be empty",
        ),
        (
            second("[[column]]\nslug = \"a\"\nname = \"甲\"\ntype = \"新闻\"\n"),
            "mzj/site.toml:13: type \"新闻\" is not one of the 18 kinds",
        ),
        (
            second("[[column]]\nslug = \"Big\"\nname = \"甲\"\ntype = \"政策文件\"\n"),
            "mzj/site.toml:11: slug \"Big\": must be 1 to 40",
        ),
        (
            second("[[column]]\nslug = \"search\"\nname = \"甲\"\ntype = \"政策文件\"\n"),
            "mzj/site.toml:11: slug \"search\": is a reserved word",
        ),
        (
            second("[[column]]\nslug = \"tzgg\"\nname = \"甲\"\ntype = \"政策文件\"\n"),
            "mzj/site.toml:11: column \"tzgg\" is declared twice",
        ),
        (
            second("[[column]]\nslug = \"a\"\nname = \"甲\"\nkind = \"link\"\ntype = \"政策文件\"\n"),
            "mzj/site.toml:11: link column \"a\" needs url",
        ),
        (
            second(
                "[[column]]\nslug = \"a\"\nname = \"甲\"\nkind = \"link\"\nurl = \"ftp://x\"\ntype = \"政策文件\"\n",
            ),
            "mzj/site.toml:14: url \"ftp://x\" must begin with",
        ),
        (
            second(
                "[[column]]\nslug = \"a\"\nname = \"甲\"\nkind = \"link\"\nurl = \"/x\"\ntype = \"政策文件\"\n\n[[column]]\nslug = \"b\"\nname = \"乙\"\nparent = \"a\"\ntype = \"政策文件\"\n",
            ),
            "mzj/site.toml:20: a link column has no columns below it",
        ),
    ] {
        let found = faults("mzj", &text);
        assert_eq!(found.len(), 1, "{text}\n{found:?}");
        assert!(found[0].contains(expected) && !found[0].contains('\n'), "{text}\n{found:?}");
    }
    assert!(faults("mzj", &column("")).is_empty());
    assert!(faults("mzj", BUREAU).is_empty());
}

#[test]
fn all_faults_of_all_files_are_found_at_once() {
    let group = Group::empty();
    group.write("sites/www/site.toml", PORTAL);
    group.write("sites/mzj/site.toml", &format!("{BASE}site_code = \"1\"\nhosts = [\"A.example\"]\n"));
    group.write("sites/Bad_Folder/site.toml", BASE);
    let found = in_words(&group.read().unwrap_err());
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .any(|fault| fault.contains("Bad_Folder/site.toml") && fault.contains("the folder's name is the slug"))
    );
}

#[test]
fn the_group_has_one_portal() {
    let group = Group::empty();
    assert!(in_words(&group.read().unwrap_err())[0].contains("sites"));
    std::fs::create_dir_all(group.dir.path().join("sites")).unwrap();
    assert!(in_words(&group.read().unwrap_err())[0].contains("no site.toml"));
    group.write("sites/mzj/site.toml", &BASE.replace("parent = \"www\"\n", ""));
    assert!(in_words(&group.read().unwrap_err())[0].contains("no site has kind = \"portal\""));
    group.write("sites/www/site.toml", PORTAL);
    group.write("sites/second/site.toml", &PORTAL.replace("www.city", "other.city"));
    assert!(in_words(&group.read().unwrap_err())[0].contains("a second portal"));
    group.write("sites/second/site.toml", &PORTAL.replace("www.city", "other.city").replace("\"yw\"", "\"mzj\""));
    std::fs::remove_dir_all(group.dir.path().join("sites/www")).unwrap();
    let found = in_words(&group.read().unwrap_err());
    assert!(found.iter().any(|fault| fault.contains("column \"mzj\" has the slug of a subsite")), "{found:?}");
    group.write("sites/second/site.toml", "name = \"x\"\nkind = \"portal\"\nparent = \"mzj\"\ntheme = \"county\"\n");
    let found = in_words(&group.read().unwrap_err());
    assert!(found.iter().any(|fault| fault.contains("second/site.toml:3: the portal has no parent")), "{found:?}");
    assert!(found.iter().any(|fault| fault.contains("the portal needs at least one name")), "{found:?}");
}
