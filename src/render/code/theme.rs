//! The colors of the themes.
//!
//! They are deckle's own, after the manner of the editors' themes that they are named after: each is
//! a color of its theme, made lighter or darker until it can be read on the theme's page (a
//! contrast of 4.5 or more, as WCAG asks at level AA). `templates/code.css` is made from them.

use super::class::Class;
use crate::model::written::CodeTheme;

pub(super) struct Palette {
    /// What the code stands on.
    pub(super) page: &'static str,
    /// What has no class.
    pub(super) text: &'static str,
    /// In the order of [`Class::ALL`].
    colors: [&'static str; 16],
}

impl Palette {
    pub(super) fn color(&self, class: Class) -> &'static str {
        let colors = Class::ALL.iter().zip(self.colors);
        let mut found = colors.filter(|(it, _)| **it == class);
        found.next().map_or(self.text, |(_, color)| color)
    }
}

pub(super) fn palette(theme: CodeTheme) -> &'static Palette {
    match theme {
        CodeTheme::GithubDark => &GITHUB_DARK,
        CodeTheme::Monokai => &MONOKAI,
        CodeTheme::SolarizedDark => &SOLARIZED_DARK,
        CodeTheme::SolarizedLight => &SOLARIZED_LIGHT,
        _ => &GITHUB,
    }
}

#[rustfmt::skip]
const GITHUB: Palette = Palette {
    page: "#f6f8fa",
    text: "#1f2328",
    colors: [
        "#cf222e", "#953800", "#6639ba", "#953800", "#0550ae", "#0550ae", "#0a3069", "#116329",
        "#59636e", "#cf222e", "#116329", "#0550ae", "#8250df", "#0550ae", "#116329", "#b31d28",
    ],
};

#[rustfmt::skip]
const GITHUB_DARK: Palette = Palette {
    page: "#161b22",
    text: "#e6edf3",
    colors: [
        "#ff7b72", "#ffa657", "#d2a8ff", "#ffa657", "#79c0ff", "#79c0ff", "#a5d6ff", "#7ee787",
        "#9198a1", "#ff7b72", "#7ee787", "#79c0ff", "#d2a8ff", "#79c0ff", "#7ee787", "#ffa198",
    ],
};

#[rustfmt::skip]
const MONOKAI: Palette = Palette {
    page: "#272822",
    text: "#f8f8f2",
    colors: [
        "#fb7fac", "#66d9ef", "#a6e22e", "#fd971f", "#bb95ff", "#bb95ff", "#e6db74", "#bb95ff",
        "#aca995", "#fb7fac", "#fb7fac", "#a6e22e", "#66d9ef", "#a6e22e", "#a6e22e", "#fb7fac",
    ],
};

#[rustfmt::skip]
const SOLARIZED_DARK: Palette = Palette {
    page: "#002b36",
    text: "#a7b6b6",
    colors: [
        "#859900", "#b58900", "#3295da", "#3295da", "#2aa198", "#de68a1", "#2aa198", "#e66a68",
        "#839496", "#859900", "#3295da", "#b58900", "#e96a35", "#e96a35", "#859900", "#e66a68",
    ],
};

#[rustfmt::skip]
const SOLARIZED_LIGHT: Palette = Palette {
    page: "#fdf6e3",
    text: "#4a5f66",
    colors: [
        "#667500", "#8c6a00", "#2074af", "#2074af", "#1f7972", "#c92c78", "#1f7972", "#d72724",
        "#627274", "#667500", "#2074af", "#8c6a00", "#c24815", "#c24815", "#667500", "#d72724",
    ],
};

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The panel that code stands on by default, by day and at night (`templates/style.css`).
    const PANELS: [(CodeTheme, &str); 2] = [
        (CodeTheme::Github, "#f6f8fa"),
        (CodeTheme::Monokai, "#383b40"),
    ];

    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = u8::from_str_radix(&color[at..at + 2], 16).unwrap();
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn every_color_can_be_read() {
        let contrast = |one: &str, other: &str| {
            let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
            one.max(other) / one.min(other)
        };
        for theme in CodeTheme::ALL {
            let palette = palette(theme);
            let panels = PANELS.iter().filter(|(it, _)| *it == theme);
            let pages = panels.map(|(_, page)| *page).chain([palette.page]);
            for page in pages {
                for color in palette.colors.iter().chain([&palette.text]) {
                    let found = contrast(color, page);
                    assert!(found >= 4.5, "{}: {color} on {page}: {found}", theme.name());
                }
            }
        }
    }

    fn variables(theme: CodeTheme, with_page: bool) -> String {
        let palette = palette(theme);
        let mut text = String::new();
        if with_page {
            let _ = write!(
                text,
                "--hl-page: {}; --hl-text: {};",
                palette.page, palette.text
            );
        }
        for (index, class) in Class::ALL.into_iter().enumerate() {
            text.push_str(if index % 8 == 0 { "\n  " } else { " " });
            let _ = write!(text, "--{}: {};", class.name(), palette.color(class));
        }
        text
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "snapshots lie on disk")]
    fn the_style_sheet_is_made_from_the_themes() {
        let mut css = String::from(
            "\n/* Code in colors. Every class of code has a custom property of its name, so a note type of your own can\n   change a color in one line. */\n",
        );
        let (day, night) = (CodeTheme::Github, CodeTheme::Monokai);
        let _ = writeln!(css, ".card {{{}\n}}", variables(day, false));
        let nights = ".nightMode.card, .nightMode .card, .night_mode.card, .night_mode .card";
        let _ = writeln!(css, "{nights} {{{}\n}}", variables(night, false));
        for class in Class::ALL {
            let name = class.name();
            let _ = writeln!(css, ".{name} {{ color: var(--{name}); }}");
        }
        css.push_str(
            "\n/* A cloze in code looks like other clozes. */\ncode .cloze span { color: inherit; }\n\n/* Themes that a block names: by day, and at night. */\n",
        );
        for theme in CodeTheme::ALL {
            let name = theme.name();
            let _ = writeln!(
                css,
                ".card .hl-day-{name}, .nightMode pre.hl-night-{name}, .night_mode pre.hl-night-{name} {{\n  {}\n}}",
                variables(theme, true).trim_start()
            );
        }
        css.push_str(".card pre[class*=\"hl-day-\"] { color: var(--hl-text); background-color: var(--hl-page); }\n");
        snapbox::assert_data_eq!(css, snapbox::file!["../../../templates/code.css"].raw());
    }
}
