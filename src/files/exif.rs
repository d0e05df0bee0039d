//! The two directories of an EXIF block that matter: which side is up, and whether there is a place.

/// What matters here of an EXIF block.
pub(super) struct Exif {
    /// Whether it says where on earth.
    pub(super) has_place: bool,
    /// From 1, upright, to 8.
    pub(super) orientation: u8,
}

impl Exif {
    pub(super) fn read(tiff: &[u8]) -> Self {
        let mut exif = Self {
            has_place: false,
            orientation: 1,
        };
        let Some(reader) = Tiff::new(tiff) else {
            return exif;
        };
        let start = reader.long(4).unwrap_or_default();
        for (tag, value) in reader.directory(start) {
            match tag {
                0x0112 => {
                    let orientation = reader.short(value).and_then(|it| u8::try_from(it).ok());
                    exif.orientation = orientation
                        .filter(|it| (1..=8).contains(it))
                        .unwrap_or(exif.orientation);
                }
                // The directory of the place; what counts is a latitude, since some cameras write
                // a directory that says only which version it is of.
                0x8825 => {
                    let place = reader.long(value).unwrap_or_default();
                    exif.has_place |= reader.directory(place).any(|(tag, _)| tag == 2);
                }
                _ => {}
            }
        }
        exif
    }
}

/// Numbers at places in a TIFF block.
struct Tiff<'t> {
    bytes: &'t [u8],
    is_big: bool,
}

impl<'t> Tiff<'t> {
    fn new(bytes: &'t [u8]) -> Option<Self> {
        let is_big = match bytes.first_chunk::<4>()? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        Some(Self { bytes, is_big })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.is_big {
            u16::from_be_bytes(*two)
        } else {
            u16::from_le_bytes(*two)
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let four = self.bytes.get(at..)?.first_chunk::<4>()?;
        let number = if self.is_big {
            u32::from_be_bytes(*four)
        } else {
            u32::from_le_bytes(*four)
        };
        usize::try_from(number).ok()
    }

    /// The entries of a directory: their tags, and where their values or the places of these are.
    fn directory(&self, start: usize) -> impl Iterator<Item = (u16, usize)> {
        let count = usize::from(self.short(start).unwrap_or_default());
        (0..count).map_while(move |index| {
            let at = start.checked_add(2 + 12 * index)?;
            Some((self.short(at)?, at.checked_add(8)?))
        })
    }
}
