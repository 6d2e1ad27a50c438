//! Edits of a mapping file: text in, text out. Comments, order and line ends stay, and nothing comes out that does not
//! read as what was asked for.

mod canonical;
pub(super) mod lines;
mod place;
pub mod start;
mod write;

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, Table};

use super::model::{Link, Mapping, MappingSource};
use super::parse::{MappingError, is_kebab, kebab, parse};

pub use write::NewLink;

/// Why a file was left as it is.
#[derive(Debug)]
pub enum Refusal {
    /// It is no mapping, or would be none: what is wrong, and the text it is wrong in.
    Broken { errors: Vec<MappingError>, text: String },
    /// In words, with a way out.
    Said(String),
}

/// The file with one link more, behind the last one that shares a file with it, else at the end.
pub fn add(source: &MappingSource, link: &NewLink) -> Result<String, Refusal> {
    check_id(&link.id)?;
    let sheet = Sheet::read(source)?;
    sheet.is_free(&link.id)?;
    let neighbour = place::neighbour(&sheet.mapping, link);
    sheet.edited(&[&link.id], |document| {
        let table = write::table(link)?;
        place::insert(document, &link.id, table, neighbour.as_deref())
    })
}

/// The file without these links, and without the comments directly above them.
pub fn remove(source: &MappingSource, ids: &[&str]) -> Result<String, Refusal> {
    let sheet = Sheet::read(source)?;
    ids.iter().try_for_each(|id| sheet.holds(id))?;
    sheet.edited(ids, |document| ids.iter().try_for_each(|id| place::take(document, id)))
}

/// The file with a link under another id, at the same place.
pub fn rename(source: &MappingSource, from: &str, to: &str) -> Result<String, Refusal> {
    check_id(to)?;
    let sheet = Sheet::read(source)?;
    sheet.holds(from)?;
    sheet.is_free(to)?;
    sheet.edited(&[from, to], |document| {
        let links = links(document)?;
        let item = links.remove(from).filter(is_section).ok_or_else(|| not_a_section(from))?;
        links.insert(to, item);
        Ok(())
    })
}

/// Another selector in the place of one of a link.
#[derive(Debug, Clone)]
pub struct Reselection {
    pub link: String,
    pub from: String,
    pub to: String,
}

/// The file with some selectors written anew, each at its place.
pub fn reselect(source: &MappingSource, reselections: &[Reselection]) -> Result<String, Refusal> {
    let sheet = Sheet::read(source)?;
    let ids: Vec<&str> = reselections.iter().map(|one| one.link.as_str()).collect();
    ids.iter().try_for_each(|id| sheet.holds(id))?;
    sheet.edited(&ids, |document| {
        let links = links(document)?;
        reselections.iter().try_for_each(|one| {
            let table =
                links.get_mut(&one.link).and_then(Item::as_table_mut).ok_or_else(|| not_a_section(&one.link))?;
            for key in ["cpp", "python"] {
                let items = table.get_mut(key).and_then(Item::as_array_mut);
                let items = items.into_iter().flat_map(|array| array.iter_mut());
                for item in items.filter(|item| item.as_str() == Some(&one.from)) {
                    let decor = item.decor().clone();
                    *item = write::value(&write::selector(&one.to));
                    *item.decor_mut() = decor;
                }
            }
            Ok(())
        })
    })
}

/// The file in canonical form: the same mapping, the same comments.
pub fn format(source: &MappingSource) -> Result<String, Refusal> {
    let sheet = Sheet::read(source)?;
    let mut document = sheet.document()?;
    canonical::canonical(&mut document)?;
    sheet.checked(lines::even(&source.text, &document.to_string()), &[])
}

/// A mapping file, read and about to be edited.
struct Sheet<'a> {
    source: &'a MappingSource,
    mapping: Mapping,
    /// With `\n` only, and one at the end: what the edits work on.
    plain: String,
}

impl<'a> Sheet<'a> {
    fn read(source: &'a MappingSource) -> Result<Sheet<'a>, Refusal> {
        let text = source.text.to_string();
        let mapping = parse(&source.name, &text, 0).map_err(|errors| Refusal::Broken { errors, text })?;
        Ok(Sheet { source, mapping, plain: lines::plain(&source.text) })
    }

    fn holds(&self, id: &str) -> Result<(), Refusal> {
        let found = self.mapping.links.iter().any(|link| link.id == id);
        if found { Ok(()) } else { Err(Refusal::Said(format!("`{}` has no link `{id}`", self.source.name))) }
    }

    fn is_free(&self, id: &str) -> Result<(), Refusal> {
        match self.holds(id) {
            Ok(()) => Err(Refusal::Said(format!("`{}` has a link `{id}` already", self.source.name))),
            Err(_) => Ok(()),
        }
    }

    fn document(&self) -> Result<DocumentMut, Refusal> {
        let parsed = self.plain.parse::<DocumentMut>();
        parsed.map_err(|error| Refusal::Said(format!("`{}` cannot be edited: {}", self.source.name, error.message())))
    }

    /// The text after an edit that concerns these links.
    fn edited(
        &self,
        concerned: &[&str],
        edit: impl FnOnce(&mut DocumentMut) -> Result<(), Refusal>,
    ) -> Result<String, Refusal> {
        let mut document = self.document()?;
        if document.to_string() != self.plain {
            let name = &self.source.name;
            let help = "its headers are spelled in different ways; `drift map fmt` evens them out";
            return Err(Refusal::Said(format!("`{name}` cannot be edited without touching other lines: {help}")));
        }
        edit(&mut document)?;
        self.checked(lines::as_in(&self.source.text, &document.to_string()), concerned)
    }

    /// The text, once it has shown to be a mapping in which everything else is as it was.
    fn checked(&self, text: String, concerned: &[&str]) -> Result<String, Refusal> {
        let read = parse(&self.source.name, &text, 0);
        let mapping = read.map_err(|errors| Refusal::Broken { errors, text: text.clone() })?;
        if sayings(&mapping, concerned) != sayings(&self.mapping, concerned) {
            let name = &self.source.name;
            return Err(Refusal::Said(format!("`{name}` cannot be edited safely: other links would change with it")));
        }
        Ok(text)
    }
}

/// What a mapping says about everything but these links, places left out.
fn sayings(mapping: &Mapping, but: &[&str]) -> (BTreeMap<String, String>, String) {
    let links = mapping.links.iter().filter(|link| !but.contains(&link.id.as_str()));
    let said = links.map(|link| (link.id.clone(), saying(link))).collect();
    let repositories: Vec<_> =
        mapping.repositories.iter().map(|other| (&other.name, &other.url, &other.about)).collect();
    let scope = (&mapping.scope.cpp_globs, &mapping.scope.python_globs);
    (said, format!("{scope:?} {:?} {repositories:?}", mapping.macros))
}

fn saying(link: &Link) -> String {
    let Link { id, relation, cpp, python, names, why, touch, depth, watch, owners, tests, known_differences, .. } =
        link;
    let ends = [cpp, python].map(|end| end.iter().map(|selector| &selector.text).collect::<Vec<_>>());
    format!("{:?}", (id, relation, ends, names, why, touch, depth, watch, owners, tests, known_differences))
}

/// The tables of the links.
fn links(document: &mut DocumentMut) -> Result<&mut Table, Refusal> {
    let table = document.entry("link").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let inline = "`link` is not written as tables `[link.ID]`; write it so by hand first";
    table.as_table_mut().filter(|table| !table.is_dotted()).ok_or_else(|| Refusal::Said(inline.to_owned()))
}

/// Whether it is a table under a header of its own, as opposed to one written inline or in dotted keys.
fn is_section(item: &Item) -> bool {
    item.as_table().is_some_and(|table| !table.is_dotted() && table.position().is_some())
}

fn not_a_section(id: &str) -> Refusal {
    Refusal::Said(format!("the link `{id}` is not written as a table `[link.{id}]`; write it so by hand first"))
}

fn check_id(id: &str) -> Result<(), Refusal> {
    if is_kebab(id) {
        return Ok(());
    }
    let help = kebab(id).map(|id| format!("; write `{id}`")).unwrap_or_default();
    Err(Refusal::Said(format!("the id `{id}` is not kebab-case{help}")))
}

#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod tests;
