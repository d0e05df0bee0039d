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
        "---\nmarkdown: {select: tagged}\n---\nQ: a #card\nb\nA: c\n\nQ: d\nA: e\n\n<!-- id: x -->\nQ: f\nA: g\n",
        "4 basic\n  Front@4 a⏎b\n  Back@6 c\n12 basic #x\n  Front@12 f\n  Back@13 g\n",
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
