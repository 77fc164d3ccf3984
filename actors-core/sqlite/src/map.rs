//! A map with texts as keys, in their order.
//!
//! A schema has few entries, and the code of a `BTreeMap` is several times as large, for each type
//! of its values.

/// A map, sorted by its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<V>(Vec<(String, V)>);

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Map<V> {
    /// The value of that key.
    pub fn get(&self, key: &str) -> Option<&V> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value)
    }

    /// Whether there is that key.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Sets the value of that key.
    pub fn insert(&mut self, key: String, value: V) {
        let before = |known: &&(String, V)| known.0 < key;
        let place = self.0.iter().take_while(before).count();
        match self.0.get_mut(place) {
            Some((known, old)) if *known == key => *old = value,
            _ => self.0.insert(place, (key, value)),
        }
    }

    /// Keeps only the keys for which `is_kept` is true.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.0.retain(|(key, _)| is_kept(key));
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The keys and their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_have_one_value_each() {
        let mut map = Map::default();
        for (key, value) in [("b", 1), ("c", 2), ("a", 3), ("b", 4)] {
            map.insert(key.to_owned(), value);
        }
        let all: Vec<_> = map.iter().map(|(key, value)| (&**key, *value)).collect();
        assert_eq!(all, [("a", 3), ("b", 4), ("c", 2)]);
        map.retain(|key| key != "b");
        assert!(map.keys().eq(["a", "c"]) && map.values().eq(&[3, 2]));
        assert!(map.contains("a") && map.get("b").is_none());
    }
}
