//! Names of programming languages, as they stand behind the fence of a code block.

/// Names and the one that stands in the class of the code: `language-rust`.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &str)] = &[
    ("abap", "abap"), ("abnf", "abnf"), ("actionscript", "actionscript"), ("ada", "ada"),
    ("adoc", "asciidoc"), ("agda", "agda"), ("apex", "apex"), ("apl", "apl"),
    ("applescript", "applescript"), ("arduino", "arduino"), ("armasm", "asm"),
    ("asciidoc", "asciidoc"), ("asm", "asm"), ("assembly", "asm"), ("awk", "awk"), ("bash", "bash"),
    ("basic", "basic"), ("bat", "batch"), ("batch", "batch"), ("bibtex", "bibtex"), ("bnf", "bnf"),
    ("brainfuck", "brainfuck"), ("c", "c"), ("c#", "csharp"), ("c++", "cpp"), ("cabal", "cabal"),
    ("cc", "cpp"), ("cjs", "javascript"), ("clj", "clojure"), ("clojure", "clojure"),
    ("cmake", "cmake"), ("cobol", "cobol"), ("coffeescript", "coffeescript"),
    ("common-lisp", "lisp"), ("console", "console"), ("coq", "coq"), ("cpp", "cpp"),
    ("crontab", "crontab"), ("crystal", "crystal"), ("cs", "csharp"), ("csharp", "csharp"),
    ("cson", "coffeescript"), ("css", "css"), ("csv", "csv"), ("cts", "typescript"),
    ("cuda", "cuda"), ("cxx", "cpp"), ("cypher", "cypher"), ("cython", "cython"), ("d", "d"),
    ("dart", "dart"), ("delphi", "pascal"), ("diff", "diff"), ("docker", "dockerfile"),
    ("dockerfile", "dockerfile"), ("dot", "dot"), ("dotenv", "dotenv"), ("ebnf", "ebnf"),
    ("edn", "clojure"), ("el", "lisp"), ("elisp", "lisp"), ("elixir", "elixir"), ("elm", "elm"),
    ("env", "dotenv"), ("erb", "erb"), ("erl", "erlang"), ("erlang", "erlang"), ("ex", "elixir"),
    ("exs", "elixir"), ("f#", "fsharp"), ("f90", "fortran"), ("f95", "fortran"), ("fish", "fish"),
    ("forth", "forth"), ("fortran", "fortran"), ("fs", "fsharp"), ("fsharp", "fsharp"),
    ("fsx", "fsharp"), ("gd", "gdscript"), ("gdscript", "gdscript"), ("gitignore", "gitignore"),
    ("glsl", "glsl"), ("gnuplot", "gnuplot"), ("go", "go"), ("golang", "go"), ("gomod", "gomod"),
    ("gql", "graphql"), ("gradle", "groovy"), ("graphql", "graphql"), ("groff", "groff"),
    ("groovy", "groovy"), ("gv", "dot"), ("h", "c"), ("haml", "haml"), ("handlebars", "handlebars"),
    ("haskell", "haskell"), ("hbs", "handlebars"), ("hcl", "hcl"), ("hlsl", "hlsl"), ("hpp", "cpp"),
    ("hs", "haskell"), ("htm", "html"), ("html", "html"), ("http", "http"), ("hxx", "cpp"),
    ("idris", "idris"), ("ini", "ini"), ("j2", "jinja"), ("java", "java"),
    ("javascript", "javascript"), ("jinja", "jinja"), ("jinja2", "jinja"), ("jl", "julia"),
    ("jq", "jq"), ("js", "javascript"), ("json", "json"), ("json5", "json"), ("jsonc", "json"),
    ("jsonnet", "jsonnet"), ("jsx", "jsx"), ("julia", "julia"), ("kotlin", "kotlin"),
    ("ksh", "bash"), ("kt", "kotlin"), ("kts", "kotlin"), ("latex", "latex"), ("lean", "lean"),
    ("lean4", "lean"), ("less", "less"), ("lhs", "haskell"), ("lisp", "lisp"),
    ("livescript", "livescript"), ("llvm", "llvm"), ("lua", "lua"), ("make", "makefile"),
    ("makefile", "makefile"), ("markdown", "markdown"), ("mathematica", "mathematica"),
    ("matlab", "matlab"), ("md", "markdown"), ("mediawiki", "mediawiki"), ("mermaid", "mermaid"),
    ("mips", "asm"), ("mjs", "javascript"), ("mk", "makefile"), ("ml", "ocaml"),
    ("mts", "typescript"), ("mysql", "sql"), ("nasm", "asm"), ("nginx", "nginx"), ("nim", "nim"),
    ("ninja", "ninja"), ("nix", "nix"), ("node", "javascript"), ("nodejs", "javascript"),
    ("objc", "objectivec"), ("objcpp", "objectivecpp"), ("objective-c", "objectivec"),
    ("objectivec", "objectivec"), ("ocaml", "ocaml"), ("octave", "matlab"), ("odin", "odin"),
    ("org", "org"), ("pascal", "pascal"), ("patch", "diff"), ("perl", "perl"), ("php", "php"),
    ("pl", "perl"), ("plain", ""), ("plaintext", ""), ("plsql", "sql"), ("postgres", "sql"),
    ("postgresql", "sql"), ("powershell", "powershell"), ("prolog", "prolog"),
    ("properties", "ini"), ("proto", "protobuf"), ("protobuf", "protobuf"), ("ps1", "powershell"),
    ("psql", "sql"), ("puppet", "puppet"), ("purescript", "purescript"), ("py", "python"),
    ("pycon", "python"), ("pyi", "python"), ("python", "python"), ("python3", "python"),
    ("qml", "qml"), ("r", "r"), ("racket", "racket"), ("raku", "raku"), ("rb", "ruby"),
    ("reason", "reason"), ("regex", "regex"), ("regexp", "regex"), ("rego", "rego"),
    ("rest", "rst"), ("rkt", "racket"), ("robot", "robot"), ("rs", "rust"), ("rscript", "r"),
    ("rst", "rst"), ("ruby", "ruby"), ("rust", "rust"), ("sas", "sas"), ("sass", "sass"),
    ("scala", "scala"), ("scheme", "scheme"), ("scm", "scheme"), ("scss", "scss"), ("sh", "bash"),
    ("sh-session", "console"), ("shell", "bash"), ("shellsession", "console"),
    ("smalltalk", "smalltalk"), ("sml", "sml"), ("sol", "solidity"), ("solidity", "solidity"),
    ("sparql", "sparql"), ("sql", "sql"), ("sqlite", "sql"), ("stata", "stata"), ("styl", "stylus"),
    ("stylus", "stylus"), ("sv", "verilog"), ("svelte", "svelte"), ("svg", "xml"),
    ("swift", "swift"), ("systemverilog", "verilog"), ("tcl", "tcl"), ("terminal", "console"),
    ("terraform", "hcl"), ("tex", "latex"), ("text", ""), ("textile", "textile"), ("tf", "hcl"),
    ("thrift", "thrift"), ("toml", "toml"), ("troff", "groff"), ("ts", "typescript"),
    ("tsql", "sql"), ("tsx", "tsx"), ("turtle", "turtle"), ("twig", "twig"), ("txt", ""),
    ("typ", "typst"), ("typescript", "typescript"), ("typst", "typst"), ("v", "v"), ("vb", "vb"),
    ("verilog", "verilog"), ("vhdl", "vhdl"), ("vim", "vim"), ("viml", "vim"), ("vue", "vue"),
    ("vyper", "vyper"), ("wasm", "wasm"), ("wat", "wasm"), ("wgsl", "wgsl"),
    ("wolfram", "mathematica"), ("x86asm", "asm"), ("xhtml", "html"), ("xml", "xml"),
    ("xsd", "xml"), ("yaml", "yaml"), ("yml", "yaml"), ("zig", "zig"), ("zsh", "bash"),
];

/// Languages that can be read, by the names of their classes, and the scopes of their grammars.
#[cfg(feature = "highlight")]
#[rustfmt::skip]
const GRAMMARS: &[(&str, &str)] = &[
    ("actionscript", "source.actionscript.2"), ("ada", "source.ada"),
    ("applescript", "source.applescript"), ("arduino", "source.c++"), ("asciidoc", "text.asciidoc"),
    ("asm", "source.asm.x86_64"), ("awk", "source.awk"), ("bash", "source.shell.bash"),
    ("batch", "source.dosbatch"), ("bibtex", "text.bibtex"), ("c", "source.c"),
    ("cabal", "source.cabal"), ("clojure", "source.clojure"), ("cmake", "source.cmake"),
    ("coffeescript", "source.coffee"), ("cpp", "source.c++"), ("crontab", "source.crontab"),
    ("crystal", "source.crystal"), ("csharp", "source.cs"), ("css", "source.css"),
    ("cuda", "source.c++"), ("cython", "source.python"), ("d", "source.d"), ("dart", "source.dart"),
    ("diff", "source.diff"), ("dockerfile", "source.dockerfile"), ("dot", "source.dot"),
    ("dotenv", "source.env"), ("elixir", "source.elixir"), ("elm", "source.elm"),
    ("erb", "text.html.ruby"), ("erlang", "source.erlang"), ("fish", "source.shell.fish"),
    ("fortran", "source.modern-fortran"), ("fsharp", "source.fsharp"),
    ("gdscript", "source.gdscript"), ("gitignore", "text.git.ignore"), ("glsl", "source.glsl"),
    ("gnuplot", "source.gnuplot"), ("go", "source.go"), ("gomod", "source.gomod"),
    ("graphql", "source.graphql"), ("groff", "text.groff"), ("groovy", "source.groovy"),
    ("haml", "text.haml"), ("haskell", "source.haskell"), ("hcl", "source.terraform"),
    ("html", "text.html.basic"), ("http", "text.http-request-response"), ("idris", "source.idris2"),
    ("ini", "source.ini"), ("java", "source.java"), ("javascript", "source.js"),
    ("jinja", "text.html.jinja2"), ("jq", "source.jq"), ("json", "source.json"),
    ("jsonnet", "source.jsonnet"), ("jsx", "source.tsx"), ("julia", "source.julia"),
    ("kotlin", "source.Kotlin"), ("latex", "text.tex.latex"), ("lean", "source.lean4"),
    ("less", "source.less"), ("lisp", "source.lisp"), ("livescript", "source.livescript"),
    ("llvm", "source.llvm"), ("lua", "source.lua"), ("makefile", "source.makefile"),
    ("markdown", "text.html.markdown"), ("matlab", "source.matlab"),
    ("mediawiki", "text.html.mediawiki"), ("nginx", "source.nginx"), ("nim", "source.nim"),
    ("ninja", "source.ninja"), ("nix", "source.nix"), ("objectivec", "source.objc"),
    ("objectivecpp", "source.objc++"), ("ocaml", "source.ocaml"), ("odin", "source.odin"),
    ("org", "text.orgmode"), ("pascal", "source.pascal"), ("perl", "source.perl"),
    ("php", "embedding.php"), ("protobuf", "source.proto"), ("puppet", "source.puppet"),
    ("purescript", "source.purescript"), ("python", "source.python"), ("qml", "source.qml"),
    ("r", "source.r"), ("racket", "source.racket"), ("regex", "source.regexp"),
    ("rego", "source.rego"), ("robot", "source.robot"), ("rst", "text.restructuredtext"),
    ("ruby", "source.ruby"), ("rust", "source.rust"), ("sass", "source.sass"),
    ("scala", "source.scala"), ("scheme", "source.lisp"), ("scss", "source.scss"),
    ("sml", "source.sml"), ("solidity", "source.solidity"), ("sql", "source.sql"),
    ("stylus", "source.stylus"), ("svelte", "text.html.svelte"), ("swift", "source.swift"),
    ("tcl", "source.tcl"), ("textile", "text.html.textile"), ("toml", "source.toml"),
    ("tsx", "source.tsx"), ("twig", "text.html.twig"), ("typescript", "source.ts"),
    ("typst", "text.typst"), ("verilog", "source.systemverilog"), ("vhdl", "source.vhdl"),
    ("vim", "source.viml"), ("vue", "text.html.vue"), ("vyper", "source.vyper"),
    ("wgsl", "source.wgsl"), ("xml", "text.xml"), ("yaml", "source.yaml"), ("zig", "source.zig"),
];

/// The language that a name means; empty for plain text, `None` where it is not known.
pub(super) fn language(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let found = LANGUAGES.binary_search_by(|(other, _)| (*other).cmp(&name));
    let (_, language) = LANGUAGES.get(found.ok()?)?;
    Some(language)
}

/// The scope of the grammar that reads this language, if there is one.
#[cfg(feature = "highlight")]
pub(super) fn grammar(language: &str) -> Option<&'static str> {
    let found = GRAMMARS.binary_search_by(|(other, _)| (*other).cmp(language));
    let (_, scope) = GRAMMARS.get(found.ok()?)?;
    Some(scope)
}

/// All names, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(name, _)| *name)
}

/// The classes of all languages, some of them several times.
#[cfg(all(test, feature = "highlight"))]
pub(super) fn classes() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(_, class)| *class)
}

/// The name of the language in what stands behind a fence: `rust`, `{.rust}`, `rust,ignore`,
/// `rust title="x"`.
pub(super) fn name_in(info: &str) -> &str {
    let info = info.trim();
    let attributes = info.strip_prefix('{').map(|it| it.trim_end_matches('}'));
    let ends = |it: char| it.is_whitespace() || matches!(it, ',' | '{' | '}' | ';');
    match attributes {
        Some(attributes) => attributes
            .split(ends)
            .find_map(|word| word.strip_prefix('.'))
            .unwrap_or_default(),
        None => info.split(ends).next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_all_spellings() {
        assert!(LANGUAGES.is_sorted());
        #[cfg(feature = "highlight")]
        for (class, _) in GRAMMARS {
            assert!(GRAMMARS.is_sorted() && LANGUAGES.iter().any(|(_, it)| it == class));
        }
        assert_eq!(language(name_in("rust,ignore")), Some("rust"));
        assert_eq!(language(name_in("{.Py #id}")), Some("python"));
        assert_eq!(language(name_in("c++ x")), Some("cpp"));
        assert_eq!(language("text"), Some(""));
        assert_eq!(language("rsut"), None);
        assert_eq!(name_in(""), "");
        assert_eq!(name_in("{#id}"), "");
    }
}
