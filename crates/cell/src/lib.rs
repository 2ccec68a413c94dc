//! The single writer: queue, batch, stamp, decide, journal, answer; and the poster
