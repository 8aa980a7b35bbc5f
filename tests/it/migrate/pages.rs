//! Old sites of other kinds, known by their pages alone: frames without dates, ASP.NET, JSP portals, static dedecms.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::GB18030;
use zhanqun::base::clock;
use zhanqun::domain::content::{AllPictures, clean_paste, plain_text};
use zhanqun::migrate::old::{Article, ArticleKind, Item, JunkKind, OldColumn, OldLetter, Source};
use zhanqun::migrate::pages::{Mirror, Rules, Site};

pub const HOST: &str = "old.example.gov.cn";

/// What a walk gave.
#[derive(Debug, Default)]
pub struct Walked {
    pub articles: BTreeMap<String, Article>,
    pub columns: Vec<OldColumn>,
    pub letters: Vec<OldLetter>,
    pub junk: BTreeMap<String, (JunkKind, Option<String>)>,
    homes: Vec<String>,
    files: Vec<String>,
    pub unreadable: Vec<String>,
}

fn path(address: &str) -> String {
    address.split_once(HOST).map_or(address, |(_, path)| path).to_owned()
}

pub fn walk(folder: &Path, rules: Option<Rules>) -> Walked {
    let mirror = Mirror::open(folder, Some(HOST)).unwrap();
    let site = Site::ruled(Arc::new(mirror), "mirror", Vec::new(), rules.unwrap_or_default());
    let mut found = Walked::default();
    let mut keys = Vec::new();
    site.walk(&mut |item, _| {
        keys.push(format!("{item:?}"));
        match item {
            Item::Column(column) => found.columns.push(column),
            Item::Article(article) => {
                found.articles.insert(path(&article.addresses[0]), *article);
            }
            Item::Letter(letter) => found.letters.push(*letter),
            Item::Junk(junk) => {
                found.junk.insert(path(&junk.address), (junk.kind, junk.of.map(|of| path(&of))));
            }
            Item::Home(addresses) => found.homes.extend(addresses.iter().map(|address| path(address))),
            Item::File(address) => found.files.push(path(&address)),
            Item::Unreadable { place, why } => found.unreadable.push(format!("{place}: {why}")),
        }
        Ok(())
    })
    .unwrap();
    let mut again = Vec::new();
    site.walk(&mut |item, _| {
        again.push(format!("{item:?}"));
        Ok(())
    })
    .unwrap();
    assert_eq!(keys, again, "the second walk gives the same");
    found
}

impl Walked {
    pub fn title(&self, address: &str) -> &str {
        let found = self.articles.get(address).unwrap_or_else(|| panic!("{address} in {:?}", self.articles.keys()));
        found.title.as_ref().map(|title| title.value.as_str()).unwrap_or_default()
    }

    pub fn day(&self, address: &str) -> Option<String> {
        self.articles[address].published.as_ref().filter(|date| date.sure >= 60).map(|date| clock::day(date.value))
    }

    pub fn text(&self, address: &str) -> String {
        let body = self.articles[address].body.as_ref().map(|body| body.value.as_str()).unwrap_or_default();
        plain_text(&clean_paste(body, &mut AllPictures).html)
    }

    pub fn column(&self, address: &str) -> &str {
        let key = self.articles[address].column.as_ref().map(|column| column.value.as_str()).unwrap_or_default();
        self.columns.iter().find(|column| column.key == key).map(|column| column.name.as_str()).unwrap_or_default()
    }
}

pub fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

pub fn gbk(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

const SENTENCES: [&str; 8] = [
    "为做好今年的防汛抗旱工作，县水利局召开专题会议，部署水库除险加固和物资储备。",
    "会议要求各乡镇落实责任，二十四小时值班，发现险情立即上报并组织群众转移。",
    "截至目前，全县共排查山塘水库一百二十座，整改隐患三十六处，投入资金四百余万元。",
    "下一步将加强巡查，完善预案，确保安全度汛，保障人民群众生命财产安全。",
    "县农村饮水安全工程进入收尾阶段，受益人口达到三万余人，水质检测全部合格。",
    "工作人员深入田间地头，向群众讲解节水灌溉技术，发放宣传资料两千余份。",
    "各单位要按照职责分工，密切配合，及时报送进展情况，不得迟报、漏报、瞒报。",
    "请各有关单位认真遵照执行，执行中遇到的问题请及时向县水利局办公室反映。",
];

/// The text of an article: some sentences, never the same for two numbers.
fn text(number: usize) -> Vec<String> {
    (0..3 + number % 3)
        .map(|at| format!("{}本次为第{}批第{at}项。", SENTENCES[(number * 3 + at * 5) % SENTENCES.len()], number + 3))
        .collect()
}

pub fn holds(found: &str, number: usize) {
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let found = plain(found);
    let wanted = plain(&text(number).concat());
    assert!(found.contains(&wanted), "{number}: {found}");
    assert!(found.chars().count() < wanted.chars().count() + 30, "{number}: {found}");
}

pub fn paragraphs(number: usize) -> String {
    text(number).iter().map(|line| format!("<p>　　{line}</p>\n")).collect()
}

const TOPICS: [&str; 9] = [
    "全县防汛抗旱工作会议召开",
    "关于做好水库除险加固工作的通知",
    "农村饮水安全工程顺利推进",
    "水利局开展节水宣传周活动",
    "关于公布二〇〇八年度考核结果的通报",
    "河道采砂专项整治取得成效",
    "县领导检查重点水利项目建设",
    "关于召开灌区管理座谈会的通知",
    "冬修水利全面启动",
];

/// FrontPage: frames, no dates, titles that the program gave, one page in another charset than it says.
fn frames(folder: &Path) {
    put(
        folder,
        "index.htm",
        gbk(
            "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'><title>某某县水利局</title></head>\
        <frameset rows='100,*'><frame name=top src=top.htm><frameset cols='150,*'><frame name=left src=left.htm><frame name=main src=main.htm></frameset>\
        <noframes><body><p>此网页使用了框架，但您的浏览器不支持框架。</p></body></noframes></frameset></html>",
        ),
    );
    put(folder, "top.htm", gbk("<html><body background=bg.gif><h1>某某县水利局</h1></body></html>"));
    put(
        folder,
        "left.htm",
        gbk(
            "<html><head><base target=main></head><body><p><a href=main.htm>首页</a></p><p><a href=jgzn.htm>机构职能</a></p>\
        <p><a href=gzdt.htm>工作动态</a></p><p><a href=lxwm.htm>联系我们</a></p></body></html>",
        ),
    );
    put(
        folder,
        "main.htm",
        gbk(
            "<html><head><title>新建网页 2</title></head><body><p>欢迎访问某某县水利局网站！</p><p><img src=images/building.jpg></p></body></html>",
        ),
    );
    put(
        folder,
        "jgzn.htm",
        gbk(&format!(
            "<html><head><title>新建网页 3</title></head><body><p align=center><b><font size=5>机构职能</font></b></p>{}</body></html>",
            paragraphs(20)
        )),
    );
    put(
        folder,
        "lxwm.htm",
        gbk(
            "<html><head><title>新建网页 4</title></head><body><p align=center><b>联系我们</b></p><p>地址：某某县建设路18号，邮政编码：410000，值班电话：0000-1234567，欢迎各界来信来电咨询水利工作。</p></body></html>",
        ),
    );
    let rows: String = (0..7).map(|at| format!("<li><a href=dt/{}.htm>{}</a></li>", at + 1, TOPICS[at])).collect();
    put(
        folder,
        "gzdt.htm",
        gbk(&format!(
            "<html><head><title>工作动态</title></head><body><h2 align=center>工作动态</h2><ul>{rows}</ul></body></html>"
        )),
    );
    for (at, topic) in TOPICS.iter().enumerate().take(7) {
        let title = if at % 2 == 0 { "新建网页 1" } else { topic };
        let signed = if at == 5 {
            "<p align=right>某某县水利局</p><p align=right>二〇〇八年三月五日</p>"
        } else {
            ""
        };
        let page = format!(
            "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'><title>{title}</title></head><body><p align=center><font size=5><b>{}</b></font></p>{}{signed}<p align=center><a href=../gzdt.htm>返回</a></p></body></html>",
            topic,
            paragraphs(at)
        );
        let bytes = if at == 3 { page.into_bytes() } else { gbk(&page) };
        put(folder, &format!("dt/{}.htm", at + 1), bytes);
    }
}

#[test]
fn frames_without_dates() {
    let folder = tempfile::tempdir().unwrap();
    frames(folder.path());
    let found = walk(folder.path(), None);
    for (at, topic) in TOPICS.iter().enumerate().take(7) {
        let address = format!("/dt/{}.htm", at + 1);
        assert_eq!(found.title(&address), *topic);
        holds(&found.text(&address), at);
        let article = &found.articles[&address];
        assert_eq!(article.kind, ArticleKind::Article, "{address}");
        // The day under a text is proposed, and not sure enough to be public.
        let proposed = article.published.as_ref().map(|date| (clock::day(date.value), date.sure));
        assert_eq!(proposed, (at == 5).then(|| ("2008-03-05".to_owned(), 50)), "{address}");
        assert_eq!(found.column(&address), "工作动态");
    }
    assert_eq!(found.title("/jgzn.htm"), "机构职能");
    holds(&found.text("/jgzn.htm"), 20);
    assert_eq!(found.articles["/jgzn.htm"].kind, ArticleKind::Page);
    assert_eq!(found.title("/lxwm.htm"), "联系我们");
    for part in ["/top.htm", "/left.htm"] {
        assert_eq!(found.junk[part].0, JunkKind::Part, "{part}");
    }
    assert!(
        found.homes.contains(&"/index.htm".to_owned()) || found.homes.contains(&"/".to_owned()),
        "{:?}",
        found.homes
    );
    assert!(
        found.articles.keys().all(|address| address.starts_with("/dt/")
            || ["/jgzn.htm", "/lxwm.htm", "/main.htm"].contains(&address.as_str())),
        "{:?}",
        found.articles.keys()
    );
}

/// ASP.NET: forms around everything, ViewState, pagers that post, UTF-8 that says it is GB2312.
fn aspx(folder: &Path) {
    let page = |title: &str, main: &str| {
        format!(
            "<!DOCTYPE html><html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\"><title>{title}</title></head><body>\
            <form name=\"aspnetForm\" method=\"post\" id=\"aspnetForm\"><input type=\"hidden\" name=\"__VIEWSTATE\" value=\"/wEPDwUKLTE3{}\">\
            <div id=\"header\"><ul id=\"nav\"><li><a href=\"Default.aspx\">首页</a></li><li><a href=\"NewsList.aspx?cid=1\">水利要闻</a></li><li><a href=\"NewsList.aspx?cid=2\">通知公告</a></li></ul></div>\
            <div id=\"main\">{main}</div><div id=\"footer\">版权所有 某某县水利局 电话：0000-1234567 <a href=\"Login.aspx\">后台登录</a></div></form></body></html>",
            "A".repeat(300)
        )
    };
    let mut rows = [String::new(), String::new()];
    for at in 0..9 {
        let row = format!(
            "<tr><td><a id=\"ctl00_dg_ctl{at:02}\" href=\"NewsShow.aspx?id={}\">{}</a></td><td>2010-{}-{}</td></tr>",
            100 + at,
            TOPICS[at],
            at + 1,
            at + 10
        );
        rows[at % 2].push_str(&row);
        let main = format!(
            "<div class=\"path\">当前位置：<a href=\"Default.aspx\">首页</a> &gt; <a href=\"NewsList.aspx?cid={}\">{}</a></div>\
            <div class=\"news\"><span id=\"ctl00_lblTitle\" style=\"font-size:18px;font-weight:bold\">{}</span>\
            <div class=\"info\">发布人：<span id=\"ctl00_lblAuthor\">信息中心</span> 发布时间：<span id=\"ctl00_lblTime\">2010-{}-{} 9:0{}:00</span> 浏览次数：<span id=\"ctl00_lblHits\">{}</span></div>\
            <div id=\"ctl00_content\">{}</div></div><div class=\"tools\"><a href=\"javascript:window.print()\">打印</a> <a href=\"javascript:window.close()\">关闭</a></div>",
            at % 2 + 1,
            ["水利要闻", "通知公告"][at % 2],
            TOPICS[at],
            at + 1,
            at + 10,
            at,
            at * 37,
            text(at).join("<br />&nbsp;&nbsp;&nbsp;&nbsp;")
        );
        put(folder, &format!("NewsShow.aspx?id={}", 100 + at), page("某某县水利局", &main));
    }
    for (at, rows) in rows.iter().enumerate() {
        let main = format!(
            "<div class=\"path\">当前位置：<a href=\"Default.aspx\">首页</a> &gt; {}</div><table id=\"ctl00_dg\">{rows}</table>\
            <div class=\"pager\"><a href=\"javascript:__doPostBack('ctl00$pager','2')\">下一页</a></div>",
            ["水利要闻", "通知公告"][at]
        );
        put(folder, &format!("NewsList.aspx?cid={}", at + 1), page("某某县水利局", &main));
    }
    let home: String = (0..9)
        .map(|at| {
            format!(
                "<li><a href=\"NewsShow.aspx?id={}\">{}</a></li>",
                100 + at,
                TOPICS[at].chars().take(8).collect::<String>() + "..."
            )
        })
        .collect();
    put(folder, "Default.aspx", page("某某县水利局", &format!("<ul>{home}</ul>")));
    put(
        folder,
        "Login.aspx",
        page("某某县水利局", "<p>用户名：<input type=text name=u></p><p>密码：<input type=password name=p></p>"),
    );
}

#[test]
fn forms_and_view_state() {
    let folder = tempfile::tempdir().unwrap();
    aspx(folder.path());
    let found = walk(folder.path(), None);
    assert_eq!(found.articles.len(), 9, "{:?}", found.articles.keys());
    for at in 0..9 {
        let address = format!("/NewsShow.aspx?id={}", 100 + at);
        assert_eq!(found.title(&address), TOPICS[at]);
        assert_eq!(found.day(&address).unwrap(), format!("2010-{:02}-{}", at + 1, at + 10));
        holds(&found.text(&address), at);
        assert_eq!(found.column(&address), ["水利要闻", "通知公告"][at % 2]);
        assert_eq!(found.articles[&address].charset, "utf-8");
        assert!(found.articles[&address].remarks.contains(&"charset declared wrongly".to_owned()));
    }
    assert_eq!(found.junk["/Login.aspx"].0, JunkKind::LogIn);
    assert_eq!(found.homes, ["/Default.aspx"]);
}

/// A portal of JSP and static pages: `/art/2009/10/19/art_140_21.html`, columns by number, fields in a table.
fn jsp(folder: &Path) {
    let page = |title: &str, main: &str| {
        gbk(&format!(
            "<html><head><meta http-equiv='Content-Type' content='text/html; charset=GBK'><title>{title}_某某县政府门户网站</title></head><body>\
            <table width=980 align=center><tr><td><img src=/picture/0/banner.jpg></td></tr><tr><td><a href=/>首页</a> <a href=/col/col140/index.html>政务动态</a> <a href=/col/col141/index.html>政府文件</a> <a href=/jsearch/search.jsp>检索</a></td></tr></table>\
            <table width=980 align=center><tr><td width=220>今日县情 天气预报</td><td>{main}</td></tr></table>\
            <table width=980 align=center><tr><td>主办：某某县人民政府 承办：县政府办公室 备案号：某ICP备05000000号</td></tr></table></body></html>"
        ))
    };
    let mut rows = [String::new(), String::new()];
    for (at, topic) in TOPICS.iter().enumerate().take(8) {
        let (month, day) = (at + 2, at + 11);
        let column = at % 2;
        let address = format!("/art/2009/{month}/{day}/art_{}_{}.html", 140 + column, 20 + at);
        rows[column].push_str(&format!(
            "<tr><td>·<a href={address} title='{0}'>{0}</a></td><td>[2009-{month:02}-{day:02}]</td></tr>",
            topic
        ));
        let fields = if column == 1 {
            format!(
                "<table border=1><tr><td>索 引 号：</td><td>00{at}-2009-0{at}</td><td>文 号：</td><td>某政发〔2009〕{}号</td></tr><tr><td>发布机构：</td><td>县政府办公室</td><td>成文日期：</td><td>2009-{month:02}-0{}</td></tr></table>",
                at + 1,
                at % 9 + 1
            )
        } else {
            String::new()
        };
        let main = format!(
            "<table width=100%><tr><td>您的位置：<a href=/>首页</a>-&gt;<a href=/col/col{}/index.html>{}</a></td></tr></table>{fields}\
            <table width=100%><tr><td align=center style='font-size:22px'>{}</td></tr><tr><td align=center>发布日期：2009-{month:02}-{day:02} 信息来源：县水利局 字体：[<a href='javascript:doZoom(16)'>大</a> <a href='javascript:doZoom(14)'>中</a> <a href='javascript:doZoom(12)'>小</a>]</td></tr>\
            <tr><td><div id=zoom>{}</div></td></tr><tr><td>分享到： 打印本页 关闭窗口</td></tr></table>",
            140 + column,
            ["政务动态", "政府文件"][column],
            topic,
            paragraphs(at)
        );
        put(folder, address.trim_start_matches('/'), page(topic, &main));
    }
    for (at, rows) in rows.iter().enumerate() {
        let name = ["政务动态", "政府文件"][at];
        let main = format!(
            "<table width=100%><tr><td>您的位置：<a href=/>首页</a>-&gt;{name}</td></tr></table><table>{rows}</table>"
        );
        put(folder, &format!("col/col{}/index.html", 140 + at), page(name, &main));
    }
    put(folder, "index.html", page("首页", "<p>欢迎</p>"));
    put(folder, "jsearch/search.jsp", page("检索", "<form><input name=q> <input name=w></form>"));
}

#[test]
fn a_portal_with_fields() {
    let folder = tempfile::tempdir().unwrap();
    jsp(folder.path());
    let found = walk(folder.path(), None);
    assert_eq!(found.articles.len(), 8, "{:?}", found.articles.keys());
    for at in 0..8 {
        let (month, day) = (at + 2, at + 11);
        let address = format!("/art/2009/{month}/{day}/art_{}_{}.html", 140 + at % 2, 20 + at);
        assert_eq!(found.title(&address), TOPICS[at]);
        assert_eq!(found.day(&address).unwrap(), format!("2009-{month:02}-{day:02}"));
        holds(&found.text(&address), at);
        assert_eq!(found.column(&address), ["政务动态", "政府文件"][at % 2]);
        let article = &found.articles[&address];
        assert_eq!(article.source.as_ref().unwrap().value, "县水利局");
        if at % 2 == 1 {
            assert_eq!(article.index_number, format!("00{at}-2009-0{at}"));
            assert_eq!(article.number, format!("某政发〔2009〕{}号", at + 1));
            assert_eq!(article.formed, format!("2009-{month:02}-0{}", at % 9 + 1));
        }
    }
    assert_eq!(found.junk["/jsearch/search.jsp"].0, JunkKind::Search);
}

/// Static dedecms: `/a/xw/2010/0412/12.html`, articles of several pages, planted links.
fn dede(folder: &Path) {
    let page = |title: &str, main: &str| {
        gbk(&format!(
            "<!DOCTYPE html><html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\" /><title>{title}_某某县水利局</title></head><body>\
            <div class=\"header\"><ul><li><a href=\"/\">主页</a></li><li><a href=\"/a/xw/\">新闻中心</a></li><li><a href=\"/a/tz/\">通知公告</a></li></ul></div>\
            <div style=\"display:none\"><a href=\"http://bad.example/\">六合彩</a><a href=\"http://worse.example/\">代开发票</a></div>\
            <div class=\"w960\">{main}</div><div class=\"footer\">Copyright 某某县水利局 Power by DedeCms</div></body></html>"
        ))
    };
    let side = "<div class=\"pright\"><dl><dt>推荐内容</dt><dd><a href=\"/a/xw/2010/0101/1.html\">全县防汛抗旱工作会议召开</a></dd></dl></div>";
    let mut rows = [String::new(), String::new()];
    for at in 0..8 {
        let column = ["xw", "tz"][at % 2];
        let address = format!("/a/{column}/2010/0{}0{}/{}.html", at + 1, at + 1, at + 1);
        rows[at % 2].push_str(&format!("<li><a href=\"{address}\" class=\"title\">{}</a><span class=\"info\"><small>日期：</small>2010-0{}-0{} 10:20:00 <small>点击：</small>{} </span></li>", TOPICS[at], at + 1, at + 1, at * 13));
        let view = |title: &str, content: &str, pages: &str| {
            page(
                title,
                &format!(
                    "<div class=\"pleft\"><div class=\"place\"><strong>当前位置:</strong> <a href='/'>主页</a> &gt; <a href='/a/{column}/'>{}</a> &gt; </div>\
                    <div class=\"viewbox\"><div class=\"title\"><h2>{}</h2></div><div class=\"info\"><small>时间:</small>2010-0{}-0{} 10:20<small>来源:</small>县水利局 <small>作者:</small>张三 <small>点击:</small><script src=\"/plus/count.php?aid={at}\"></script>次</div>\
                    <div class=\"content\">{content}</div><div class=\"dede_pages\"><ul class=\"pagelist\">{pages}</ul></div>\
                    <div class=\"boxoff\"><strong>------分隔线----------------------------</strong></div><div class=\"handle\"><ul><li>上一篇：没有了 </li><li>下一篇：<a href='/a/xw/2010/0303/3.html'>农村饮水安全工程顺利推进</a></li></ul></div></div></div>{side}",
                    ["新闻中心", "通知公告"][at % 2],
                    TOPICS[at],
                    at + 1,
                    at + 1
                ),
            )
        };
        let name = address.trim_start_matches('/');
        if at == 2 {
            let pages = "<li><a>共2页: </a></li><li class='thisclass'><a href='#'>1</a></li><li><a href='3_2.html'>2</a></li><li><a href='3_2.html'>下一页</a></li>";
            put(folder, name, view(TOPICS[at], &paragraphs(at), pages));
            let pages = "<li><a>共2页: </a></li><li><a href='3.html'>上一页</a></li><li><a href='3.html'>1</a></li>";
            put(
                folder,
                &name.replace("/3.html", "/3_2.html"),
                view(&format!("{}(2)", TOPICS[at]), &paragraphs(30), pages),
            );
        } else {
            put(folder, name, view(TOPICS[at], &paragraphs(at), ""));
        }
    }
    for (at, rows) in rows.iter().enumerate() {
        let name = ["新闻中心", "通知公告"][at];
        let folder_name = ["xw", "tz"][at];
        let list = |rows: &str| {
            page(
                name,
                &format!(
                    "<div class=\"pleft\"><div class=\"place\"><strong>当前位置:</strong> <a href='/'>主页</a> &gt; {name} </div><ul class=\"e2\">{rows}</ul><div class=\"dede_pages\"><ul><li><a href='index.html'>首页</a></li><li><a href='list_{0}_2.html'>2</a></li><li><a href='list_{0}_2.html'>下一页</a></li></ul></div></div>{side}",
                    at + 1
                ),
            )
        };
        put(folder, &format!("a/{folder_name}/index.html"), list(rows));
        put(
            folder,
            &format!("a/{folder_name}/list_{}_2.html", at + 1),
            list("<li><a href=\"/a/xw/2010/0101/1.html\" class=\"title\">全县防汛抗旱工作会议召开</a></li>"),
        );
    }
    put(folder, "index.html", page("主页", "<p>欢迎</p>"));
}

#[test]
fn static_pages_of_dedecms() {
    let folder = tempfile::tempdir().unwrap();
    dede(folder.path());
    let found = walk(folder.path(), None);
    assert_eq!(found.articles.len(), 8, "{:?}", found.articles.keys());
    for at in 0..8 {
        let address = format!("/a/{}/2010/0{}0{}/{}.html", ["xw", "tz"][at % 2], at + 1, at + 1, at + 1);
        assert_eq!(found.title(&address), TOPICS[at]);
        assert_eq!(found.day(&address).unwrap(), format!("2010-0{0}-0{0}", at + 1));
        let article = &found.articles[&address];
        assert_eq!(article.source.as_ref().unwrap().value, "县水利局");
        assert_eq!(article.author.as_ref().unwrap().value, "张三");
        assert!(article.remarks.contains(&"hidden links".to_owned()));
        assert!(!article.original.is_empty());
        assert_eq!(found.column(&address), ["新闻中心", "通知公告"][at % 2]);
        if at == 2 {
            let text = found.text(&address);
            assert!(text.contains(&text_of(2)) && text.contains(&text_of(30)), "{text}");
            assert!(article.addresses.iter().any(|address| address.ends_with("/3_2.html")));
        } else {
            holds(&found.text(&address), at);
        }
    }
    let column = found.columns.iter().find(|column| column.name == "新闻中心").unwrap();
    assert!(column.addresses.iter().any(|address| address.ends_with("/list_1_2.html")), "{column:?}");
}

fn text_of(number: usize) -> String {
    text(number).join(" ")
}

#[test]
fn rules_of_ops_win() {
    let folder = tempfile::tempdir().unwrap();
    frames(folder.path());
    let rules = "[[page]]\naddress = \"/dt/*.htm\"\nkind = \"article\"\ntitle = \"font\"\nbody = \"p:nth-child(2)\"\ncolumn = \"a\"\n\n\
                 [[page]]\naddress = \"/main.htm\"\nkind = \"part\"\n";
    let found = walk(folder.path(), Some(Rules::parse(Path::new("rules.toml"), rules).unwrap()));
    assert_eq!(found.title("/dt/1.htm"), TOPICS[0]);
    assert_eq!(found.articles["/dt/1.htm"].title.as_ref().unwrap().sure, 100);
    assert_eq!(found.text("/dt/1.htm"), text(0)[0]);
    assert_eq!(found.articles["/dt/1.htm"].column.as_ref().unwrap().value, "返回");
    assert_eq!(found.junk["/main.htm"].0, JunkKind::Part);
}

#[test]
fn guestbooks_of_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let row = |at: usize, answer: &str| {
        format!(
            "<table class=msg><tr><td>留言人：</td><td>村民{at}</td><td>留言时间：</td><td>2008-0{}-12 10:11:12</td></tr>\
             <tr><td>主题：</td><td colspan=3>第{at}个问题</td></tr><tr><td>内容：</td><td colspan=3>请问{}</td></tr>\
             <tr><td>回复：</td><td colspan=3>{answer}</td></tr></table>",
            at + 1,
            SENTENCES[at]
        )
    };
    let page = |rows: &str| {
        gbk(&format!(
            "<html><head><title>网上咨询</title></head><body><div>网上咨询</div>{rows}<div><a href=message.asp?page=2>2</a></div></body></html>"
        ))
    };
    put(
        folder.path(),
        "message.asp",
        page(
            &[row(0, "您好，已经转交办公室处理。"), row(1, "暂无回复"), row(2, "谢谢您的建议。<br>我们会认真研究。")]
                .concat(),
        ),
    );
    put(folder.path(), "message.asp?page=2", page(&row(3, "您好。")));
    put(folder.path(), "index.htm", page("<p>欢迎</p>"));
    let found = walk(folder.path(), None);
    assert_eq!(found.letters.len(), 4, "{:#?} {:?}", found.letters, found.articles.keys());
    let first = &found.letters[0];
    assert_eq!((first.name.as_str(), first.title.as_str()), ("村民0", "第0个问题"));
    assert_eq!(first.question, format!("请问{}", SENTENCES[0]));
    assert_eq!(first.answer, "您好，已经转交办公室处理。");
    assert_eq!(first.asked.map(clock::day).unwrap(), "2008-01-12");
    assert_eq!(
        (found.letters[1].answer.as_str(), found.letters[2].answer.as_str()),
        ("", "谢谢您的建议。\n我们会认真研究。")
    );
    assert!(found.letters.iter().all(|letter| letter.key.starts_with("page:/message.asp#")));
}

#[test]
fn malformed_pages_are_told_and_never_stop() {
    let folder = tempfile::tempdir().unwrap();
    frames(folder.path());
    put(folder.path(), "deep.htm", format!("{}text{}", "<div>".repeat(100_000), "</div>".repeat(100_000)));
    put(folder.path(), "bold.htm", format!("<p>{}", "<b><i><p>x".repeat(2_000)));
    put(folder.path(), "nul.htm", [0_u8; 4096]);
    put(folder.path(), "half.htm", &gbk("<html><body><p>半个字")[..20]);
    put(folder.path(), "endless.htm", format!("<html><body><p>{}", "a line without an end ".repeat(900_000)));
    put(folder.path(), "attributes.htm", format!("<p {}>x</p>", "a=b ".repeat(10_000)));
    put(folder.path(), "table.htm", format!("<table>{}", "<tr><td>1".repeat(3_000)));
    put(folder.path(), "empty.htm", "");
    put(folder.path(), "away.htm", "<a href='http://[::1'>x</a><a href='//'>y</a><a href='?'>z</a><base href='::'>");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("passwd.htm")).unwrap();
    std::os::unix::fs::symlink("..", folder.path().join("up")).unwrap();
    let found = walk(folder.path(), None);
    assert_eq!(found.title("/dt/1.htm"), TOPICS[0]);
    assert!(
        found.unreadable.iter().any(|line| line.contains("/endless.htm: page larger than 16 MB")),
        "{:?}",
        found.unreadable
    );
    assert!(!found.articles.contains_key("/passwd.htm"));
}

#[test]
fn what_people_wrote_of_errors_is_a_text_and_an_error_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let titles = ["关于第404号提案的答复", "水库水位出错的原因", "群众找不到取水口怎么办", "404号渠道改造工程开工"];
    let mut list = String::new();
    for number in 1..=12 {
        let title = titles.get(number - 1).copied().unwrap_or(TOPICS[number % TOPICS.len()]);
        list.push_str(&format!("<li><a href=\"show.asp?id={number}\">{title}</a> 2009-03-{number:02}</li>"));
        let page = format!(
            "<html><head><title>{title}</title></head><body><div><a href=\"index.asp\">首页</a></div><h1>{title}</h1>\
             <p>发布时间：2009-03-{number:02}</p><div>{}</div></body></html>",
            paragraphs(number)
        );
        put(folder.path(), &format!("show.asp?id={number}"), gbk(&page));
    }
    put(folder.path(), "index.asp", gbk(&format!("<html><head><title>水利局</title></head><ul>{list}</ul></html>")));
    let error = "<html><head><title>404 页面不存在</title></head><body><a href=\"index.asp\">首页</a><p>您访问的页面不存在。</p></body></html>";
    put(folder.path(), "show.asp?id=99", gbk(error));
    let found = walk(folder.path(), None);
    for (at, title) in titles.iter().enumerate() {
        assert_eq!(found.title(&format!("/show.asp?id={}", at + 1)), *title);
    }
    assert_eq!(found.junk["/show.asp?id=99"].0, JunkKind::Broken);
}
