//! Old sites whose links and pages of lists are scripts and forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use zhanqun::base::clock;
use zhanqun::migrate::crawl::Answers;
use zhanqun::migrate::old::{Item, Source};
use zhanqun::migrate::pages::Site;

use super::crawl::{Old, Request, html, missing, xml};

/// Articles of a column, four on each of three pages.
const NUMBERS: std::ops::Range<u32> = 1..13;

/// What a site turned out to be.
#[derive(Debug, Default)]
struct Found {
    /// Column and day of each article by its address.
    articles: BTreeMap<String, (String, String)>,
    /// Columns with their addresses.
    columns: BTreeMap<String, Vec<String>>,
    junk: Vec<String>,
}

fn read(old: &Old) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path());
    assert_eq!((outcome.waiting, outcome.failed), (0, 0), "{outcome:?}");
    let site = Site::open(Arc::new(Answers::open(folder.path()).unwrap()), "crawl", Vec::new());
    let mut found = Found::default();
    let mut names = BTreeMap::new();
    let path = |address: &str| address.trim_start_matches("http://mzj.old.example").to_owned();
    site.walk(&mut |item, _| {
        match item {
            Item::Column(column) => {
                names.insert(column.key, column.name.clone());
                found.columns.insert(column.name, column.addresses.iter().map(|address| path(address)).collect());
            }
            Item::Article(article) => {
                let day = article.published.map(|date| clock::day(date.value)).unwrap_or_default();
                let column = names[&article.column.unwrap().value].clone();
                found.articles.insert(path(&article.addresses[0]), (column, day));
            }
            Item::Junk(junk) => found.junk.push(junk.address),
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    found
}

/// Articles of columns 3 and 4, as they should be found.
fn all(address: impl Fn(u32, u32) -> String) -> BTreeMap<String, (String, String)> {
    let of = |column: u32, name: &str| {
        NUMBERS.map(|number| (address(column, number), (name.to_owned(), day(column, number)))).collect::<Vec<_>>()
    };
    of(3, "工作动态").into_iter().chain(of(4, "通知公告")).collect()
}

fn day(column: u32, number: u32) -> String {
    format!("2009-0{column}-{:02}", number + 10)
}

fn page(title: &str, body: &str) -> Vec<u8> {
    html(&format!(
        "<html><head><title>{title}-某县民政局</title><script src='/js/common.js'></script></head><body>\
         <div id=top><a href='/'>首页</a> <a href='/list.jsp?columnid=3'>工作动态</a> <a href='/list.jsp?columnid=4'>通知公告</a></div>\
         {body}<div id=foot>某县民政局 版权所有 电话0826-1234567</div></body></html>"
    ))
}

fn name(column: u32) -> &'static str {
    if column == 3 { "工作动态" } else { "通知公告" }
}

fn heading(column: u32, number: u32) -> String {
    format!("第{number}次{}工作会议召开", name(column))
}

fn article(column: u32, number: u32) -> Vec<u8> {
    let (name, title) = (name(column), heading(column, number));
    let text = format!(
        "本县第{number}次会议研究了{name}的第{}项安排，参加会议的有各乡镇民政所的同志，大家就救灾物资的发放时间作了讨论。",
        number * 7
    );
    page(
        &title,
        &format!(
            "<div>您现在的位置：<a href='/'>首页</a> &gt; <a href='/list.jsp?columnid={column}'>{name}</a></div>\
             <h1>{title}</h1><div>发布时间：{} 来源：办公室</div><div id=c><p>{text}</p><p>{}</p></div>",
            day(column, number),
            text.replace("会议", "座谈会")
        ),
    )
}

/// A page of a list, its links and pages made by `link` and `turn`.
fn list(column: u32, number: u32, form: &str, link: impl Fn(u32) -> String, turn: impl Fn(u32) -> String) -> Vec<u8> {
    let name = name(column);
    let first = (number - 1) * 4 + 1;
    let rows: Vec<String> = (first..first + 4)
        .map(|number| {
            let (link, day) = (link(number), day(column, number));
            format!("<li><a {link}>{}</a> <span>{day}</span></li>", heading(column, number))
        })
        .collect();
    let mut pages = vec![format!("第{number}页/共3页")];
    if number < 3 {
        pages.push(format!("<a {}>下一页</a> <a {}>尾页</a>", turn(number + 1), turn(3)));
    }
    page(
        name,
        &format!(
            "<div>您现在的位置：<a href='/'>首页</a> &gt; {name}</div>{form}<ul>{}</ul><div>{}</div>",
            rows.concat(),
            pages.join(" ")
        ),
    )
}

fn number_in(text: &str, name: &str) -> Option<u32> {
    let named = |part: &str| part.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    text.split(['?', '&']).find_map(named)
}

/// A JSP portal: `method` of the form with the page number, functions in a script that all pages share.
fn portal(method: &'static str) -> Old {
    Old::new(move |request: &Request| {
        let target = request.target.as_str();
        let column = number_in(&format!("{target}&{}", request.body), "columnid").unwrap_or_default();
        Some(match target.split('?').next().unwrap() {
            "/" => page("首页", "<div><a href='javascript:openNews(3,12)'>第12次工作动态工作会议召开</a></div>"),
            "/js/common.js" => html(
                "function openNews(c, id) { var url = 'show.jsp?columnid=' + c; window.open('/' + url + '&id=' + id); }\n\
                 function gotoPage(n) { document.pageForm.pageno.value = n; document.pageForm.submit(); }",
            ),
            "/list.jsp" if matches!(column, 3 | 4) => {
                let asked = if method == "get" { target } else { request.body.as_str() };
                let form = format!(
                    "<form name=pageForm method={method} action=list.jsp><input type=hidden name=columnid value={column}>\
                     <input type=hidden name=pageno value=1></form>"
                );
                list(
                    column,
                    number_in(asked, "pageno").unwrap_or(1),
                    &form,
                    |number| format!("href='#' onclick='openNews({column}, {number});return false'"),
                    |number| format!("href='javascript:gotoPage({number})'"),
                )
            }
            "/show.jsp" => article(column, number_in(target, "id").unwrap()),
            _ => missing(),
        })
    })
}

#[test]
fn links_and_pages_made_by_functions_are_followed() {
    for method in ["get", "post"] {
        let old = portal(method);
        let found = read(&old);
        assert_eq!(
            found.articles,
            all(|column, number| format!("/show.jsp?columnid={column}&id={number}")),
            "{method}"
        );
        assert_eq!(found.columns.keys().collect::<Vec<_>>(), ["工作动态", "通知公告"], "{method}");
        let pages = if method == "get" { 3 } else { 1 };
        for addresses in found.columns.values() {
            let known = addresses.iter().filter(|address| !address.contains("pageno=1")).count();
            assert_eq!(known, pages, "{method}: {addresses:?}");
            assert!(!addresses.iter().any(|address| address.contains("__")), "{addresses:?}");
        }
        assert_eq!(found.junk, Vec::<String>::new());
    }
}

#[test]
fn lists_that_lie_in_a_page_as_xml_are_read() {
    let row = |column: u32, number: u32| {
        format!(
            "<record><![CDATA[<li><a href='/art/2009/{column}/{}/art_{column}_{number}.html'>{}</a><span>{}</span></li>]]></record>",
            number + 10,
            heading(column, number),
            day(column, number)
        )
    };
    let store = move |column: u32, numbers: std::ops::Range<u32>, next: &str| {
        let rows: String = numbers.map(|number| row(column, number)).collect();
        format!("<datastore><nextgroup><![CDATA[{next}]]></nextgroup><recordset>{rows}</recordset></datastore>")
    };
    let old = Old::new(move |request: &Request| {
        let target = request.target.as_str();
        Some(match target {
            "/" => page(
                "首页",
                "<div><a href='/col/col3/index.html'>工作动态</a> <a href='/col/col4/index.html'>通知公告</a></div>",
            ),
            "/col/col3/index.html" | "/col/col4/index.html" => {
                let column = if target.contains('3') { 3 } else { 4 };
                let next = format!("<a href=\"/module/dataproxy.jsp?page=2&columnid={column}\"></a>");
                let name = name(column);
                page(
                    name,
                    &format!(
                        "<div>您现在的位置：<a href='/'>首页</a> &gt; {name}</div><div><script type=\"text/xml\">{}</script></div>",
                        store(column, 1..9, &next)
                    ),
                )
            }
            "/module/dataproxy.jsp?page=2&columnid=3" => xml(&store(3, 9..13, "")),
            "/module/dataproxy.jsp?page=2&columnid=4" => xml(&store(4, 9..13, "")),
            _ => {
                let Some((column, number)) = target
                    .rsplit_once("/art_")
                    .and_then(|(_, name)| name.trim_end_matches(".html").split_once('_'))
                    .and_then(|(column, number)| Some((column.parse().ok()?, number.parse().ok()?)))
                else {
                    return Some(missing());
                };
                article(column, number)
            }
        })
    });
    let found = read(&old);
    assert_eq!(
        found.articles,
        all(|column, number| format!("/art/2009/{column}/{}/art_{column}_{number}.html", number + 10))
    );
    assert_eq!(found.columns.keys().collect::<Vec<_>>(), ["工作动态", "通知公告"]);
}

#[test]
fn pages_that_only_a_post_brings_are_no_columns() {
    let old = Old::new(|request: &Request| {
        let target = request.target.as_str();
        let column = number_in(target, "columnid").unwrap_or_default();
        Some(match target.split('?').next().unwrap() {
            "/" => page("首页", "<div><a href='/show.jsp?columnid=3&id=12'>第12次工作动态工作会议召开</a></div>"),
            "/list.jsp" if matches!(column, 3 | 4) => {
                let number = request.body.split("Page%24").nth(1).map_or(1, |page| page[..1].parse().unwrap());
                list(
                    column,
                    number,
                    "<form method=post><input type=hidden name=__VIEWSTATE value=x></form>",
                    |number| format!("href='/show.jsp?columnid={column}&id={number}'"),
                    |number| format!("href=\"javascript:__doPostBack('grid','Page${number}')\""),
                )
            }
            "/show.jsp" => article(column, number_in(target, "id").unwrap()),
            _ => missing(),
        })
    });
    let found = read(&old);
    assert_eq!(found.articles, all(|column, number| format!("/show.jsp?columnid={column}&id={number}")));
    let lists: BTreeMap<String, Vec<String>> = [(3, "工作动态"), (4, "通知公告")]
        .map(|(id, name)| (name.into(), vec![format!("/list.jsp?columnid={id}")]))
        .into();
    assert_eq!(found.columns, lists);
    assert_eq!(found.junk, Vec::<String>::new());
}
