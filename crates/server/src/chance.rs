//! Chance of a first start: the system's, or what follows from the seed of a world.

use anyhow::Context;
use world::Secrets;

/// Where bytes come from.
pub(crate) struct Chance<'a>(pub(crate) &'a Secrets);

impl Chance<'_> {
    /// Fresh bytes, at most 32 of them.
    pub(crate) fn fill(&self, out: &mut [u8]) -> anyhow::Result<()> {
        match self.0.draw(0) {
            Some(drawn) => out.iter_mut().zip(drawn).for_each(|(byte, drawn)| *byte = drawn),
            None => getrandom::fill(out).context("the system gives no randomness")?,
        }
        Ok(())
    }

    /// Six digits, all equally likely.
    pub(crate) fn six_digits(&self) -> anyhow::Result<String> {
        const SPACE: u32 = 1_000_000;
        loop {
            let mut drawn = [0; 4];
            self.fill(&mut drawn)?;
            let drawn = u32::from_be_bytes(drawn);
            // The rest above the last whole multiple would make small numbers likelier.
            if drawn < u32::MAX - u32::MAX % SPACE {
                return Ok(format!("{:06}", drawn % SPACE));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_six_digits_and_differ() {
        for secrets in [Secrets::from_master(&[7; 32]).unwrap(), Secrets::from_seed(7).unwrap()] {
            let chance = Chance(&secrets);
            let drawn: Vec<String> = (0..50).map(|_| chance.six_digits().unwrap()).collect();
            assert!(drawn.iter().all(|password| portal::password::is_well_formed(password)));
            assert!(drawn.iter().any(|password| *password != drawn[0]));
        }
    }
}
