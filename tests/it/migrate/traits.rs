//! Habits of old sites that are easily misread, each beside ordinary articles of the same site.

use zhanqun::migrate::old::{ArticleKind, JunkKind};

use super::pages::{Walked, gbk, holds, paragraphs, put, walk};

const COLUMNS: [(&str, &str); 2] = [("gzdt", "工作动态"), ("tzgg", "通知公告")];

/// A page in the frame of the site.
fn page(title: &str, crumb: &str, main: &str) -> Vec<u8> {
    gbk(&format!(
        "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'><title>{title}-某县水利局</title></head><body>\
         <div class=nav><a href=/>首页</a> <a href=/gzdt/>工作动态</a> <a href=/tzgg/>通知公告</a></div>\
         <div class=pos>当前位置：<a href=/>首页</a> &gt; {crumb}</div>{main}<div class=foot>版权所有：某县水利局 电话：0826-1234567</div></body></html>"
    ))
}

/// An article: its heading, the line below it, its body, what stands behind that.
fn article(title: &str, heading: &str, info: &str, body: &str, behind: &str) -> Vec<u8> {
    let main = format!(
        "<h1 class=t>{heading}</h1><div class=info>{info}</div><div class=content>{body}</div>{behind}\
         <div class=op><a href='javascript:window.print()'>【打印本页】</a> <a href='javascript:window.close()'>【关闭窗口】</a></div>"
    );
    page(title, "<a href=/gzdt/>工作动态</a>", &main)
}

/// A site with twelve ordinary articles and more; each is a file below `gzdt`, its title, and what its row in the list says.
fn site(more: &[(&str, &str, Vec<u8>, &str)], other: &[(&str, Vec<u8>)]) -> Walked {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::new();
    for number in 0..12 {
        let title = format!("水库巡查第{}次会议召开", number + 1);
        let day = format!("2007-05-{:02}", number + 1);
        let info = format!("发布时间：{day} 来源：办公室");
        put(folder.path(), &format!("gzdt/{number}.html"), article(&title, &title, &info, &paragraphs(number), ""));
        rows.push_str(&format!("<li><a href=/gzdt/{number}.html>{title}</a> <span>{day}</span></li>"));
    }
    for (name, title, bytes, row) in more {
        put(folder.path(), &format!("gzdt/{name}"), bytes);
        rows.push_str(&format!("<li><a href=\"/gzdt/{name}\">{title}</a> {row}</li>"));
    }
    let list = |name: &str, rows: &str| page(name, name, &format!("<ul class=list>{rows}</ul>"));
    put(folder.path(), "gzdt/index.html", list(COLUMNS[0].1, &rows));
    put(
        folder.path(),
        "tzgg/index.html",
        list(COLUMNS[1].1, "<li><a href=/gzdt/1.html>水库巡查第2次会议召开</a> 2007-05-02</li>"),
    );
    put(folder.path(), "index.html", page("首页", "", "<ul><li><a href=/gzdt/>工作动态</a></li></ul>"));
    for (name, bytes) in other {
        put(folder.path(), name, bytes);
    }
    let found = walk(folder.path(), None);
    for number in 0..12 {
        let address = format!("/gzdt/{number}.html");
        assert_eq!(found.title(&address), format!("水库巡查第{}次会议召开", number + 1));
        assert_eq!(found.day(&address).unwrap(), format!("2007-05-{:02}", number + 1));
        holds(&found.text(&address), number);
    }
    found
}

fn proposed(found: &Walked, address: &str) -> Option<(String, u8)> {
    let date = found.articles[address].published.as_ref()?;
    Some((zhanqun::base::clock::day(date.value), date.sure))
}

#[test]
fn the_time_of_a_meeting_is_not_that_of_the_page() {
    let meeting = "<p>时间：2008年3月15日上午9：00</p><p>地点：县政府三楼会议室</p>";
    let course = "<p>日期：2008年5月6日至8日</p>";
    let body = |head: &str, number: usize| format!("{head}{}", paragraphs(number));
    let found = site(
        &[
            (
                "21.html",
                "关于召开会议的通知",
                article("关于召开会议的通知", "关于召开会议的通知", "来源：办公室", &body(meeting, 20), ""),
                "",
            ),
            (
                "22.html",
                "关于召开座谈会的通知",
                article("关于召开座谈会的通知", "关于召开座谈会的通知", "来源：办公室", &body(meeting, 21), ""),
                "[2008-03-10]",
            ),
            (
                "23.html",
                "关于举办培训班的通知",
                article("关于举办培训班的通知", "关于举办培训班的通知", "发布时间：2008-05-01", &body(course, 22), ""),
                "",
            ),
        ],
        &[],
    );
    assert_eq!(proposed(&found, "/gzdt/21.html"), None);
    assert_eq!(found.day("/gzdt/22.html").unwrap(), "2008-03-10");
    assert_eq!(found.day("/gzdt/23.html").unwrap(), "2008-05-01");
    for address in ["/gzdt/21.html", "/gzdt/22.html"] {
        assert!(found.text(address).contains("时间：2008年3月15日上午9：00"), "{}", found.text(address));
    }
    assert!(found.text("/gzdt/23.html").contains("日期：2008年5月6日至8日"));
}

#[test]
fn dates_in_many_spellings() {
    let infos = [
        ("发布日期：二○○八年三月七日", "2008-03-07"),
        ("更新于2008-3-18", "2008-03-18"),
        ("发表于 2008-03-22 10:11", "2008-03-22"),
        ("(08-03-21)", "2008-03-21"),
        ("發布日期：2008年3月1日", "2008-03-01"),
    ];
    let more: Vec<(String, String, Vec<u8>)> = infos
        .iter()
        .enumerate()
        .map(|(at, (info, _))| {
            let title = format!("第{}号水情简报", at + 1);
            (format!("3{at}.html"), title.clone(), article(&title, &title, info, &paragraphs(30 + at), ""))
        })
        .collect();
    let more: Vec<(&str, &str, Vec<u8>, &str)> =
        more.iter().map(|(name, title, bytes)| (name.as_str(), title.as_str(), bytes.clone(), "")).collect();
    let found = site(&more, &[]);
    for (at, (info, day)) in infos.iter().enumerate() {
        let address = format!("/gzdt/3{at}.html");
        assert_eq!(found.day(&address).as_deref(), Some(*day), "{info}");
        holds(&found.text(&address), 30 + at);
    }
}

#[test]
fn titles_over_two_lines_are_whole() {
    let title = "我县二〇一一年农村饮水安全工作会议在柳溪镇召开";
    let heading = "我县二〇一一年农村饮<BR>水安全工作会议在柳溪镇召开";
    let found =
        site(&[("21.html", title, article(title, heading, "发布时间：2008-03-05", &paragraphs(20), ""), "")], &[]);
    assert_eq!(found.title("/gzdt/21.html"), title);
    holds(&found.text("/gzdt/21.html"), 20);
}

#[test]
fn titles_and_names_that_only_look_like_junk() {
    let titles = [
        ("21.html", "关于严厉打击“六合彩”赌博活动的通告"),
        ("22.html", "我县公安机关查处一起六合彩赌博案"),
        ("23.html", "关于网站地图和留言功能上线运行的通知"),
        ("24.html", "关于无权属证明水利设施登记的公告"),
        ("post_508890.html", "关于停水的公告"),
    ];
    let more: Vec<(&str, &str, Vec<u8>, &str)> = titles
        .iter()
        .map(|(name, title)| {
            (
                *name,
                *title,
                article(title, title, "发布时间：2008-03-05", "<p>县水利局定于今日开展检查，特此公告。</p>", ""),
                "",
            )
        })
        .collect();
    let found = site(&more, &[]);
    for (name, title) in titles {
        assert_eq!(found.title(&format!("/gzdt/{name}")), title);
    }
}

#[test]
fn what_stands_behind_a_text_is_told_from_its_last_lines() {
    let ends = format!("{}<p>关闭非法砂场3家。</p><p>分享改革发展成果。</p><p>返回原籍人员120人。</p>", paragraphs(20));
    let comments = "<div><b>网友评论：（只显示最新10条。评论内容只代表网友观点，与本站立场无关！）</b><p>游客『张某』于2008-3-6评论说：写得好，\
                    希望以后多多公开这样的信息，方便我们这些住在乡下的老百姓了解政策。</p></div>";
    let files = "<div class=fj>相关附件：<br><a href=/f/1.doc>申请表.doc</a></div>";
    let found = site(
        &[
            ("21.html", "改革成果介绍", article("改革成果介绍", "改革成果介绍", "发布时间：2008-03-05", &ends, ""), ""),
            (
                "22.html",
                "有评论的文章",
                article("有评论的文章", "有评论的文章", "发布时间：2008-03-06", &paragraphs(21), comments),
                "",
            ),
            (
                "23.html",
                "有附件的文章",
                article(
                    "有附件的文章",
                    "有附件的文章",
                    "发布时间：2008-03-07",
                    &format!("{}{files}", paragraphs(22)),
                    "",
                ),
                "",
            ),
        ],
        &[("f/1.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec())],
    );
    let text = found.text("/gzdt/21.html");
    for end in ["关闭非法砂场3家。", "分享改革发展成果。", "返回原籍人员120人。"] {
        assert!(text.contains(end), "{end}: {text}");
    }
    assert!(!text.contains("关闭窗口"), "{text}");
    holds(&found.text("/gzdt/22.html"), 21);
    holds(&found.text("/gzdt/23.html"), 22);
    let files: Vec<&str> = found.articles["/gzdt/23.html"].attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(files, ["申请表.doc"]);
}

#[test]
fn planted_links_go_however_they_are_hidden() {
    let links = "<a href='http://sf.example/'>天龙八部私服</a> <a href='/gzdt/lhc.html'>六合彩</a>";
    let ways = [
        "<script>document.write(\"<div style='display:none'>\");</script>LINKS<script>document.write(\"</div>\");</script>",
        "<div id=\"lk1\">LINKS</div><script>document.getElementById(\"lk1\").style.display=\"none\";</script>",
        "<style>#h8{position:absolute;left:-2000px}</style><div id=h8>LINKS</div>",
        "<style>.hh{display:none}</style><div class=hh>LINKS</div>",
        "<div style='opacity:0;position:absolute'>LINKS</div>",
        "<div style='position:absolute;clip:rect(0 0 0 0)'>LINKS</div>",
        "<a href='http://sf.example/' style='display:none'>天龙八部私服</a>",
        "<p><a href='http://sf.example/'>天龙八部私服</a></p>",
    ];
    let more: Vec<(String, String, Vec<u8>)> = ways
        .iter()
        .enumerate()
        .map(|(at, way)| {
            let title = format!("第{}号汛情通报", at + 1);
            let body = format!("<p>县水利局通报汛情。</p>{}{}", way.replace("LINKS", links), paragraphs(40 + at));
            (format!("4{at}.html"), title.clone(), article(&title, &title, "发布时间：2008-03-05", &body, ""))
        })
        .collect();
    let more: Vec<(&str, &str, Vec<u8>, &str)> =
        more.iter().map(|(name, title, bytes)| (name.as_str(), title.as_str(), bytes.clone(), "")).collect();
    let found = site(&more, &[]);
    for (at, way) in ways.iter().enumerate() {
        let address = format!("/gzdt/4{at}.html");
        let text = found.text(&address);
        assert!(!text.contains("私服") && !text.contains("六合彩"), "{way}: {text}");
        assert!(text.contains("县水利局通报汛情。"), "{way}: {text}");
        assert!(!found.articles[&address].remarks.is_empty(), "{way}");
    }
}

#[test]
fn letters_one_to_a_page_and_without_colons() {
    let letter = |title: &str, name: &str| {
        page(
            "局长信箱",
            "局长信箱",
            &format!(
                "<table border=1><tr><td>信件标题</td><td>{title}</td></tr><tr><td>来信人</td><td>{name}</td></tr>\
                 <tr><td>来信时间</td><td>2009-3-2</td></tr><tr><td>信件内容</td><td>请问农村饮水工程什么时候修到我们村？</td></tr>\
                 <tr><td>回复单位</td><td>水利局办公室</td></tr><tr><td>回复时间</td><td>2009-3-5</td></tr>\
                 <tr><td>回复内容</td><td>您好，该工程已列入今年计划，预计十月完工。</td></tr></table>"
            ),
        )
    };
    let face = |name: &str, title: &str, question: &str, answer: &str| {
        format!(
            "<table><tr><td rowspan=3><img src=/face/01.gif><br>{name}</td><td>主题：{title}</td></tr><tr><td>{question}</td></tr>\
             <tr><td><font color=blue>管理员[admin]回复：（2008-1-29 22:09:08）<br>{answer}</font></td></tr><tr><td colspan=2>发表时间：2008-1-12 18:46:08</td></tr></table>"
        )
    };
    let book = page(
        "留言板",
        "留言板",
        &[
            face("一村民", "水渠", "我们村的水渠坏了，什么时候来修？", "已安排人员前往查看，预计下周修复。"),
            face("网友", "水费", "水费的标准是多少？", "每立方米一元八角。"),
        ]
        .concat(),
    );
    let found = site(
        &[],
        &[
            ("xinxiang/show.asp?id=1", letter("饮水工程", "王某")),
            ("xinxiang/show.asp?id=2", letter("水库养鱼", "李某")),
            ("guestbook.asp", book),
        ],
    );
    let mut letters: Vec<(&str, &str, &str)> = found
        .letters
        .iter()
        .map(|letter| (letter.name.as_str(), letter.title.as_str(), letter.answer.as_str()))
        .collect();
    letters.sort_unstable();
    assert_eq!(
        letters,
        [
            ("一村民", "水渠", "已安排人员前往查看，预计下周修复。"),
            ("李某", "水库养鱼", "您好，该工程已列入今年计划，预计十月完工。"),
            ("王某", "饮水工程", "您好，该工程已列入今年计划，预计十月完工。"),
            ("网友", "水费", "每立方米一元八角。"),
        ]
    );
    let unit = |name: &str| found.letters.iter().find(|letter| letter.name == name).unwrap().unit.as_str();
    assert_eq!((unit("王某"), unit("网友")), ("水利局办公室", ""));
    assert!(!found.articles.keys().any(|address| address.contains("xinxiang") || address.contains("guestbook")));
}

#[test]
fn pages_of_lists_and_texts_by_other_rules() {
    // 博达: `/zcfg.htm`, `/zcfg/2.htm`, `/zcfg/1.htm`; TRS: pages that a script writes; frames within a page.
    let rows = |from: usize| -> String {
        (from..from + 4)
            .map(|at| format!("<li><a href=/info/{at}.htm>第{at}项水利政策规定</a> 2006-01-{at}</li>"))
            .collect()
    };
    let list =
        |from: usize, pager: &str| page("政策法规", "政策法规", &format!("<ul>{}</ul><div>{pager}</div>", rows(from)));
    let policy = |at: usize| {
        let title = format!("第{at}项水利政策规定");
        let main = format!(
            "<h1>{title}</h1><div class=info>发布时间：2006-01-{at}</div><div class=content>{}</div>",
            paragraphs(50 + at)
        );
        page(&title, "正文", &main)
    };
    let mut other: Vec<(String, Vec<u8>)> = (10..22).map(|at| (format!("info/{at}.htm"), policy(at))).collect();
    other.push(("zcfg.htm".into(), list(18, "<a href=/zcfg/2.htm>下页</a> <a href=/zcfg/1.htm>尾页</a>")));
    other.push(("zcfg/2.htm".into(), list(14, "<a href=/zcfg.htm>上页</a> <a href=/zcfg/1.htm>下页</a>")));
    other.push(("zcfg/1.htm".into(), list(10, "<a href=/zcfg.htm>首页</a> <a href=/zcfg/2.htm>上页</a>")));
    let title = "全县水利建设纪实";
    let half = |number: usize, here: usize| {
        let body = format!(
            "{}</div><div><SCRIPT>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){{ }}\n\
             createPageHTML(2, {here}, \"t20080305_31\", \"html\");</SCRIPT>",
            paragraphs(number)
        );
        article(title, title, "发布时间：2008-03-05", &body, "")
    };
    other.push(("gzdt/t20080305_31_1.html".into(), half(71, 1)));
    other.push(("gzdt/c14.htm".into(), gbk(&format!("<html><body>{}</body></html>", paragraphs(72)))));
    let other: Vec<(&str, Vec<u8>)> = other.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let framed = "<iframe src=/gzdt/c14.htm width=600 height=800></iframe>";
    let found = site(
        &[
            ("t20080305_31.html", title, half(70, 0), ""),
            (
                "14.html",
                "正文在框架里的通知",
                article("正文在框架里的通知", "正文在框架里的通知", "发布时间：2008-03-06", framed, ""),
                "",
            ),
        ],
        &other,
    );
    let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["工作动态", "通知公告", "政策法规"]);
    assert_eq!(found.columns[2].addresses.len(), 3);
    for at in 10..22 {
        assert_eq!(found.column(&format!("/info/{at}.htm")), "政策法规");
    }
    let text = found.text("/gzdt/t20080305_31.html");
    let whole: String = [70, 71].iter().map(|number| paragraphs(*number)).collect();
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let whole = plain(&whole.replace("<p>", "").replace("</p>", ""));
    assert!(plain(&text).contains(&whole), "{text}");
    holds(&found.text("/gzdt/14.html"), 72);
    assert!(!found.articles.contains_key("/gzdt/c14.htm"));
}

#[test]
fn a_column_with_one_document_and_a_table_in_a_text() {
    let plan = page(
        "2006年水利工作计划",
        "<a href=/tjsj/>统计数据</a>",
        &format!(
            "<h1 class=t>2006年水利工作计划</h1><div class=info></div><div class=content>{}</div>",
            paragraphs(60)
        ),
    );
    let list = page("统计数据", "统计数据", "<ul class=list><li><a href=/tjsj/1.html>2006年水利工作计划</a></li></ul>");
    let duties = page(
        "内设机构",
        "内设机构",
        "<h2>内设机构</h2><div class=content><p>县水利局设下列机构：</p><table border=1><tr><td>股室名称</td><td>负责人</td><td>主要职责</td></tr>\
         <tr><td>办公室</td><td>张三</td><td>负责文秘、信访和后勤工作，承担有关统计和宣传事项。</td></tr>\
         <tr><td>水政股</td><td>李四</td><td>负责水行政执法工作，承担河道采砂管理和水事纠纷调处。</td></tr>\
         <tr><td>建管股</td><td>王五</td><td>负责水利工程建设管理工作，承担质量监督和招标投标事项。</td></tr></table></div>",
    );
    let menu = page("机构", "机构", "<ul><li><a href=/gk/nsjg.html>内设机构</a></li></ul>");
    let found = site(
        &[],
        &[("tjsj/1.html", plan), ("tjsj/index.html", list), ("gk/nsjg.html", duties), ("gk/index.html", menu)],
    );
    let plan = &found.articles["/tjsj/1.html"];
    assert_eq!((plan.kind, found.column("/tjsj/1.html")), (ArticleKind::Article, "统计数据"));
    assert_eq!(plan.published, None, "it waits for somebody who knows its date");
    let body = &found.articles["/gk/nsjg.html"].body.as_ref().unwrap().value;
    assert!(body.contains("县水利局设下列机构") && body.contains("<table"), "{body}");
}

#[test]
fn sessions_in_the_names_of_a_mirror() {
    let view = |number: usize, session: &str| {
        let title = format!("第{number}次执法检查");
        let next = number % 3 + 1;
        let link =
            format!("<p><a href='/info.do;jsessionid={session}?method=view&id={next}'>第{next}次执法检查</a></p>");
        article(&title, &title, "发布时间：2008-03-05", &paragraphs(80 + number), &link)
    };
    let session = |number: usize| format!("{number:032X}");
    let mut other: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 1..4 {
        // Each link brought another session, and the same page more than once.
        for visit in [number, number + 10] {
            let name = format!("info.do;jsessionid={}@method=view&id={number}.html", session(visit));
            other.push((name, view(number, &session(visit + 20))));
        }
    }
    let other: Vec<(&str, Vec<u8>)> = other.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let found = site(&[], &other);
    for number in 1..4 {
        let address = format!("/info.do?method=view&id={number}");
        assert_eq!(found.title(&address), format!("第{number}次执法检查"));
        assert!(!found.articles[&address].addresses.iter().any(|address| address.contains("jsessionid")));
    }
    assert_eq!(found.articles.len(), 15);
}

#[test]
fn forms_beside_articles_are_no_documents() {
    let form = page(
        "将本文告诉好友",
        "告诉好友",
        "<form action=SendMail.asp method=post>收信人姓名：<input name=a> 收信人Email：<input name=b><input type=submit></form>",
    );
    let comments = page(
        "评论",
        "评论",
        "<p>目前没有评论</p><form method=post>姓名：<input name=a> 评论：<textarea name=c></textarea></form>",
    );
    let found = site(&[], &[("SendMail.asp?ArticleID=3", form), ("Article_Comment.asp?ArticleID=3", comments)]);
    for address in ["/SendMail.asp?ArticleID=3", "/Article_Comment.asp?ArticleID=3"] {
        assert_eq!(
            found.junk.get(address).map(|junk| junk.0),
            Some(JunkKind::Form),
            "{address}: {:?}",
            found.articles.keys()
        );
    }
}
