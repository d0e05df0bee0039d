//! Names of programming languages, as they stand behind the fence of a code block.

/// Names and the one that stands in the class of the code: `language-rust`.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &str)] = &[
    ("abap", "abap"), ("abnf", "abnf"), ("ada", "ada"), ("agda", "agda"), ("apex", "apex"),
    ("apl", "apl"), ("arduino", "arduino"), ("armasm", "asm"), ("asciidoc", "asciidoc"),
    ("asm", "asm"), ("assembly", "asm"), ("awk", "awk"), ("bash", "bash"), ("basic", "basic"),
    ("bat", "batch"), ("batch", "batch"), ("bibtex", "bibtex"), ("bnf", "bnf"),
    ("brainfuck", "brainfuck"), ("c", "c"), ("c#", "csharp"), ("c++", "cpp"), ("cc", "cpp"),
    ("clj", "clojure"), ("clojure", "clojure"), ("cmake", "cmake"), ("cobol", "cobol"),
    ("coffeescript", "coffeescript"), ("common-lisp", "lisp"), ("console", "console"),
    ("coq", "coq"), ("cpp", "cpp"), ("crystal", "crystal"), ("cs", "csharp"),
    ("csharp", "csharp"), ("css", "css"), ("csv", "csv"), ("cuda", "cuda"), ("cxx", "cpp"),
    ("cypher", "cypher"), ("cython", "cython"), ("d", "d"), ("dart", "dart"),
    ("delphi", "pascal"), ("diff", "diff"), ("docker", "dockerfile"),
    ("dockerfile", "dockerfile"), ("dot", "dot"), ("ebnf", "ebnf"), ("elisp", "lisp"),
    ("elixir", "elixir"), ("elm", "elm"), ("erb", "erb"), ("erl", "erlang"),
    ("erlang", "erlang"), ("ex", "elixir"), ("f#", "fsharp"), ("fish", "fish"),
    ("forth", "forth"), ("fortran", "fortran"), ("fs", "fsharp"), ("fsharp", "fsharp"),
    ("gdscript", "gdscript"), ("glsl", "glsl"), ("gnuplot", "gnuplot"), ("go", "go"),
    ("golang", "go"), ("gradle", "groovy"), ("graphql", "graphql"), ("groovy", "groovy"),
    ("h", "c"), ("handlebars", "handlebars"), ("haskell", "haskell"), ("hcl", "hcl"),
    ("hlsl", "hlsl"), ("hpp", "cpp"), ("hs", "haskell"), ("html", "html"), ("http", "http"),
    ("idris", "idris"), ("ini", "ini"), ("java", "java"), ("javascript", "javascript"),
    ("jinja", "jinja"), ("jl", "julia"), ("js", "javascript"), ("json", "json"),
    ("json5", "json"), ("jsonc", "json"), ("jsx", "jsx"), ("julia", "julia"),
    ("kotlin", "kotlin"), ("kt", "kotlin"), ("latex", "latex"), ("lean", "lean"),
    ("less", "less"), ("lisp", "lisp"), ("llvm", "llvm"), ("lua", "lua"), ("make", "makefile"),
    ("makefile", "makefile"), ("markdown", "markdown"), ("mathematica", "mathematica"),
    ("matlab", "matlab"), ("md", "markdown"), ("mermaid", "mermaid"), ("mips", "asm"),
    ("ml", "ocaml"), ("nasm", "asm"), ("nginx", "nginx"), ("nim", "nim"), ("nix", "nix"),
    ("objc", "objectivec"), ("objective-c", "objectivec"), ("objectivec", "objectivec"),
    ("ocaml", "ocaml"), ("octave", "matlab"), ("org", "org"), ("pascal", "pascal"),
    ("perl", "perl"), ("php", "php"), ("pl", "perl"), ("plain", ""), ("plaintext", ""),
    ("postgres", "sql"), ("powershell", "powershell"), ("prolog", "prolog"),
    ("properties", "ini"), ("proto", "protobuf"), ("protobuf", "protobuf"),
    ("ps1", "powershell"), ("purescript", "purescript"), ("py", "python"),
    ("pycon", "python"), ("python", "python"), ("python3", "python"), ("r", "r"),
    ("racket", "racket"), ("raku", "raku"), ("rb", "ruby"), ("reason", "reason"),
    ("regex", "regex"), ("rs", "rust"), ("rst", "rst"), ("ruby", "ruby"), ("rust", "rust"),
    ("sas", "sas"), ("sass", "sass"), ("scala", "scala"), ("scheme", "scheme"),
    ("scss", "scss"), ("sh", "bash"), ("shell", "bash"), ("smalltalk", "smalltalk"),
    ("sml", "sml"), ("solidity", "solidity"), ("sparql", "sparql"), ("sql", "sql"),
    ("stata", "stata"), ("svelte", "svelte"), ("svg", "xml"), ("swift", "swift"),
    ("systemverilog", "verilog"), ("tcl", "tcl"), ("terraform", "hcl"), ("tex", "latex"),
    ("text", ""), ("toml", "toml"), ("ts", "typescript"), ("tsx", "tsx"), ("turtle", "turtle"),
    ("txt", ""), ("typescript", "typescript"), ("typst", "typst"), ("v", "v"),
    ("vb", "vb"), ("verilog", "verilog"), ("vhdl", "vhdl"), ("vim", "vim"), ("vue", "vue"),
    ("wasm", "wasm"), ("wat", "wasm"), ("wolfram", "mathematica"), ("xml", "xml"),
    ("yaml", "yaml"), ("yml", "yaml"), ("zig", "zig"), ("zsh", "bash"),
];

/// The language that a name means; empty for plain text, `None` where it is not known.
pub(super) fn language(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let found = LANGUAGES.binary_search_by(|(other, _)| (*other).cmp(&name));
    let (_, language) = LANGUAGES.get(found.ok()?)?;
    Some(language)
}

/// All names, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(name, _)| *name)
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
        assert_eq!(language(name_in("rust,ignore")), Some("rust"));
        assert_eq!(language(name_in("{.Py #id}")), Some("python"));
        assert_eq!(language(name_in("c++ x")), Some("cpp"));
        assert_eq!(language("text"), Some(""));
        assert_eq!(language("rsut"), None);
        assert_eq!(name_in(""), "");
        assert_eq!(name_in("{#id}"), "");
    }
}
