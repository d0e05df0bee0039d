//! Tables of sources and the notes they make.

use super::{defaults, read, read_with};

/// The source makes just these notes, and nothing is told.
fn check(source: &str, expect: &str) {
    let outcome = read(source);
    assert_eq!(outcome.human(), "", "{source}");
    assert_eq!(outcome.dump(), expect, "{source}");
}

/// As [`check`], whatever is told.
fn check_told(source: &str, expect: &str) {
    let outcome = read(source);
    assert!(!outcome.sink.is_empty(), "{source}");
    assert_eq!(outcome.dump(), expect, "{source}");
}

#[test]
fn headings_are_questions() {
    check("## Q\n\nA\n", "1 basic\n  Front@1 Q\n  Back@3 A\n");
    check("## Q ##\nA", "1 basic\n  Front@1 Q\n  Back@2 A\n");
    check("## C#\nA", "1 basic\n  Front@1 C#\n  Back@2 A\n");
    check(
        "# S\n\nprose\n\n## a\n\nb\n\nc\n\n## d\ne\n# T\nprose\n## f\ng",
        "5 basic > S\n  Front@5 a\n  Back@7 b⏎⏎c\n11 basic > S\n  Front@11 d\n  Back@12 e\n\
         15 basic > T\n  Front@15 f\n  Back@16 g\n",
    );
    // Deeper headings that name no field are text; those that do open it.
    check(
        "## a\nb\n### c\nd\n### Extra\n\ne\n\n### f\ng\n#### Source\nh\n",
        "1 basic\n  Front@1 a\n  Back@2 b⏎### c⏎d\n  Extra@7 e⏎⏎### f⏎g⏎#### Source⏎h\n",
    );
    check(
        "## title\n### Question\na\n### answer\nb\n",
        "1 basic\n  Front@3 a\n  Back@5 b\n",
    );
    check(
        "Title\n=====\n\n## a\nb",
        "4 basic > Title\n  Front@4 a\n  Back@5 b\n",
    );
}

#[test]
fn side_breaks_divide() {
    check(
        "## a\n\nb\n\n---\n\nc\n\n---\n\nd\n",
        "1 basic\n  Front@1 a⏎⏎b\n  Back@7 c⏎⏎---⏎⏎d\n",
    );
    check("## a\n\n---\n\nb", "1 basic\n  Front@1 a\n  Back@5 b\n");
    check("## a\n---\nb", "1 basic\n  Front@1 a\n  Back@3 b\n");
    check(
        "## a\n\nb\n\n***\n\n- - -\n\n----\n\nc",
        "1 basic\n  Front@1 a\n  Back@3 b⏎⏎***⏎⏎- - -⏎⏎----⏎⏎c\n",
    );
    check(
        "## a\n\n- x\n---\nb",
        "1 basic\n  Front@1 a⏎⏎- x\n  Back@5 b\n",
    );
    // A break inside of something is not one.
    check(
        "## a\n\n```\n---\n```\n\n    ---\n\n- x\n\n  ---\n\n> ---\n\n$$\n---\n$$\n",
        "1 basic\n  Front@1 a\n  Back@3 ```⏎---⏎```⏎⏎    ---⏎⏎- x⏎⏎  ---⏎⏎> ---⏎⏎$$⏎---⏎$$\n",
    );
    check(
        "## a\n### Extra\nx\n\n---\n\ny\n### Back\nb",
        "1 basic\n  Front@1 a\n  Back@9 b\n  Extra@3 x⏎⏎---⏎⏎y\n",
    );
}

#[test]
fn blocks_hide_what_looks_like_a_note() {
    for block in [
        "```\n## x\nQ: y\n```",
        "~~~~\n## x\n~~~\n~~~~",
        "- ## x\n\n  ## y",
        "> ## x\n> Q: y",
        "    ## x",
        "<div>\n## x\n</div>",
        "<!-- p\n\n## x\n\nQ: y\n-->\nz",
        "$$\n# x\n\n= y\n$$",
        "\\[\n# x\n\\]",
        "1. $$\n   a\n\n   - b\n   $$",
        "[latex]\n# x\n[/latex]",
        "#x\n##y",
        "\\## x",
    ] {
        let source = format!("## a\n\n{block}\n\n## c\nd\n");
        let outcome = read(&source);
        assert_eq!(outcome.notes.len(), 2, "{source}\n{}", outcome.dump());
        assert!(!outcome.sink.has_errors(), "{}", outcome.human());
    }
    // A forgotten end spoils its own note only.
    let outcome = read("## a\n$$ x\n\n## b\n$$y$$\n\n## c\n`x\n\n## d\n<!- x\n");
    assert_eq!(outcome.notes.len(), 4, "{}", outcome.dump());
}

#[test]
fn tails_and_comments_give_settings() {
    let body = "\n  Front@1 a\n  Back@2 b\n";
    for (tail, expect) in [
        ("{#x-1}", "1 basic #x-1"),
        ("^x1", "1 basic #x1"),
        ("{.t .u::v} ^x1", "1 basic .t .u::v #x1"),
        ("^x1 {.t}", "1 basic .t #x1"),
        ("{reversed flag=red}", "1 reversed Red"),
        ("{bidirectional suspended}", "1 reversed suspended"),
        (
            "{tags=\"x y\" deck=\"::E F\" type=typed}",
            "1 typed deck=D::E F .x .y",
        ),
        ("<!-- id: x -->", "1 basic #x"),
        ("{.t} <!-- {id: x, tags: [u]} -->", "1 basic .t .u #x"),
        ("{suspend=Card}   ", "1 basic suspended"),
    ] {
        check(&format!("## a {tail}\nb"), &format!("{expect}{body}"));
    }
    let body = "\n  Front@1 a\n  Back@6 b\n";
    for (comment, expect) in [
        ("<!-- id: x -->\n\n\n\n", "1 basic #x"),
        ("<!--\nid: x\ntags: t u\n-->\n", "1 basic .t .u #x"),
        (
            "<!-- id: x\n     tags: t\n     flag: blue\n\n-->",
            "1 basic .t #x Blue",
        ),
        ("<!-- id: x\ntags: t -->\n\n\n", "1 basic .t #x"),
        (
            "<!-- a remark: this -->\n\n<!-- {id: x} -->\n\n",
            "1 basic #x",
        ),
        ("<!-- deck: Other -->\n\n\n\n", "1 basic deck=Other"),
    ] {
        check(&format!("## a\n{comment}b"), &format!("{expect}{body}"));
    }
    check(
        "## a\n<!-- {Extra: e, Source: [s, t]} -->\nb",
        "1 basic\n  Front@1 a\n  Back@3 b\n  Extra@2 e\n  Source@2 s | t\n",
    );
    // Braces that are text.
    for text in [
        "{1, 2, 3}",
        "x{y}",
        "\\{x}",
        "{}",
        "$\\{x\\}$",
        "`{x}`",
        "{a b} c",
        "{{x}}",
        "^",
        "#t",
    ] {
        check(
            &format!("## a {text}\nb"),
            &format!("1 basic\n  Front@1 a {text}\n  Back@2 b\n"),
        );
    }
}

#[test]
fn sections_and_front_matter_are_inherited() {
    check(
        "---\ndeck: X\ntags: [t]\n---\n# A {.u type=reversed}\n## a\nb\n# B {deck=::B flag=3 suspended}\n## c\nd\n",
        "6 reversed deck=X .t .u > A\n  Front@6 a\n  Back@7 b\n\
         9 basic deck=X::B .t suspended Green > B\n  Front@9 c\n  Back@10 d\n",
    );
    check(
        "---\nmarkdown: {note-level: 3}\n...\n# A {deck=::A}\n## B {deck=::B}\n### a\nb\n## C\n### c {deck=::X}\nd\n",
        "6 basic deck=D::A::B > A > B\n  Front@6 a\n  Back@7 b\n9 basic deck=D::X > A > C\n  Front@9 c\n  Back@10 d\n",
    );
    check(
        "---\nmarkdown: {context: breadcrumb}\n---\n# A\n## a\nb\n## c\nd\n### Context\ne",
        "5 basic > A\n  Front@5 a\n  Back@6 b\n  Context@4 A\n7 basic > A\n  Front@7 c\n  Back@8 d\n  Context@10 e\n",
    );
    check("---\n---\n## a\nb", "3 basic\n  Front@3 a\n  Back@4 b\n");
    check(
        "---\nmarkdown: {select: tagged, card-tag: k}\n---\n## a #k\nb\n## c\nd\n## e {.k .l}\nf\n## g\n<!-- id: x -->\nh\n",
        "4 basic\n  Front@4 a\n  Back@5 b\n8 basic .l\n  Front@8 e\n  Back@9 f\n10 basic #x\n  Front@10 g\n  Back@12 h\n",
    );
    check(
        "---\nmarkdown: {select: tagged, card-tag: k}\n---\n## a #k/hard\nb\n## c #kk\nd\n## e #K/é/x\nf\n",
        "4 basic\n  Front@4 a\n  Back@5 b\n8 basic\n  Front@8 e\n  Back@9 f\n",
    );
    check(
        "---\nmarkdown: {select: tagged}\n---\nQ: a #card\nb\nA: c\n\nQ: d\nA: e\n\n<!-- id: x -->\nQ: f\nA: g\n",
        "4 basic\n  Front@4 a⏎b\n  Back@6 c\n12 basic #x\n  Front@12 f\n  Back@13 g\n",
    );
}

#[test]
fn a_cloze_behind_a_backslash_is_text() {
    check(
        r"## a
b \{{c1::x}}",
        "1 basic\n  Front@1 a\n  Back@2 b \\{{c1::x}}\n",
    );
}

#[test]
fn skip_note_and_switches_decide_what_is_a_note() {
    check(
        "## a {skip}\nb\n## c\nd",
        "3 basic\n  Front@3 c\n  Back@4 d\n",
    );
    check(
        "## a\n<!-- skip: true -->\n## c\nd",
        "3 basic\n  Front@3 c\n  Back@4 d\n",
    );
    check(
        "# A {skip}\n## a\nb\n# B\n## c\nd",
        "5 basic > B\n  Front@5 c\n  Back@6 d\n",
    );
    check(
        "## a\nb\n<!-- cards off -->\n## x\ny\n# S\n<!-- cards on -->\n## c\nd",
        "1 basic\n  Front@1 a\n  Back@2 b\n8 basic > S\n  Front@8 c\n  Back@9 d\n",
    );
    check(
        "## a {skip}\n#### c {note}\nd\n#### e\nf\n# g {note}\nh\n## i\nj",
        "2 basic > a\n  Front@2 c\n  Back@3 d\n6 basic\n  Front@6 g\n  Back@7 h\n8 basic\n  Front@8 i\n  Back@9 j\n",
    );
}

#[test]
fn labels_make_notes() {
    check("Q: a\nA: b\n", "1 basic\n  Front@1 a\n  Back@2 b\n");
    check(
        "# S {.t}\nQ:\na\n\nb\nA:   c\n- d\nE: e\n\nprose of e\nF: f\nB: g\nC: {{c1::h}}\nE: i\n\n---\nprose\n\nQ: j\nA: k",
        "2 basic .t > S\n  Front@3 a⏎⏎b\n  Back@6 c⏎- d\n  Extra@8 e⏎⏎prose of e\n\
         11 reversed .t > S\n  Front@11 f\n  Back@12 g\n13 cloze .t > S\n  Text@13 {{c1::h}}\n  Extra@14 i\n\
         19 basic .t > S\n  Front@19 j\n  Back@20 k\n",
    );
    check(
        "Q: a\nA: b\n\n<!-- {id: x, tags: t} -->\nQ: c\nA: d\n<!-- id: y -->\n\n<!-- remark -->\nC: {{c1::e}}",
        "1 basic\n  Front@1 a\n  Back@2 b\n5 basic .t #x\n  Front@5 c\n  Back@6 d\n10 cloze #y\n  Text@10 {{c1::e}}\n",
    );
    // A list or a quote above is ended by the next label, whatever CommonMark makes of it.
    check(
        "Q: a\nA:\n- b\n- c\nQ: d\nA: > e\nQ: f\nA:\n```\nQ: x\n```\n",
        "1 basic\n  Front@1 a\n  Back@3 - b⏎- c\n5 basic\n  Front@5 d\n  Back@6 > e\n7 basic\n  Front@7 f\n  Back@9 ```⏎Q: x⏎```\n",
    );
    check(
        "Q: a\n\\A: x\nA: b\n  Q: c\n- Q: d",
        "1 basic\n  Front@1 a⏎A: x\n  Back@3 b⏎  Q: c⏎- Q: d\n",
    );
    check(
        "Q: a\nA: C:\\x A: b\nC:\\y\n",
        "1 basic\n  Front@1 a\n  Back@2 C:\\x A: b⏎C:\\y\n",
    );
    check(
        "Q: a\nA: $$\nA: b\n\nc\n$$\n",
        "1 basic\n  Front@1 a\n  Back@2 $$⏎A: b⏎⏎c⏎$$\n",
    );
    check(
        "---\ntype: drug\n---\nD: a\nK: b\n",
        "4 drug\n  Drug@4 a\n  Class@5 b\n",
    );
    check(
        "---\ntype: typed\n---\nQ: a\nA: b\n",
        "4 typed\n  Front@4 a\n  Back@5 b\n",
    );
    check(
        "Q: {{c1::a}}\nA: b\n",
        "1 cloze\n  Text@1 {{c1::a}}\n  Extra@2 b\n",
    );
    check(
        "<!-- type: typed -->\nQ: a\nA: b\n",
        "2 typed\n  Front@2 a\n  Back@3 b\n",
    );
    check(
        "Q: a\nA: b\n## S {.t}\nQ: c\nA: d\n",
        "1 basic\n  Front@1 a\n  Back@2 b\n4 basic .t > S\n  Front@4 c\n  Back@5 d\n",
    );
    check(
        "<!-- skip: true -->\nQ: a\nA: b\nQ: c\nA: d\n",
        "4 basic\n  Front@4 c\n  Back@5 d\n",
    );
    check_told(
        "## a\nb\nQ: c\nA: d\n",
        "1 basic\n  Front@1 a\n  Back@2 b⏎Q: c⏎A: d\n",
    );
    check(
        "## a\nA: b\nB: c\n",
        "1 basic\n  Front@1 a\n  Back@2 A: b⏎B: c\n",
    );
}

#[test]
fn clozes_choose_type_and_fields() {
    check(
        "## a\n{{c1::b}}\n\n---\n\nc",
        "1 cloze\n  Text@2 {{c1::b}}\n  Extra@6 c\n  Title@1 a\n",
    );
    check(
        "## {{c1::a}}\nb",
        "1 cloze\n  Text@1 {{c1::a}}\n  Extra@2 b\n",
    );
    check("## {{c1::a}}\n", "1 cloze\n  Text@1 {{c1::a}}\n");
    check(
        "## {{c1::a}}\n\n{{c2::b}}\n",
        "1 cloze\n  Text@1 {{c1::a}}⏎⏎{{c2::b}}\n",
    );
    check(
        "## a {cloze}\n==b==\n",
        "1 cloze\n  Text@2 ==b==\n  Title@1 a\n",
    );
    check("## a\n==b==\n", "1 basic\n  Front@1 a\n  Back@2 ==b==\n");
    check(
        "---\ncloze: {highlight: auto}\n---\n## a\n==b== x == y\n",
        "4 cloze\n  Text@5 ==b== x == y\n  Title@4 a\n",
    );
    check(
        "---\ncloze: {highlight: auto}\n---\n## a == b\nc == d\n",
        "4 basic\n  Front@4 a == b\n  Back@5 c == d\n",
    );
    check(
        "## a {reversed}\n{{c1::b}}",
        "1 reversed\n  Front@1 a\n  Back@2 {{c1::b}}\n",
    );
    check(
        "## {{c1::a}} {gap}\nb",
        "1 gap\n  Sentence@1 {{c1::a}}\n  Hint@2 b\n",
    );
    check(
        "## a {cloze}\n### Text\n{{c1::b}}\n",
        "1 cloze\n  Text@3 {{c1::b}}\n  Title@1 a\n",
    );
    check(
        "---\ncloze: {curly: true}\n---\n## a is {b} {cloze}\n",
        "4 cloze\n  Text@4 a is {b}\n",
    );
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let lf = "---\ntags: [t]\n---\n# S\n## a {.x}   \n<!-- id: i -->  \nb  \nc\n\n---   \n\nd\n\\Q: e\n## f\ng";
    let expect = read(lf).dump();
    assert_eq!(
        expect,
        "5 basic .t .x #i > S\n  Front@5 a⏎⏎b  ⏎c\n  Back@12 d⏎Q: e\n14 basic .t > S\n  Front@14 f\n  Back@15 g\n"
    );
    let crlf = lf.replace('\n', "\r\n");
    for source in [
        crlf.clone(),
        format!("\u{feff}{lf}"),
        format!("\u{feff}{crlf}\r\n"),
        format!("{lf}\n\n"),
    ] {
        let outcome = read(&source);
        assert_eq!(outcome.human(), "", "{source:?}");
        assert_eq!(outcome.dump(), expect, "{source:?}");
    }
    // The first line is a note right behind the mark.
    check("\u{feff}## a\nb", "1 basic\n  Front@1 a\n  Back@2 b\n");
    check("\u{feff}Q: a\nA: b", "1 basic\n  Front@1 a\n  Back@2 b\n");
    check(
        "\u{feff}a\n===\n## b\nc",
        "3 basic > a\n  Front@3 b\n  Back@4 c\n",
    );
    // Characters that look like nothing stay as they are.
    check(
        "## a\u{200b}\nb\u{f0000}\u{a0}",
        "1 basic\n  Front@1 a\u{200b}\n  Back@2 b\u{f0000}\u{a0}\n",
    );
}

#[test]
fn examples_of_the_format_are_read() {
    let valves = "---\ntags: [anatomy::heart]\n---\n# Valves {.valves}\n\nFree text here is prose and makes no card.\n\n\
        ## Which valve lies between left atrium and left ventricle?\n<!-- id: mitral-where -->\n\nThe **mitral** (bicuspid) valve.\n\n\
        ![[heart cross section.png|420]]\n\n### Extra\n\nPapillary muscles keep the cusps from flapping back.\n\n\
        ## Name the structure marked by the arrow {#arrow-1 flag=orange}\n\n![echo](<img/echo 1.png>){width=300}\n\n---\n\n\
        Left atrial appendage\n\n1. why it matters\n   - anticoagulate\n2. seen best in **TEE**\n\n\
        ## Severe mitral stenosis: numbers {cloze}\n\nValve area < {{c1::1.0 cm²}}.\n\n---\n\n| grade | area |\n|---|---|\n| mild | > 1.5 cm² |\n";
    check(
        valves,
        "8 basic .anatomy::heart .valves #mitral-where > Valves\n  Front@8 Which valve lies between left atrium and left ventricle?\n  \
         Back@11 The **mitral** (bicuspid) valve.⏎⏎![[heart cross section.png|420]]\n  Extra@17 Papillary muscles keep the cusps from flapping back.\n\
         19 basic .anatomy::heart .valves #arrow-1 Orange > Valves\n  Front@19 Name the structure marked by the arrow⏎⏎![echo](<img/echo 1.png>){width=300}\n  \
         Back@25 Left atrial appendage⏎⏎1. why it matters⏎   - anticoagulate⏎2. seen best in **TEE**\n\
         31 cloze .anatomy::heart .valves > Valves\n  Text@33 Valve area < {{c1::1.0 cm²}}.\n  Extra@37 | grade | area |⏎|---|---|⏎| mild | > 1.5 cm² |\n  \
         Title@31 Severe mitral stenosis: numbers\n",
    );
    let analysis = "---\ndeck: Maths::Analysis\ntags: [semester1]\n---\nQ: When is $f:\\R\\to\\R$ continuous at $a$?\nA:\n$$\n\\forall x % a\n|x-a|<\\delta\n$$\n\n\
        Costs \\$0; price $5 and $10 are not math.\n\nC: The derivative of $\\sqrt{x}$ is {{c1::$\\frac{1}{2\\sqrt{x}}$}}.\n\n\
        <!-- {id: cs, tags: [inequality]} -->\nC: Cauchy: \\(x \\le {{c1::y}}\\)\nE: equality iff\n\nF: $\\sum$\nB: $\\frac{1}{1-q}$\n";
    check(
        analysis,
        "5 basic deck=Maths::Analysis .semester1\n  Front@5 When is $f:\\R\\to\\R$ continuous at $a$?\n  \
         Back@7 $$⏎\\forall x % a⏎|x-a|<\\delta⏎$$⏎⏎Costs \\$0; price $5 and $10 are not math.\n\
         14 cloze deck=Maths::Analysis .semester1\n  Text@14 The derivative of $\\sqrt{x}$ is {{c1::$\\frac{1}{2\\sqrt{x}}$}}.\n\
         17 cloze deck=Maths::Analysis .semester1 .inequality #cs\n  Text@17 Cauchy: \\(x \\le {{c1::y}}\\)\n  Extra@18 equality iff\n\
         20 reversed deck=Maths::Analysis .semester1\n  Front@20 $\\sum$\n  Back@21 $\\frac{1}{1-q}$\n",
    );
    let rust = "---\ndeck: Code::Rust\n---\n## What does `Vec<T>::with_capacity` guarantee?\n<!-- id: vec-cap -->\n\nAt least `n`.\n\n```rust\nlet v;\n```\n\n\
        ## Complete the signature {cloze #read-to-string}\n\n```rust\nfn read() -> {{c1::String}} {\n}\n```\n\n---\n\n`?` propagates\n\n\
        ## Show a fenced block\n\n````md\n```sh\n## hi\n```\n````\n\n## Which operator?\n\n- `a`\n  - use\n    1. expression\n";
    check(
        rust,
        "4 basic deck=Code::Rust #vec-cap\n  Front@4 What does `Vec<T>::with_capacity` guarantee?\n  Back@7 At least `n`.⏎⏎```rust⏎let v;⏎```\n\
         13 cloze deck=Code::Rust #read-to-string\n  Text@15 ```rust⏎fn read() -> {{c1::String}} {⏎}⏎```\n  Extra@22 `?` propagates\n  Title@13 Complete the signature\n\
         24 basic deck=Code::Rust\n  Front@24 Show a fenced block\n  Back@26 ````md⏎```sh⏎## hi⏎```⏎````\n\
         32 basic deck=Code::Rust\n  Front@32 Which operator?\n  Back@34 - `a`⏎  - use⏎    1. expression\n",
    );
    let rome = "---\ndeck: History::Rome\ncloze: {highlight: explicit}\nmarkdown: {context: breadcrumb}\n---\n# Late Republic\n\n## Crossing the Rubicon {cloze}\n<!-- id: rubicon -->\n\n\
        In ==49 BC==.\n\n---\n\n> *alea iacta est*[^1]\n\n[^1]: Plutarch.\n\n## Why is it marked?\n\nThe ==Rubicon== marked it.\n";
    check(
        rome,
        "8 cloze deck=History::Rome #rubicon > Late Republic\n  Text@11 In ==49 BC==.\n  Extra@15 > *alea iacta est*[^1]⏎⏎[^1]: Plutarch.\n  Title@8 Crossing the Rubicon\n  Context@6 Late Republic\n\
         19 basic deck=History::Rome > Late Republic\n  Front@19 Why is it marked?\n  Back@21 The ==Rubicon== marked it.\n  Context@6 Late Republic\n",
    );
}

#[test]
fn options_of_the_project_hold_where_the_file_says_nothing() {
    let mut defaults = defaults();
    defaults.markdown.note_level = 1;
    let outcome = read_with("# a\nb\n\nc\n===\nd\n", &defaults);
    assert_eq!(outcome.human(), "");
    assert_eq!(outcome.notes.len(), 2, "{}", outcome.dump());
}

/// A file with these settings of `markdown`, which takes three lines.
fn check_with(settings: &str, source: &str, expect: &str) {
    check(
        &format!("---\nmarkdown: {{{settings}}}\n---\n{source}"),
        expect,
    );
}

#[test]
fn rows_are_notes() {
    check(
        "<!-- notes -->\n\n| Front | Back | id |\n|---|---|---|\n| moneo | I warn | moneo |\n| amo | I love | |\n",
        "5 basic #moneo\n  Front@5 moneo\n  Back@5 I warn\n6 basic\n  Front@6 amo\n  Back@6 I love\n",
    );
    check(
        "<!-- notes: drug -->\nname | Class | tags | flag | suspend | deck\n---|---|---|---|---|---\naspirin | NSAID | a b | red | true | ::X",
        "4 drug deck=D::X .a .b suspended Red\n  Drug@4 aspirin\n  Class@4 NSAID\n",
    );
    // A bar in code, formulas and wiki links is text; elsewhere a backslash makes it text.
    check(
        "<!-- notes -->\n\n| Front | Back |\n|:--|--:|\n| `a|b` $x|y$ | ![[p.png|3]] \\(|z|\\) |\n| p \\| q `r \\| s` | $\\|v\\|$ |\n| $5 | $6 |\n",
        "5 basic\n  Front@5 `a|b` $x|y$\n  Back@5 ![[p.png|3]] \\(|z|\\)\n6 basic\n  Front@6 p | q `r | s`\n  Back@6 $\\|v\\|$\n7 basic\n  Front@7 $5\n  Back@7 $6\n",
    );
    // A cell is a line of text.
    check(
        "<!-- notes -->\n|**Front**|`Back`|\n|-|-|\n|1. May|-|\n|# x|> y|\n|[a]: b|1990|\n",
        "4 basic\n  Front@4 1\\. May\n  Back@4 \\-\n5 basic\n  Front@5 \\# x\n  Back@5 \\> y\n6 basic\n  Front@6 \\[a]: b\n  Back@6 1990\n",
    );
    // Clozes, types, rows that are left out, comments, further fields.
    check(
        "<!-- notes -->\n| q | a | Extra | skip |\n|-|-|-|-|\n| a | b | e <!-- | --> | |\n| c | | | true |\n| | | | |\n",
        "4 basic\n  Front@4 a\n  Back@4 b\n  Extra@4 e <!-- | -->\n",
    );
    check(
        "<!-- notes -->\n| type | Front | Back |\n|-|-|-|\n| reversed | a | b |\n| | c | d |\n",
        "4 reversed\n  Front@4 a\n  Back@4 b\n5 basic\n  Front@5 c\n  Back@5 d\n",
    );
    check(
        "<!-- notes -->\n| cloze | Extra |\n|-|-|\n| {{c1::a}} | b |\n",
        "4 cloze\n  Text@4 {{c1::a}}\n  Extra@4 b\n",
    );
}

#[test]
fn tables_and_lists_stand_in_files_of_both_forms() {
    let table = "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| a | b |\n";
    check(
        &format!("# S {{.s}}\n\n{table}\n## c\n\nd\n"),
        "7 basic .s > S\n  Front@7 a\n  Back@7 b\n9 basic .s > S\n  Front@9 c\n  Back@11 d\n",
    );
    // A heading with nothing but notes below it is their section.
    check(
        &format!("## Words {{.w type=reversed}}\n\n{table}\n## c\n\nd\n"),
        "7 reversed .w > Words\n  Front@7 a\n  Back@7 b\n9 basic\n  Front@9 c\n  Back@11 d\n",
    );
    check(
        &format!("Q: c\nA: d\n\n{table}\nQ: e\nA: f\n"),
        "1 basic\n  Front@1 c\n  Back@2 d\n8 basic\n  Front@8 a\n  Back@8 b\n10 basic\n  Front@10 e\n  Back@11 f\n",
    );
    check(
        &format!("## c\n\nd\n\n{table}\n## e\n\nf\n"),
        "1 basic\n  Front@1 c\n  Back@3 d\n9 basic\n  Front@9 a\n  Back@9 b\n11 basic\n  Front@11 e\n  Back@13 f\n",
    );
    check(&format!("## Old {{skip}}\n\nx\n\n{table}"), "");
    check(
        &format!("<!-- cards off -->\n{table}<!-- cards on -->\n## a\nb"),
        "8 basic\n  Front@8 a\n  Back@9 b\n",
    );
    check_with(
        "inline: true",
        "## Words {.w}\n- a :: b\n### Verbs {.v}\n- c ::: d\n\n## e\nf\n",
        "5 basic .w > Words\n  Front@5 a\n  Back@5 b\n7 reversed .w .v > Words > Verbs\n  Front@7 c\n  Back@7 d\n9 basic\n  Front@9 e\n  Back@10 f\n",
    );
}

#[test]
fn items_are_notes() {
    let check = |source: &str, expect: &str| check_with("inline: true", source, expect);
    check(
        "- amo :: I love ^amo\n- amas :: you love\n- amat ::: he loves\n  - also *she loves*\n",
        "4 basic #amo\n  Front@4 amo\n  Back@4 I love\n5 basic\n  Front@5 amas\n  Back@5 you love\n6 reversed\n  Front@6 amat\n  Back@6 he loves⏎- also *she loves*\n",
    );
    check(
        "1. a :: b\nc\n\n   d\n\n   ```\n     e :: f\n   ```\n2) g ::\n   - h :: i\n\nprose\n",
        "4 basic\n  Front@4 a\n  Back@4 b⏎c⏎⏎d⏎⏎```⏎  e :: f⏎```\n12 basic\n  Front@12 g\n  Back@13 - h :: i\n",
    );
    // The box of a task is no part of the question.
    check(
        "- [ ] a :: b\n  c\n- [x]\td ::: e\n- [y] f :: g\n",
        "4 basic\n  Front@4 a\n  Back@4 b⏎c\n6 reversed\n  Front@6 d\n  Back@6 e\n7 basic\n  Front@7 [y] f\n  Back@7 g\n",
    );
    // In an item that is none, but not in quotes, code or headings.
    check(
        "- topic\n  - a :: b\n\t- c ::: d\n> - e :: f\n\n- # g :: h\n- `i :: j` and std::k::l\n- ```\n  l :: m\n  ```\n",
        "5 basic\n  Front@5 a\n  Back@5 b⏎- c ::: d\n",
    );
    check(
        "* a `x :: y` [p :: q](r) :: $s :: t$ :: u {.tag flag=red} ^id\n",
        "4 basic .tag #id Red\n  Front@4 a `x :: y` [p :: q](r)\n  Back@4 $s :: t$ :: u\n",
    );
    check(
        "- set :: {a, b}\n- {{c1::x :: y}} :: z\n",
        "4 basic\n  Front@4 set\n  Back@4 {a, b}\n5 cloze\n  Text@5 {{c1::x :: y}}\n  Extra@5 z\n",
    );
    check(
        "- a :: b <!-- {id: x, Extra: e} -->\n- c :: d\n  <!-- id: y -->\n  f\n",
        "4 basic #x\n  Front@4 a\n  Back@4 b\n  Extra@4 e\n5 basic #y\n  Front@5 c\n  Back@5 d⏎f\n",
    );
    check(
        "- a :: b {skip}\n- c :: d {typed}\n",
        "5 typed\n  Front@5 c\n  Back@5 d\n",
    );
}

#[test]
fn signs_win_over_plain_types_only() {
    let check = |note_type: &str, source: &str, expect: &str| {
        let front = format!("---\ntype: {note_type}\nmarkdown: {{inline: true}}\n---\n");
        check(&(front + source), expect);
    };
    check("reversed", "- a :: b", "5 basic\n  Front@5 a\n  Back@5 b\n");
    check("typed", "- a :: b", "5 typed\n  Front@5 a\n  Back@5 b\n");
    check("drug", "- a :: b", "5 drug\n  Drug@5 a\n  Class@5 b\n");
    check("cloze", "- a :: b", "5 basic\n  Front@5 a\n  Back@5 b\n");
    check(
        "cloze",
        "- {{c1::a}} :: b",
        "5 cloze\n  Text@5 {{c1::a}}\n  Extra@5 b\n",
    );
    check("drug", "- a ::: b", "5 reversed\n  Front@5 a\n  Back@5 b\n");
}

#[test]
fn hashtags_are_tags() {
    check_with(
        "hashtags: true, inline: true",
        "# S #s\n## C # 5 #a/b #über {.x} ^id\n\nc #no\n\n# T\n- d :: e #f\n",
        "5 basic .s .x .a::b .über #id > S\n  Front@5 C # 5\n  Back@7 c #no\n10 basic .f > T\n  Front@10 d\n  Back@10 e\n",
    );
    check_with(
        "hashtags: true",
        "Q: a #x\nmore #no\nA: b #y #z <!-- c -->\n",
        "4 basic .x .y .z\n  Front@4 a⏎more #no\n  Back@6 b <!-- c -->\n",
    );
    check("## a #b\n\nc\n", "1 basic\n  Front@1 a #b\n  Back@3 c\n");
}

#[test]
fn the_obsidian_profile_is_a_set_of_settings() {
    let vault =
        "---\naliases: [x]\ntags: [bio/cells]\ncreated: 2024\nmarkdown: {profile: obsidian}\n---\n";
    check(
        &format!("{vault}## a #card #t/u\n\nb %% c\n\n## d #card\n%%\n\n## e\n\nf\n\n- g :: h\n"),
        "7 basic .bio::cells .t::u\n  Front@7 a\n  Back@9 b %% c⏎⏎## d #card⏎%%\n18 basic .bio::cells > e\n  Front@18 g\n  Back@18 h\n",
    );
    check(
        "---\nmarkdown: {select: all, breaks: soft, profile: obsidian, hashtags: false}\n---\n## a #b\n\nc\n",
        "4 basic\n  Front@4 a #b\n  Back@6 c\n",
    );
}
