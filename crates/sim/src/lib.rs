//! The deterministic simulator: the real house on one thread, in a world drawn from one seed.
//!
//! Why a room of its own: the faults that cost money (a lost answer, a torn record, a second owner, a message that
//! arrives a week late) come together once in a million hours. Here each of them comes when the dice say so,
//! thousands of times a minute, and whatever goes wrong happens again exactly, from the seed that is printed.
//!
//! Bounds: one thread per seed; no clock, no chance but [`Dice`], no unordered maps, no file of the machine.
//!
//! Reading order: `dice` (chance), `faults` (which ones, how often) with `counters`, `clock` and `schedule` (time),
//! `disk` and `store` (what survives), `network` (what arrives); `machine` (the house's own parts), `plan`, `town` and
//! `acts` with `accords`, `contracts`, `transfers`, `cards`, `odd`, `caller`, `bank`, `courier`, `clerk_desk`,
//! `merchant`, `letters` (who uses them); `world` (one run) with `serving`, `mishaps` and `ending`; `model`,
//! `invariants` with `sums`, and `told` (what must hold); `seed`, `trace` and `shrink` (what is reported).

pub mod caller;
pub mod clerk_desk;
pub mod clock;
pub mod counters;
pub mod courier;
pub mod dice;
pub mod disk;
pub mod faults;
pub mod merchant;
pub mod model;
pub mod network;
#[cfg(test)]
mod rim_tests;
pub mod schedule;
pub mod shrink;
pub mod store;
pub mod trace;

mod accords;
mod acts;
mod bank;
mod card_transfers;
mod cards;
mod contracts;
mod ending;
mod invariants;
mod letters;
mod machine;
mod mishaps;
mod odd;
pub mod plan;
mod seed;
mod serving;
mod sums;
mod told;
mod town;
mod transfers;
mod world;

pub use self::store::SimStore;
pub use clock::WallClock;
pub use counters::Counters;
pub use dice::Dice;
pub use disk::{Loss, Mount, SimDisk};
pub use faults::{Fault, Level, Swarm};
pub use model::expected;
pub use network::Network;
pub use schedule::Schedule;
pub use seed::Case;
pub use trace::{Trace, TraceHash};
pub use world::{Failure, Outcome};
