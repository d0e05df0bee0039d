//! What a push needs of the world and the library does not have.

use std::time::{Duration, SystemTime};

/// Time, patience and chance. The library reads no clock, sleeps nowhere and draws no lots; who
/// pushes gives it the means.
///
/// ```
/// use std::hash::{BuildHasher as _, Hasher as _, RandomState};
/// use std::time::{Duration, SystemTime};
///
/// struct World;
///
/// impl deckle::sync::Outside for World {
///     fn now(&self) -> SystemTime {
///         SystemTime::now()
///     }
///
///     fn wait(&self, time: Duration) {
///         std::thread::sleep(time);
///     }
///
///     fn chance(&self) -> u64 {
///         RandomState::new().build_hasher().finish()
///     }
/// }
/// ```
pub trait Outside {
    /// The time. A push goes on only if it is the server's, up to five minutes.
    fn now(&self) -> SystemTime;

    /// Waits: another device of the account is at it, or a second must go by in which a learner's
    /// edit could not be told from the author's.
    fn wait(&self, time: Duration);

    /// A number that nobody foresees, so that two programs do not get into each other's way
    /// forever. Nothing secret depends on it.
    fn chance(&self) -> u64;
}
