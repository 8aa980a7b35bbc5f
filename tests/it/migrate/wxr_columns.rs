//! Categories and pages of a WordPress export become columns.

use zhanqun::domain::site::ChannelKind;

use super::fixture::{Export, Town, label};

#[test]
fn columns_are_found_again_by_name_and_slug() {
    let town = Town::new();
    let chinese = "%e5%b7%a5%e4%bd%9c";
    let export = Export::new()
        // The site has 工作动态 already, at gzdt.
        .category(1, chinese, "", "工作动态")
        // Its slug is taken by a section.
        .category(2, "jgjj", "", "机构")
        // A reserved word, a Chinese slug, an underscore, two that become the same.
        .category(3, "search", "", "查询")
        .category(4, "%e4%b8%ad%e6%96%87", "", "中文")
        .category(5, "a_b", "", "甲乙")
        .category(6, "a-b", "", "乙甲")
        .post(1, "一", "x", &label("category", chinese, "工作动态"))
        .post(2, "二", "x", &label("category", "jgjj", "机构"))
        .post(3, "三", "x", &label("category", "search", "查询"))
        .post(4, "四", "x", &label("category", "%e4%b8%ad%e6%96%87", "中文"))
        .post(5, "五", "x", &label("category", "a_b", "甲乙"))
        .post(6, "六", "x", &label("category", "a-b", "乙甲"))
        .post(7, "七", "x", &label("category", "unknown", "没有声明"))
        .post(8, "八", "x", "");
    let first = town.import(&export);
    let expected = ["gzdt", "jgjj-2", "search-2", "c-4", "a-b", "a-b-2", "unknown", "posts"];
    for (title, column) in ["一", "二", "三", "四", "五", "六", "七", "八"].into_iter().zip(expected) {
        assert_eq!(town.column(title), column, "{title}");
    }
    assert_eq!((first.columns.made.len(), first.columns.reused), (7, 1));
    let again = town.import(&export);
    assert_eq!((again.columns.made.len(), again.columns.reused, again.documents.unchanged), (0, 8, 8));
}

#[test]
fn a_portal_column_never_takes_the_place_of_a_subsite() {
    let town = Town::new();
    let export = Export::new().category(1, "mzj", "", "民政").post(1, "一", "x", &label("category", "mzj", "民政"));
    let report = town.try_import(export.xml(), |options| options.site = "www".into()).unwrap();
    assert_eq!(report.columns.made, ["/mzj-2/ 民政"]);
}

#[test]
fn below_a_column_categories_are_its_children() {
    let town = Town::new();
    let export = Export::new()
        .category(1, "notices", "", "通知")
        .category(2, "urgent", "notices", "紧急")
        .post(1, "一", "x", &format!("{}{}", label("category", "notices", "通知"), label("category", "urgent", "紧急")))
        .post(2, "二", "x", "")
        .page(3, "概况", 0, "");
    town.try_import(export.xml(), |options| options.channel = Some("tzgg".into())).unwrap();
    // The deepest category is the home.
    assert_eq!(town.column("一"), "tzgg/notices/urgent");
    assert_eq!(town.column("二"), "tzgg");
    assert_eq!(town.column("概况"), "tzgg/post-3");
}

#[test]
fn pages_become_a_tree_below_one_section() {
    let town = Town::new();
    let export = Export::new()
        .page(3, "科室", 2, "<wp:post_name>keshi</wp:post_name>")
        .page(2, "机构", 0, "<wp:post_name>jigou</wp:post_name>")
        .page(4, "甲", 5, "")
        .page(5, "乙", 4, "");
    town.import(&export);
    let node = town.node();
    assert_eq!(node.channel_at("pages").unwrap().kind, ChannelKind::Section);
    assert_eq!(node.channel_at("pages/jigou/keshi").unwrap().kind, ChannelKind::Page);
    assert_eq!(town.column("科室"), "pages/jigou/keshi");
    // Two pages that are each other's parent come in all the same.
    assert!(town.column("甲").starts_with("pages/"));
}

#[test]
fn very_many_pages_become_one_list() {
    let town = Town::new();
    let mut export = Export::new();
    for number in 1..=201 {
        export = export.page(number, &format!("第{number}页"), 0, "");
    }
    let report = town.import(&export);
    assert_eq!(report.columns.made, ["/mzj/pages/ 页面"]);
    assert_eq!(town.node().channel_at("pages").unwrap().kind, ChannelKind::List);
}

#[test]
fn the_navigation_does_not_become_endless() {
    let town = Town::new();
    let mut export = Export::new();
    for number in 1..=30 {
        export = export.category(number, &format!("k{number}"), "", &format!("栏目{number}")).post(
            number,
            &format!("第{number}篇"),
            "x",
            &label("category", &format!("k{number}"), ""),
        );
    }
    let report = town.import(&export);
    let shown = town.node().below(None).filter(|channel| !channel.hidden).count();
    assert_eq!(shown, 12);
    assert_eq!((report.columns.made.len(), report.columns.hidden), (30, 21));
}
