//! Planted bugs: one-line faults that the simulator must find, so that its silence means something.
//!
//! Without the feature `plant`, which only the simulator's own build asks for, [`planted`] is `false` at compile time and
//! the faulty line is not in the program. With it, one fault at a time is switched on for the whole process.

use std::sync::atomic::{AtomicU8, Ordering};

/// Whether faults can be switched on in this build.
pub const PLANTED: bool = cfg!(feature = "plant");

/// Which fault is on: its place in [`Plant::ALL`] plus one; zero for none.
static ACTIVE: AtomicU8 = AtomicU8::new(0);

macro_rules! plants {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        /// A fault that can be switched on.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Plant { $($(#[doc = $doc])* $name,)* }

        impl Plant {
            /// All of them.
            pub const ALL: &'static [Plant] = &[$(Plant::$name,)*];

            /// Its name.
            pub const fn name(self) -> &'static str { match self { $(Plant::$name => stringify!($name),)* } }

            /// What it breaks, for people.
            pub const fn breaks(self) -> &'static str { match self { $(Plant::$name => concat!($($doc),*),)* } }
        }
    };
}

plants! {
    /// A caller is answered before its batch is durable.
    AnswerBeforeAppend;
}

/// Switches one fault on, or all off, for the whole process. Does nothing in a build without them.
pub fn plant(fault: Option<Plant>) {
    let place = fault.map_or(0, |fault| fault as u8 + 1);
    ACTIVE.store(place, Ordering::Relaxed);
}

/// Whether this fault is on. Always `false`, at compile time, in a build without them.
#[inline]
pub fn planted(fault: Plant) -> bool {
    PLANTED && ACTIVE.load(Ordering::Relaxed) == fault as u8 + 1
}
