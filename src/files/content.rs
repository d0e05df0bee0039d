//! What a file of media holds, found in the one time that it is read.
//!
//! A sound may have a hundred megabytes, so a file is hashed piece by piece, and what it is shows
//! in its first piece. Pictures are held whole for a moment: what a photo says of its place may
//! stand at its end.

use std::io::Read;

use super::container::{self, Container, HEAD, Nature, container_of};
use super::ending::{EarlyEnd, Ending};
use super::metadata::{Metadata, metadata};
use super::picture::Picture;
use super::svg::{SvgFlaw, svg_flaws};

/// The longest picture that is looked at whole, in bytes; of a longer one the beginning is.
const WHOLE: usize = 32 << 20;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// The BLAKE3 hash of its bytes.
    pub hash: [u8; 32],
    /// How many bytes there are.
    pub size: u64,
    /// What it is, where that is known.
    pub container: Option<Container>,
    /// The size of the picture that it is.
    pub picture: Option<Picture>,
    /// What a JPEG, PNG, WebP or GIF says beside its pixels.
    pub metadata: Metadata,
    /// How a sound, a film, an AVIF or HEIC shows that its end is missing.
    pub early_end: Option<EarlyEnd>,
    /// What is found in an SVG.
    pub svg: Vec<SvgFlaw>,
}

impl Content {
    /// The content of what `reader` gives.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(mut reader: impl Read) -> std::io::Result<Self> {
        // Most files fit, and are read at once.
        let mut held = Vec::with_capacity(HEAD);
        reader.by_ref().take(HEAD as u64).read_to_end(&mut held)?;
        let container = container_of(&held);
        let is_picture = container.is_some_and(|it| it.nature() == Nature::Picture);
        if is_picture {
            let rest = (WHOLE - HEAD) as u64;
            reader.by_ref().take(rest).read_to_end(&mut held)?;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&held);
        let mut ending = Ending::of(container, &held);
        match &mut ending {
            Some(ending) => {
                ending.update(&held);
                hasher.update_reader(Followed { reader, ending })?;
            }
            None => drop(hasher.update_reader(reader)?),
        }
        let size = hasher.count();
        let is_whole = size == held.len() as u64;
        let mut content = Self {
            hash: hasher.finalize().into(),
            size,
            container,
            picture: None,
            metadata: Metadata::default(),
            early_end: ending.and_then(|it| it.finish(size)),
            svg: Vec::new(),
        };
        let Some(container) = container.filter(|_| is_picture) else {
            return Ok(content);
        };
        content.picture = Picture::of(&held);
        if is_whole {
            content.metadata = metadata(&held, container);
            if container == Container::Svg
                && let Some(text) = container::text_of(&held)
            {
                content.svg = svg_flaws(&text);
            }
        }
        Ok(content)
    }

    /// About what it takes of memory beside itself, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.svg
            .iter()
            .map(|it| size_of_val(it) + it.what.len())
            .sum()
    }
}

/// A reader of a file whose end is looked for.
struct Followed<'e, R> {
    reader: R,
    ending: &'e mut Ending,
}

impl<R: Read> Read for Followed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.ending.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_and_told_whole() {
        let of = |bytes: &[u8]| Content::read(bytes).unwrap();
        let sizes = [0, 1, HEAD - 1, HEAD, HEAD + 1, 3 * HEAD];
        for size in sizes {
            let mut bytes = vec![7; size];
            let content = of(&bytes);
            assert_eq!(content.hash, *blake3::hash(&bytes).as_bytes());
            assert_eq!((content.size, content.container), (size as u64, None));
            // A picture of the same length, which is held whole.
            bytes.splice(0..0, *b"\x89PNG\r\n\x1a\n");
            let content = of(&bytes);
            assert_eq!(content.hash, *blake3::hash(&bytes).as_bytes());
            assert_eq!(content.container, Some(Container::Png));
            assert!(content.metadata.cut_short);
        }
        let svg = of(b"<svg width='3' height='4'><script/></svg>");
        assert_eq!(svg.picture.map(|it| (it.width, it.height)), Some((3, 4)));
        assert_eq!(svg.svg.len(), 2);
    }

    #[test]
    fn a_picture_without_an_end_takes_no_more_memory_than_its_beginning() {
        let endless = b"\x89PNG\r\n\x1a\n".chain(std::io::repeat(0).take(WHOLE as u64 * 3));
        let content = Content::read(endless).unwrap();
        assert_eq!(content.size, WHOLE as u64 * 3 + 8);
        assert!(!content.metadata.cut_short);
    }
}
