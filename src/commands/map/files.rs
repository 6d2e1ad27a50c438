//! The mapping files that can be edited: those of the work tree, or those given by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::super::world::{ACKS, FOLDER, is_beside, read_all};
use super::super::{Rendered, Session, replace};
use super::unknown;
use crate::mapping::edit::Refusal;
use crate::mapping::{Mapping, MappingSource, builtin};
use crate::source::SIZE_LIMIT;
use crate::source::git::Repository;

/// The files of one mapping, in the order in which they are read.
pub struct Files {
    pub files: Vec<MappingFile>,
    /// Where new files go; `None` where the files were given by hand.
    folder: Option<PathBuf>,
}

/// A file as it was read, and where it is.
pub struct MappingFile {
    pub path: PathBuf,
    pub source: MappingSource,
}

impl Files {
    /// The files, or what to do instead where there are none.
    pub fn open(session: &Session) -> Result<Files> {
        match Files::find(session)? {
            Some(files) => Ok(files),
            None => bail!("{}", nothing_to_edit(&Repository::open(&session.repository)?)?),
        }
    }

    /// The files, if there are any.
    pub fn find(session: &Session) -> Result<Option<Files>> {
        if !session.mappings.is_empty() {
            let files: Result<_> = session.mappings.iter().map(|path| MappingFile::given(path)).collect();
            return Ok(Some(Files { files: files?, folder: None }));
        }
        let repository = Repository::open(&session.repository)?;
        let Some(root) = repository.work_tree() else { return Ok(None) };
        let folder = root.join(FOLDER);
        let files = kept(&folder)?;
        Ok((!files.is_empty()).then_some(Files { files, folder: Some(folder) }))
    }

    /// All files as one mapping, or all that is wrong in them.
    pub fn mapping(&self) -> Result<Mapping> {
        read_all(&self.files.iter().map(MappingFile::named).collect::<Vec<_>>())
    }

    /// The file that defines a link.
    pub fn holding(&self, mapping: &Mapping, id: &str) -> Result<&MappingFile> {
        let link = mapping.links.iter().find(|link| link.id == id);
        let Some(link) = link else { bail!("{}", unknown(mapping, id)) };
        Ok(&self.files[link.origin.0])
    }

    /// Where the acks of the mapping are, if there are any.
    pub fn acks(&self) -> Option<PathBuf> {
        let name = Path::new(ACKS).file_name()?;
        self.folder
            .clone()
            .or_else(|| self.files.first()?.path.parent().map(Path::to_owned))
            .map(|folder| folder.join(name))
    }

    /// Whether the acks beside the files name a link.
    pub fn acks_name(&self, id: &str) -> bool {
        let text = self.acks().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        ['"', '\''].iter().any(|quote| text.contains(&format!("{quote}{id}{quote}")))
    }

    /// A file by the name a person uses for it: its path, or its name alone.
    pub fn named(&self, name: &Path) -> Option<&MappingFile> {
        let same = |file: &&MappingFile| {
            file.path == name || Path::new(&file.source.name) == name || file.path.file_name() == Some(name.as_os_str())
        };
        self.files.iter().find(same)
    }

    /// A file that is not there yet, beside the others.
    pub fn fresh(&self, name: &Path) -> Result<MappingFile> {
        let known: Vec<String> = self.files.iter().map(|file| format!("`{}`", file.source.name)).collect();
        let Some((folder, plain)) = self.folder.as_ref().zip(plain_name(name)) else {
            bail!("`{}` is none of the mapping's files, which are {}", name.display(), known.join(", "));
        };
        let shown = format!("{FOLDER}/{plain}");
        if is_beside(&shown) {
            bail!("`{shown}` holds no links; name another file");
        }
        let source = MappingSource::new(shown, "version = 1\n");
        Ok(MappingFile { path: folder.join(plain), source })
    }

    /// The mapping as it would be with one file changed, or all that would be wrong in it.
    pub fn mapping_with(&self, changed: &MappingFile, text: &str) -> Result<Mapping> {
        let new = (changed.source.name.clone(), text.into());
        let mut files: Vec<_> = self.files.iter().map(MappingFile::named).collect();
        match files.iter_mut().find(|(name, _)| *name == new.0) {
            Some(file) => *file = new,
            None => files.push(new),
        }
        read_all(&files)
    }
}

impl MappingFile {
    fn check_writable(&self) -> Result<()> {
        let (name, path) = (&self.source.name, &self.path);
        if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().readonly()) {
            bail!("`{name}` is read-only; make it writable first: `chmod u+w {}`", path.display());
        }
        if fs::read(path).is_ok_and(|now| now != self.source.text.as_bytes()) {
            bail!("`{name}` was changed meanwhile; run the command again");
        }
        Ok(())
    }

    fn named(&self) -> (String, Arc<str>) {
        (self.source.name.clone(), self.source.text.clone())
    }

    fn given(path: &Path) -> Result<MappingFile> {
        let name = path.display().to_string();
        let text = text(path).with_context(|| format!("could not read mapping `{name}`"))?;
        Ok(MappingFile { path: path.to_owned(), source: MappingSource::new(name, text) })
    }
}

/// A file that may be there, to be written anew.
pub fn overwritten(folder: &Path, name: &str) -> Result<MappingFile> {
    if folder.join(name).exists() {
        return in_folder(folder, name);
    }
    let source = MappingSource::new(format!("{FOLDER}/{name}"), "");
    Ok(MappingFile { path: folder.join(name), source })
}

/// Writes new texts, each whole or not at all, and none if one of the files cannot be written.
pub fn write(edits: &[(&MappingFile, &str)]) -> Result<()> {
    edits.iter().try_for_each(|(file, _)| file.check_writable())?;
    for (file, text) in edits.iter().filter(|(file, text)| *text != &*file.source.text || !file.path.exists()) {
        replace(&file.path, text).with_context(|| format!("could not write `{}`", file.source.name))?;
    }
    Ok(())
}

/// A refusal as the person sees it.
pub fn refused(file: &MappingFile, refusal: Refusal) -> anyhow::Error {
    match refusal {
        Refusal::Said(text) => anyhow::anyhow!(text),
        Refusal::Broken { errors, text } => Rendered::of(&errors, &[(file.source.name.clone(), text.into())]).into(),
    }
}

/// The mapping files in a folder of the work tree, by name.
fn kept(folder: &Path) -> Result<Vec<MappingFile>> {
    let mut names = Vec::new();
    if is_link(folder) {
        bail!(
            "`{FOLDER}` is a symbolic link, which git does not follow; make it a folder, or name files with `--mapping`"
        );
    }
    if !folder.exists() {
        return Ok(Vec::new());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("could not look into `{FOLDER}`"))? {
        let name = entry.with_context(|| format!("could not look into `{FOLDER}`"))?.file_name();
        names.extend(
            name.into_string().ok().filter(|name| name.ends_with(".toml") && !is_beside(&format!("{FOLDER}/{name}"))),
        );
    }
    names.sort();
    names.iter().map(|name| in_folder(folder, name)).collect()
}

fn in_folder(folder: &Path, name: &str) -> Result<MappingFile> {
    let (path, shown) = (folder.join(name), format!("{FOLDER}/{name}"));
    if is_link(&path) {
        bail!(
            "`{shown}` is a symbolic link, which git does not follow; put the file there, or name it with `--mapping`"
        );
    }
    let text = text(&path).with_context(|| format!("could not read mapping `{shown}`"))?;
    Ok(MappingFile { path, source: MappingSource::new(shown, text) })
}

fn text(path: &Path) -> Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        bail!("it is not a file");
    }
    if metadata.len() > SIZE_LIMIT {
        bail!("it is over the limit of {} MB", SIZE_LIMIT / 1_000_000);
    }
    String::from_utf8(fs::read(path)?).ok().context("it is not UTF-8")
}

fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// `name.toml`, or `.drift/name.toml`.
fn plain_name(name: &Path) -> Option<&str> {
    let name = name.strip_prefix(FOLDER).unwrap_or(name).to_str()?;
    (name.ends_with(".toml") && name.len() > ".toml".len() && !name.contains(['/', '\\'])).then_some(name)
}

fn nothing_to_edit(repository: &Repository) -> Result<String> {
    if repository.work_tree().is_none() {
        return Ok(
            "a bare repository has no files to edit; work in a clone of it, or name a file with `--mapping FILE`"
                .to_owned(),
        );
    }
    Ok(match repository.head() {
        Some(head) => match builtin::fitting(&|path| repository.exists(&head, path))? {
            Some(builtin) => format!(
                "the {} is compiled in; `drift map init --from-builtin` copies it to `{FOLDER}/mapping.toml`, where it \
                 can be edited",
                builtin.title()
            ),
            None => format!("there is no `{FOLDER}/*.toml`; `drift map init` starts a mapping"),
        },
        None => format!("there is no `{FOLDER}/*.toml`; `drift map init` starts a mapping"),
    })
}
