//! The layout of official documents by one click.

use zhanqun::domain::content::layout;

#[test]
fn a_notice_is_laid_out() {
    let html = "<p>各乡镇人民政府、街道办事处：</p>\n<p>　　现将有关事项通知如下。</p>\n<p>一、提高认识</p>\n<p>工作很重要。</p>\n<p>（一）摸清底数</p>\n<p>（二）排查隐患。各单位要全面排查。</p>\n<p>1.5倍以上的，从严处理。</p>\n<p>二、压实责任</p>\n<p class=\"center\">（正文完）</p>\n<p>华蓥市民政局</p>\n<p>2026年11月25日</p>\n<p>附件：名单</p>";
    let expected = "<p>各乡镇人民政府、街道办事处：</p>\n<p class=\"indent\">现将有关事项通知如下。</p>\n<h2>一、提高认识</h2>\n<p class=\"indent\">工作很重要。</p>\n<h3>（一）摸清底数</h3>\n<p class=\"indent\">（二）排查隐患。各单位要全面排查。</p>\n<p class=\"indent\">1.5倍以上的，从严处理。</p>\n<h2>二、压实责任</h2>\n<p class=\"center\">（正文完）</p>\n<p class=\"signature\">华蓥市民政局</p>\n<p class=\"signature\">2026年11月25日</p>\n<p class=\"indent\">附件：名单</p>";
    assert_eq!(layout(html), expected);
    assert_eq!(layout(expected), expected);
}

#[test]
fn levels_leave_none_out() {
    let html = "<p>（一）摸清底数</p>\n<p><strong>1.分类统计</strong></p>\n<p>文</p>";
    assert_eq!(layout(html), "<h2>（一）摸清底数</h2>\n<h3>1.分类统计</h3>\n<p class=\"indent\">文</p>");
    // Below a title in the body.
    let titled = "<h2>通知</h2>\n<p>一、提高认识</p>";
    assert_eq!(layout(titled), "<h2>通知</h2>\n<h3>一、提高认识</h3>");
}

#[test]
fn tables_lists_and_pictures_are_left_alone() {
    let html = "<ul>\n<li>一、甲</li>\n</ul>\n<table>\n<tbody>\n<tr>\n<td>二〇二六年十一月一日</td>\n<td>乙</td>\n</tr>\n</tbody>\n</table>\n<p><img src=\"/a.png\" alt=\"会\"></p>";
    assert_eq!(layout(html), html);
}

#[test]
fn a_second_click_changes_nothing() {
    for html in
        ["<hr>\n\n<a href=\"/x\">看</a><p>一</p>", "<p>一</p>\n <em>二</em> \n<hr>\n", "\n<em>一</em>\n\n<p>二</p>"]
    {
        let once = layout(html);
        assert_eq!(layout(&once), once, "{html}");
    }
}
