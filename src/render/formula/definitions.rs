//! Reads the lines that define macros: LaTeX's commands, TeX's, and a short form.

use super::macros::{Macro, MacroProblem, Macros, is_balanced, is_command};
use super::tokens::{Token, read};

/// The definitions in a text, and what is wrong with them.
pub(super) fn definitions(text: &str) -> (Macros, Vec<MacroProblem>) {
    let mut reader = Reader {
        text,
        at: 0,
        macros: Macros::default(),
        problems: Vec::new(),
    };
    reader.run();
    (reader.macros, reader.problems)
}

/// Reads definitions. Nothing here looks back, so its time is that of the text.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    macros: Macros,
    problems: Vec<MacroProblem>,
}

impl<'t> Reader<'t> {
    fn run(&mut self) {
        loop {
            self.blank();
            let start = self.at;
            let Some(command) = self.command() else {
                if self.at >= self.text.len() {
                    return;
                }
                self.line_end();
                self.unread(start, "the line defines no command");
                continue;
            };
            let done = match command {
                "\\newcommand"
                | "\\renewcommand"
                | "\\providecommand"
                | "\\DeclareRobustCommand"
                | "\\newcommand*"
                | "\\renewcommand*"
                | "\\providecommand*" => self.new_command(),
                "\\def" | "\\gdef" | "\\edef" | "\\xdef" => self.def(),
                "\\DeclareMathOperator" => self.operator(),
                "\\let" => self.alias(),
                name => self.short(name, start),
            };
            if let Err(message) = done {
                self.line_end();
                let range = start
                    ..start
                        + self
                            .text
                            .get(start..self.at)
                            .unwrap_or_default()
                            .trim_end()
                            .len();
                self.problems.push(MacroProblem {
                    range,
                    message: message.to_owned(),
                    unread: false,
                });
            }
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn unread(&mut self, start: usize, message: &str) {
        let line = self.text.get(start..self.at).unwrap_or_default().trim_end();
        self.problems.push(MacroProblem {
            range: start..start + line.len(),
            message: message.to_owned(),
            unread: true,
        });
    }

    /// Passes over spaces, line breaks and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            if !self.rest().starts_with('%') {
                return;
            }
            self.line_end();
        }
    }

    fn line_end(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// `\name`, which begins here.
    fn command(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let behind = rest.strip_prefix('\\')?;
        let letters = behind
            .bytes()
            .take_while(|it| it.is_ascii_alphabetic() || *it == b'@')
            .count();
        let length = match letters {
            0 => behind.chars().next()?.len_utf8(),
            letters => letters,
        };
        self.at += 1 + length;
        rest.get(..=length)
    }

    /// Whether this character comes next; then it is taken.
    fn takes(&mut self, character: char) -> bool {
        self.blank();
        let takes = self.rest().starts_with(character);
        self.at += usize::from(takes) * character.len_utf8();
        takes
    }

    /// The inside of braces or brackets that begin here.
    fn group(&mut self, open: char, close: char) -> Result<Option<String>, &'static str> {
        if !self.takes(open) {
            return Ok(None);
        }
        let mut depth = 0_usize;
        let mut inner = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => {
                    inner.push('\\');
                    inner.extend(characters.next().map(|it| it.1));
                    continue;
                }
                '%' => {
                    for (_, character) in characters.by_ref() {
                        if character == '\n' {
                            break;
                        }
                    }
                    continue;
                }
                _ if character == close && depth == 0 => {
                    self.at += at + character.len_utf8();
                    return Ok(Some(inner));
                }
                '{' => depth += 1,
                '}' => depth = depth.checked_sub(1).ok_or("the braces do not match")?,
                _ => {}
            }
            // TeX makes one space of several.
            if !character.is_whitespace() {
                inner.push(character);
            } else if !inner.ends_with(' ') {
                inner.push(' ');
            }
        }
        Err("the braces do not match")
    }

    fn body(&mut self) -> Result<Vec<Token>, &'static str> {
        let body = self
            .group('{', '}')?
            .ok_or("the definition has no body in braces")?;
        Ok(read(&body))
    }

    /// `{\name}` or `\name`.
    fn name(&mut self) -> Result<String, &'static str> {
        const WHY: &str = "the definition names no command such as `\\R`";
        self.blank();
        if let Some(name) = self.group('{', '}')? {
            let name = name.trim().to_owned();
            return if is_command(&name) {
                Ok(name)
            } else {
                Err(WHY)
            };
        }
        self.command().map(str::to_owned).ok_or(WHY)
    }

    fn new_command(&mut self) -> Result<(), &'static str> {
        self.takes('*');
        let name = self.name()?;
        let count = self.group('[', ']')?;
        let parameters = match count.as_deref().map(str::trim) {
            None => 0,
            Some(count) => count
                .parse()
                .ok()
                .filter(|it| *it <= 9)
                .ok_or("the number of parameters is one from 0 to 9")?,
        };
        let default = self.group('[', ']')?.map(|it| read(&it));
        let body = self.body()?;
        self.define(name, parameters, default, body)
    }

    fn def(&mut self) -> Result<(), &'static str> {
        let name = self.name()?;
        let mut parameters = 0;
        while self.takes('#') {
            parameters += 1;
            let digit = self.rest().chars().next().and_then(|it| it.to_digit(10));
            if digit.map(|it| it as usize) != Some(parameters) {
                return Err("parameters are `#1`, `#2` and so on");
            }
            self.at += 1;
        }
        if !self.rest().starts_with('{') {
            return Err("parameters with text between them are not read");
        }
        let body = self.body()?;
        self.define(name, parameters, None, body)
    }

    fn operator(&mut self) -> Result<(), &'static str> {
        let star = if self.takes('*') { "*" } else { "" };
        let name = self.name()?;
        let text = self
            .group('{', '}')?
            .ok_or("the definition has no body in braces")?;
        let body = read(&format!("\\operatorname{star}{{{text}}}"));
        self.define(name, 0, None, body)
    }

    fn alias(&mut self) -> Result<(), &'static str> {
        let name = self.name()?;
        self.takes('=');
        self.blank();
        let of = self.command().ok_or("`\\let` takes two commands")?;
        let body = vec![Token::Command(of.to_owned())];
        self.define(name, 0, None, body)
    }

    /// `\C \mathbb{C}`: a command, a space and what it stands for, in one line.
    fn short(&mut self, name: &str, start: usize) -> Result<(), &'static str> {
        let begin = self.at;
        self.line_end();
        let line = self.text.get(begin..self.at).unwrap_or_default();
        let is_short = line.starts_with([' ', '\t']);
        let body = line.split_once(" %").map_or(line, |it| it.0).trim();
        if !is_short || body.is_empty() {
            self.unread(start, "the line defines no command");
            return Ok(());
        }
        let body = read(body);
        let parameters = body.windows(2).filter_map(|pair| match pair {
            [Token::Character('#'), Token::Character(digit)] => digit.to_digit(10),
            _ => None,
        });
        let parameters = parameters.max().unwrap_or(0) as usize;
        self.define(name.to_owned(), parameters, None, body)
    }

    fn define(
        &mut self,
        name: String,
        parameters: usize,
        default: Option<Vec<Token>>,
        body: Vec<Token>,
    ) -> Result<(), &'static str> {
        if !is_balanced(&body) {
            return Err("the braces do not match");
        }
        let definition = Macro {
            parameters,
            default,
            body,
        };
        self.macros.0.insert(name, definition);
        Ok(())
    }
}
