//! Sets of places in a text: a bit for each byte, since a walk asks about nearly every one of them.

/// Bytes of a text, by their positions.
#[derive(Debug, Default)]
pub(super) struct Places(Vec<u64>);

impl Places {
    /// Whether it is new.
    pub fn insert(&mut self, at: usize) -> bool {
        let (word, bit) = (at / 64, 1 << (at % 64));
        if word >= self.0.len() {
            self.0.resize((word + 1).max(self.0.len() * 2), 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    pub fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_again() {
        let mut places = Places::default();
        assert!(!places.contains(0) && places.insert(0) && places.insert(1000));
        assert!(places.contains(0) && places.contains(1000) && !places.contains(999) && !places.insert(1000));
    }
}
