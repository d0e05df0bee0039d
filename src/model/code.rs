//! How code blocks are written: colors or none, and which.

/// How the code blocks of a note are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct CodeStyle {
    /// What colors are written as.
    pub coloring: Coloring,
    /// The theme by day; with [`Coloring::Inline`] the one theme. `None` is the default,
    /// [`CodeTheme::Github`].
    pub day: Option<CodeTheme>,
    /// The theme at night. `None` is the default, [`CodeTheme::Monokai`].
    pub night: Option<CodeTheme>,
}

impl CodeStyle {
    /// The theme by day.
    #[must_use]
    pub fn day(&self) -> CodeTheme {
        self.day.unwrap_or(CodeTheme::Github)
    }

    /// The theme at night.
    #[must_use]
    pub fn night(&self) -> CodeTheme {
        self.night.unwrap_or(CodeTheme::Monokai)
    }

    /// A word for what differs from the default in the output; empty where nothing does.
    #[must_use]
    pub fn shape(&self) -> String {
        let (day, night) = (self.day(), self.night());
        match self.coloring {
            Coloring::Classes if self.has_default_themes() => String::new(),
            Coloring::Classes => format!("code classes {} {}", day.name(), night.name()),
            Coloring::Inline => format!("code inline {}", day.name()),
            Coloring::None => "code none".to_owned(),
        }
    }

    /// Whether both themes are those that every style sheet of deckle has as its default.
    #[must_use]
    pub fn has_default_themes(&self) -> bool {
        (self.day(), self.night()) == (CodeTheme::Github, CodeTheme::Monokai)
    }
}

/// What the colors of code are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Coloring {
    /// As classes, which the note type's CSS gives colors by day and by night.
    #[default]
    Classes,
    /// As colors in the field itself: the same by day and by night, and independent of the CSS.
    Inline,
    /// Not at all.
    None,
}

/// A set of colors for code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeTheme {
    /// Light.
    Github,
    /// Dark.
    GithubDark,
    /// Dark.
    Monokai,
    /// Dark.
    SolarizedDark,
    /// Light.
    SolarizedLight,
}

impl CodeTheme {
    /// All themes, by their names.
    pub const ALL: [Self; 5] = [
        Self::Github,
        Self::GithubDark,
        Self::Monokai,
        Self::SolarizedDark,
        Self::SolarizedLight,
    ];

    /// The name in the sources, such as `github-dark`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::GithubDark => "github-dark",
            Self::Monokai => "monokai",
            Self::SolarizedDark => "solarized-dark",
            Self::SolarizedLight => "solarized-light",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_says_what_differs_from_the_default() {
        let check = |coloring, day, night, expect: &str| {
            let style = CodeStyle {
                coloring,
                day,
                night,
            };
            assert_eq!(style.shape(), expect);
        };
        check(Coloring::Classes, None, None, "");
        check(Coloring::Classes, Some(CodeTheme::Github), None, "");
        let dark = Some(CodeTheme::GithubDark);
        check(
            Coloring::Classes,
            None,
            dark,
            "code classes github github-dark",
        );
        check(Coloring::Inline, dark, None, "code inline github-dark");
        check(Coloring::Inline, None, dark, "code inline github");
        check(Coloring::None, dark, dark, "code none");
    }
}
