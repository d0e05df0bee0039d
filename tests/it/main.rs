//! The one integration binary.

mod cards;
