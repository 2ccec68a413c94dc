//! Delivers notifications to merchants, with the retry ladder
