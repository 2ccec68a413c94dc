//! Submits what time makes due
