//! Delivery over a real cell to merchants' servers on loopback.

mod answers;
mod contents;
mod faults;
mod house;
mod inbox;
mod many;
mod shop;
