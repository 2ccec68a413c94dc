//! The names on a disk: as they are seen, and as a power loss finds them.

use crate::dice::Dice;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What has a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Named {
    Folder,
    /// A file, by its number.
    File(u64),
}

/// One change of a folder: names with what they stand for afterwards. A renaming has two, which go together.
type Change = Vec<(PathBuf, Option<Named>)>;

#[derive(Clone, Default, Debug)]
pub(crate) struct Names {
    seen: BTreeMap<PathBuf, Named>,
    durable: BTreeMap<PathBuf, Named>,
    /// Changes of each folder that are not durable, in their order.
    changes: BTreeMap<PathBuf, Vec<Change>>,
}

/// The folder that a path lies in; the topmost has the empty path or `/`, and is always there.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_path_buf()
}

impl Names {
    pub(crate) fn get(&self, path: &Path) -> Option<Named> {
        self.seen.get(path).copied()
    }

    pub(crate) fn is_folder(&self, path: &Path) -> bool {
        path.parent().is_none() || path == Path::new(".") || self.get(path) == Some(Named::Folder)
    }

    /// Everything that lies in the folder, by name.
    pub(crate) fn inside<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a str, Named)> {
        let inside = self.seen.iter().filter(move |(path, _)| path.parent() == Some(folder));
        inside.filter_map(|(path, named)| Some((path.file_name()?.to_str()?, *named)))
    }

    pub(crate) fn add(&mut self, path: &Path, named: Named) {
        self.change(vec![(path.to_path_buf(), Some(named))]);
    }

    pub(crate) fn remove(&mut self, path: &Path) {
        self.change(vec![(path.to_path_buf(), None)]);
    }

    pub(crate) fn rename(&mut self, from: &Path, to: &Path) {
        let named = self.get(from);
        self.change(vec![(to.to_path_buf(), named), (from.to_path_buf(), None)]);
    }

    fn change(&mut self, change: Change) {
        let folder = folder_of(&change[0].0);
        apply(&mut self.seen, &change);
        self.changes.entry(folder).or_default().push(change);
    }

    /// The folder's names become durable.
    pub(crate) fn sync(&mut self, folder: &Path) {
        let folder = if folder == Path::new(".") { Path::new("") } else { folder };
        for change in self.changes.remove(folder).unwrap_or_default() {
            apply(&mut self.durable, &change);
        }
    }

    /// The folder's sync fails: changes up to some moment become durable, and no later sync knows of the renamings
    /// and removals after it. Names that are new stay to be synced: whoever finds one could do nothing to make it
    /// sure.
    pub(crate) fn sync_in_part(&mut self, folder: &Path, dice: &mut Dice) {
        let mut changes = self.changes.remove(folder).unwrap_or_default();
        let kept = dice.index(changes.len() + 1);
        changes.drain(..kept).for_each(|change| apply(&mut self.durable, &change));
        changes.retain(|change| change.len() == 1 && change[0].1.is_some());
        self.changes.insert(folder.to_path_buf(), changes);
    }

    /// The power goes: of each folder the changes up to some moment stay. How many changes were lost.
    pub(crate) fn lose_power(&mut self, dice: &mut Dice) -> u64 {
        let mut lost = 0;
        for changes in std::mem::take(&mut self.changes).into_values() {
            let kept = dice.index(changes.len() + 1);
            changes[..kept].iter().for_each(|change| apply(&mut self.durable, change));
            lost += (changes.len() - kept) as u64;
        }
        // What lay in a lost folder is out of reach.
        let reached: Vec<PathBuf> =
            self.durable.keys().filter(|path| is_reached(&self.durable, path)).cloned().collect();
        self.durable.retain(|path, _| reached.binary_search(path).is_ok());
        self.seen = self.durable.clone();
        lost
    }

    /// A copy of what is seen, all of it durable.
    pub(crate) fn copy(&self) -> Names {
        Names { seen: self.seen.clone(), durable: self.seen.clone(), changes: BTreeMap::new() }
    }

    /// Whether the file has a name that is seen or durable.
    pub(crate) fn has(&self, file: u64) -> bool {
        let mut named = self.seen.values().chain(self.durable.values());
        named.any(|named| *named == Named::File(file))
            || self.changes.values().flatten().flatten().any(|(_, named)| *named == Some(Named::File(file)))
    }
}

fn apply(names: &mut BTreeMap<PathBuf, Named>, change: &Change) {
    for (path, named) in change {
        match named {
            Some(named) => names.insert(path.clone(), *named),
            None => names.remove(path),
        };
    }
}

fn is_reached(names: &BTreeMap<PathBuf, Named>, path: &Path) -> bool {
    let mut above = path.ancestors().skip(1);
    above.all(|folder| folder.parent().is_none() || folder == Path::new("") || names.contains_key(folder))
}
