//! Mappings over several repositories: one of them changes, the others are fixed at a revision each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::model::{Mapping, Scope, Selector};

/// What the repository of the mapping is called where another one changes.
pub const HOME: &str = "home";

impl Mapping {
    /// The mapping as it is where the repository `name` changes: its selectors are the plain ones, and those of the
    /// mapping's own repository point into [`HOME`].
    pub fn seen_from(mut self, name: &str) -> Mapping {
        for selector in self.links.iter_mut().flat_map(|link| link.cpp.iter_mut().chain(&mut link.python)) {
            selector.repository = match selector.repository.take() {
                None => Some(HOME.to_owned()),
                Some(repository) if repository == name => None,
                other => other,
            };
        }
        let repository = self.repositories.iter().find(|repository| repository.name == name);
        self.scope = repository.map_or_else(Scope::default, |repository| repository.scope.clone());
        self
    }

    /// The files that selectors name in repositories other than the changing one, by repository.
    pub fn elsewhere(&self) -> BTreeMap<&str, BTreeSet<Arc<str>>> {
        let mut files: BTreeMap<&str, BTreeSet<Arc<str>>> = BTreeMap::new();
        for selector in self.links.iter().flat_map(|link| link.cpp.iter().chain(&link.python)) {
            if let Some(repository) = &selector.repository {
                files.entry(repository).or_default().insert(selector.path.clone());
            }
        }
        files
    }

    /// How many links have an end in a repository.
    pub fn links_into(&self, repository: &str) -> usize {
        let is_in = |selector: &Selector| selector.repository.as_deref() == Some(repository);
        self.links.iter().filter(|link| link.cpp.iter().chain(&link.python).any(is_in)).count()
    }
}

impl Selector {
    /// Its file among the files of all repositories: `path`, or `NAME:path` in a fixed one.
    pub fn place(&self) -> Arc<str> {
        match &self.repository {
            None => self.path.clone(),
            Some(repository) => place_in(repository, &self.path),
        }
    }
}

/// A file of a fixed repository, by the name under which it stands beside those of the changing one.
pub fn place_in(repository: &str, path: &str) -> Arc<str> {
    format!("{repository}:{path}").into()
}
